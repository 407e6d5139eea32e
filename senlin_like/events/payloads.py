"""The payload of notifications: versioned objects, as Senlin's listeners know them.

The form is that of oslo.versionedobjects' primitives, without the library: what
is sent is never taken in again.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from senlin_like.events.happening import Happening

_COMMON = (
    "id",
    "name",
    "profile_id",
    "init_at",
    "created_at",
    "updated_at",
    "status",
    "status_reason",
    "metadata",
    "data",
    "user",
    "project",
    "domain",
    "dependents",
)
_CLUSTER = (*_COMMON, "min_size", "max_size", "desired_capacity", "timeout")
_NODE = (*_COMMON, "cluster_id", "physical_id", "index", "role")
#: The names are those of Nova's notifications.
_AGGREGATE = ("id", "uuid", "name", "hosts", "metadata")
_SUBJECTS = {
    "CLUSTER": ("Cluster", _CLUSTER),
    "NODE": ("Node", _NODE),
    "AGGREGATE": ("Aggregate", _AGGREGATE),
}
_ACTION = (
    "id",
    "name",
    "created_at",
    "target",
    "action",
    "start_time",
    "end_time",
    "timeout",
    "status",
    "status_reason",
    "inputs",
    "outputs",
    "data",
    "user",
    "project",
)


def of(happening: Happening) -> dict[str, Any]:
    """Return the payload that tells of something; JSON values only."""
    word, fields = _SUBJECTS[happening.subject_type]
    return _primitive(
        f"{word}ActionPayload",
        {
            word.lower(): _primitive(
                f"{word}Payload", _chosen(happening.subject, fields)
            ),
            "action": _primitive("ActionPayload", _chosen(happening.action, _ACTION)),
            "exception": None,
        },
    )


def _primitive(name: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "senlin_object.name": name,
        "senlin_object.namespace": "senlin",
        "senlin_object.version": "1.0",
        "senlin_object.data": fields,
    }


def _chosen(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(values.get(name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value
