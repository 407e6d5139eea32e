"""Reads what Nova and Heat notify of: bad news of objects that carry a node's mark.

Nova has two formats. The older one names a server ``instance_id`` and has event types
such as ``compute.instance.power_off.end``; the versioned one names it ``uuid`` within
``nova_object.data`` and has ``instance.power_off.end``. Heat names a stack
``stack_identity``, in ``orchestration.stack.delete.end``.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from senlin_like.db import identity
from senlin_like.drivers import base as clouds

#: What a server that was well isn't any more after it; so is one after any error.
_SERVER_ENDS = frozenset(
    {
        "delete.end",
        "pause.end",
        "power_off.end",
        "shelve.end",
        "shelve_offload.end",
        "shutdown.end",
        "soft_delete.end",
        "suspend.end",
    }
)
_STACK_ENDS = frozenset({"delete.end", "suspend.end"})
_ERROR = ".error"
#: Nova tells so of each change of a state, if it was told to.
_UPDATE = "update"
_FAILED = "error"
_LONGEST = 255


@dataclasses.dataclass(frozen=True, kw_only=True)
class Notice:
    """Something that was told of the object that says it is a node's."""

    node_id: str
    object_id: str
    event: str


def read(event_type: Any, payload: Any) -> Notice | None:
    """Return what a notification says; None if it concerns nobody, or is no such.

    Users may mark their servers with anything: what no database can be asked for,
    or can't be the id of a node, is no mark. Costs next to nothing for those that
    don't concern us. Never raises.
    """
    if not isinstance(event_type, str) or not isinstance(payload, Mapping):
        return None
    for prefix, reader in _READERS.items():
        if event_type.startswith(prefix):
            found = reader(event_type.removeprefix(prefix), payload)
            break
    else:
        return None
    if found is None or not all(isinstance(one, str) and one for one in found):
        return None
    node_id, object_id = found
    if not identity.is_uuid_like(node_id):
        return None
    if not (identity.is_storable(object_id) and identity.is_storable(event_type)):
        return None
    return Notice(node_id=node_id, object_id=object_id, event=event_type[:_LONGEST])


def _server(what: str, payload: Mapping[str, Any]) -> tuple[Any, Any] | None:
    return _of_server(what, payload, "instance_id")


def _versioned_server(what: str, payload: Mapping[str, Any]) -> tuple[Any, Any] | None:
    inner = payload.get("nova_object.data")
    return _of_server(what, inner, "uuid") if isinstance(inner, Mapping) else None


def _of_server(
    what: str, payload: Mapping[str, Any], key: str
) -> tuple[Any, Any] | None:
    has_failed = what == _UPDATE and payload.get("state") == _FAILED
    if not (what in _SERVER_ENDS or what.endswith(_ERROR) or has_failed):
        return None
    marks = payload.get("metadata")
    if not isinstance(marks, Mapping):
        return None
    return marks.get(clouds.NODE_MARK), payload.get(key)


def _stack(what: str, payload: Mapping[str, Any]) -> tuple[Any, Any] | None:
    tags = payload.get("tags")
    if not (what in _STACK_ENDS or what.endswith(_ERROR)) or not isinstance(tags, list):
        return None
    mark = f"{clouds.NODE_MARK}="
    nodes = [str(tag).removeprefix(mark) for tag in tags if str(tag).startswith(mark)]
    return (nodes[0], payload.get("stack_identity")) if nodes else None


_READERS = {
    "compute.instance.": _server,
    "instance.": _versioned_server,
    "orchestration.stack.": _stack,
}
