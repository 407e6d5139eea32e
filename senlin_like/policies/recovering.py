"""What a health policy says of a recovery, as inputs of the action that does it."""

from collections.abc import Mapping
from typing import Any

from senlin_like.domain import recovery as rules
from senlin_like.domain.enums import RecoverOperation
from senlin_like.domain.spec_types import show
from senlin_like.policies.references import Kind, Reference, one

_FENCED = {"fence_compute": True}


def problem(action: Mapping[str, Any]) -> str | None:
    """Tell what an operation can't be told by its ``params``, None if it can."""
    name, params = action["name"], action["params"] or {}
    known = rules.PARAMS[name]
    for key in params:
        if key not in known:
            return (
                f"the 'params' for '{name}' may only have {show(', '.join(known))}, "
                f"not '{key}'"
            )
    wrong = rules.broken(name, params)
    if wrong is not None:
        return f"the '{wrong[0]}' for 'params' of '{name}' must be {wrong[1]}"
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
    if recovery["fencing"] and found.get("operation") not in rules.IN_PLACE:
        found["operation"] = RecoverOperation.RECREATE.value
        params |= _FENCED
    return {**found, "operation_params": params} if params else found


def inputs_if_gone(recovery: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs where nothing is left to be rebooted or rebuilt."""
    found = inputs(recovery)
    if found.get("operation") in rules.IN_PLACE:
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
    known = rules.PARAMS[action["name"]]
    return {
        key: value
        for key, value in (action["params"] or {}).items()
        if value is not None and key in known and known[key].holds(value)
    }
