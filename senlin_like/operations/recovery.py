"""How a request to recover a cluster or a node is read."""

from collections.abc import Collection, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.db import profiles
from senlin_like.db.session import Session
from senlin_like.domain import recovery as rules
from senlin_like.domain import spec_types
from senlin_like.domain.enums import RecoverOperation
from senlin_like.operations.deps import Deps

CLUSTER_KEYS = ("operation", "operation_params", "check", "check_capacity")
NODE_KEYS = (
    "operation",
    "operation_params",
    "check",
    "delete_timeout",
    "force_recreate",
)
_SWITCHES = ("check", "check_capacity", "force_recreate")
#: Longest time that may be given for a deletion, in seconds.
_LONGEST_S = 2**31 - 1


def inputs_of(params: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """Check the parameters of a recover request; returns the action's inputs.

    Switches may be words, as webhooks and old clients send them.

    :raises Invalid: when a key is unknown or the operation isn't right.
    """
    given = {key for key, value in params.items() if value is not None}
    allowed = set(known)
    if "operation" not in given and "operation_params" in given:
        allowed.discard("operation_params")
    unknown = [key for key in params if key not in allowed]
    if unknown:
        raise exceptions.Invalid(f"Action parameter {unknown} is not recognizable.")
    inputs = {key: value for key, value in params.items() if value is not None}
    if "operation" in inputs:
        _check_operation(inputs["operation"], inputs.get("operation_params"))
    _check_timeout(inputs.get("delete_timeout"))
    switches = {
        key: rules.switch(key, inputs[key]) for key in _SWITCHES if key in inputs
    }
    return inputs | switches


def refuse_foreign(
    session: Session, deps: Deps, profile_id: str, inputs: Mapping[str, Any]
) -> None:
    """Refuse an operation by which nodes of a profile can't be recovered.

    :raises Invalid: naming those by which they can.
    """
    if "operation" not in inputs:
        return
    profile = profiles.load(session, [profile_id])[profile_id]
    known = deps.profiles.get(profile["type"]).recoveries
    _refuse_others(inputs["operation"], known)


def _refuse_others(operation: str, known: Collection[str]) -> None:
    reason = rules.refused(operation, known)
    if reason is not None:
        raise exceptions.Invalid(reason)


def _check_operation(operation: Any, params: Any) -> None:
    if not isinstance(operation, str):
        raise exceptions.Invalid("operation has to be a string.")
    _refuse_others(operation, tuple(RecoverOperation))
    if params is None:
        return
    if not isinstance(params, Mapping):
        raise exceptions.Invalid("operation_params must be a map.")
    wrong = rules.broken(operation.upper(), params)
    if wrong is not None:
        key, words = wrong
        raise exceptions.Invalid(
            f"{key.capitalize()} field '{spec_types.show(params[key])}' in "
            f"operation_params has to be {words}."
        )


def _check_timeout(timeout: Any) -> None:
    if timeout is None:
        return
    is_number = isinstance(timeout, int) and not isinstance(timeout, bool)
    if not is_number or timeout < 0:
        raise exceptions.Invalid(
            f"The value for delete_timeout must be a number of seconds, 0 or more: "
            f"'{timeout}'."
        )
    if timeout > _LONGEST_S:
        raise exceptions.Invalid(
            f"The value for delete_timeout must be less than or equal to "
            f"{_LONGEST_S}: '{spec_types.show(timeout)}'."
        )
