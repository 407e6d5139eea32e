"""What a health policy says of a recovery, as inputs of the action that does it."""

from collections.abc import Callable, Mapping
from typing import Any

from senlin_like.domain.enums import RecoverOperation
from senlin_like.domain.spec_types import show
from senlin_like.policies.references import Kind, Reference, one

#: Operations that need the object that there was, and so can't follow fencing.
IN_PLACE = (RecoverOperation.REBOOT, RecoverOperation.REBUILD)
_REBOOT_TYPES = ("SOFT", "HARD")
_FENCED = {"fence_compute": True}


def _text_problem(value: Any) -> str | None:
    return None if isinstance(value, str) and value else "must be a string"


def _type_problem(value: Any) -> str | None:
    wrong = _text_problem(value)
    if wrong is None and value.upper() not in _REBOOT_TYPES:
        return f"must be one of {', '.join(_REBOOT_TYPES)}"
    return wrong


def _switch_problem(value: Any) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


#: What each operation may be told by ``params``: what is wrong with a value.
_PARAMS: Mapping[str, Mapping[str, Callable[[Any], str | None]]] = {
    RecoverOperation.REBOOT: {"type": _type_problem},
    RecoverOperation.REBUILD: {"image": _text_problem},
    RecoverOperation.RECREATE: {"fence_compute": _switch_problem},
}


def problem(action: Mapping[str, Any]) -> str | None:
    """Tell what an operation can't be told by its ``params``, None if it can."""
    name, known = action["name"], _PARAMS[action["name"]]
    for key, value in (action["params"] or {}).items():
        if key not in known:
            return (
                f"the 'params' for '{name}' may only have {show(', '.join(known))}, "
                f"not '{key}'"
            )
        wrong = None if value is None else known[key](value)
        if wrong is not None:
            return f"the '{key}' for 'params' of '{name}' {wrong}"
    return None


def references(recovery: Mapping[str, Any]) -> tuple[Reference, ...]:
    """Return the image that nodes are rebuilt from, if one is named."""
    found: tuple[Reference, ...] = ()
    for action in recovery["actions"] or ():
        found += one(Kind.IMAGE, _params(action).get("image"))
    return found


def inputs(recovery: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs of the action that recovers a node.

    What isn't known of ``params`` is left out: it was stored by a release that
    took anything. Fencing makes an operation that isn't named RECREATE.
    """
    found = _limits(recovery)
    params: dict[str, Any] = {}
    for action in recovery["actions"] or ():
        found["operation"] = action["name"]
        params = _params(action)
    if recovery["fencing"] and found.get("operation") not in IN_PLACE:
        found["operation"] = RecoverOperation.RECREATE.value
        params |= _FENCED
    return {**found, "operation_params": params} if params else found


def inputs_if_gone(recovery: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs where nothing is left to be rebooted or rebuilt."""
    found = inputs(recovery)
    if found.get("operation") in IN_PLACE:
        found = _limits(recovery)
        if recovery["fencing"]:
            found["operation_params"] = dict(_FENCED)
    return {**found, "operation": RecoverOperation.RECREATE.value}


def _limits(recovery: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "delete_timeout": recovery["node_delete_timeout"],
        "force_recreate": recovery["node_force_recreate"],
    }


def _params(action: Mapping[str, Any]) -> dict[str, Any]:
    known = _PARAMS[action["name"]]
    return {
        key: value
        for key, value in (action["params"] or {}).items()
        if value is not None and key in known and known[key](value) is None
    }
