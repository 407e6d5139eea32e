"""Says operations on servers in Nova's words."""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers.openstack import server_views

#: Evacuation by force is known up to this one; from 2.95 on what was evacuated
#: isn't started.
_EVACUATION = "2.67"
_OTHERS = "2.46"

#: Operations that take nothing, by Nova's names for them.
_PLAIN: Mapping[str, str] = {
    "confirm_resize": "confirmResize",
    "revert_resize": "revertResize",
    "pause": "pause",
    "unpause": "unpause",
    "suspend": "suspend",
    "resume": "resume",
    "lock": "lock",
    "unlock": "unlock",
    "start": "os-start",
    "stop": "os-stop",
    "unrescue": "unrescue",
    "migrate": "migrate",
}


def version(operation: str) -> str:
    """Return the microversion in which an operation is said."""
    return _EVACUATION if operation == "evacuate" else _OTHERS


def body(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of the request.

    :raises CloudError: when there is no such operation.
    """
    if operation in _PLAIN:
        return {_PLAIN[operation]: None}
    if operation not in _WITH_PARAMS:
        raise exceptions.CloudError(
            f"Servers have no operation '{operation}'.", HTTPStatus.BAD_REQUEST
        )
    return _WITH_PARAMS[operation](params)


def _reboot(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"reboot": {"type": str(params.get("type") or "SOFT").upper()}}


def _rebuild(params: Mapping[str, Any]) -> dict[str, Any]:
    named = {"imageRef": "image", "name": "name", "adminPass": "admin_pass"}
    return {"rebuild": _given(params, named)}


def _resize(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"resize": _given(params, {"flavorRef": "flavor"})}


def _change_password(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"changePassword": _given(params, {"adminPass": "admin_pass"})}


def _rescue(params: Mapping[str, Any]) -> dict[str, Any]:
    return {"rescue": _given(params, {"rescue_image_ref": "image"}) or None}


def _evacuate(params: Mapping[str, Any]) -> dict[str, Any]:
    wanted = _given(params, {"host": "host"})
    if wanted and params.get("force"):
        # Without a host there is nothing to be forced: Nova refuses that.
        wanted["force"] = True
    return {"evacuate": wanted}


def _given(params: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {theirs: params[ours] for theirs, ours in names.items() if params.get(ours)}


_WITH_PARAMS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "reboot": _reboot,
    "rebuild": _rebuild,
    "resize": _resize,
    "change_password": _change_password,
    "rescue": _rescue,
    "evacuate": _evacuate,
}


def begun(noted: Iterable[Mapping[str, Any]], since: float) -> set[str]:
    """Name the operations among what Nova has noted, of a time and later.

    It notes whole seconds.
    """
    found = set()
    for one in noted:
        began = server_views.moment(one.get("start_time"))
        if began is not None and began.timestamp() >= int(since):
            action = str(one["action"])
            found.add(_NOTED.get(action, action))
    return found


#: How Nova refuses what is asked of a server that it has just deleted.
_GONE = re.compile(r"instance (\S+) while it is in vm_state deleted\b")
#: Nova's names of what it has noted, where they aren't ours.
_NOTED: Mapping[str, str] = {
    "changePassword": "change_password",
    "confirmResize": "confirm_resize",
    "revertResize": "revert_resize",
}


@contextlib.contextmanager
def told_apart() -> Iterator[None]:
    """Tell a server that is busy, or gone, from one that is in the wrong state.

    Nova answers all with 409. A task ends by itself, so that it is worth asking
    again; a state stays.

    :raises CloudBusy: when the server is busy with a task.
    :raises CloudNotFound: when it has been deleted just now.
    """
    try:
        yield
    except exceptions.CloudError as error:
        if error.status == HTTPStatus.CONFLICT and "task_state" in error.message:
            raise exceptions.CloudBusy(error.message) from error
        gone = _GONE.search(error.message)
        if error.status == HTTPStatus.CONFLICT and gone:
            raise exceptions.CloudNotFound("server", gone[1]) from error
        raise
