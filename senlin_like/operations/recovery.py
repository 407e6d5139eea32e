"""How a request to recover a cluster or a node is read."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.domain import spec_types
from senlin_like.domain.enums import RecoverOperation

CLUSTER_KEYS = ("operation", "operation_params", "check", "check_capacity")
NODE_KEYS = (
    "operation",
    "operation_params",
    "check",
    "delete_timeout",
    "force_recreate",
)
_REBOOT_TYPES = ("SOFT", "HARD")
#: Longest time that may be given for a deletion, in seconds.
_LONGEST_S = 2**31 - 1


def _is_reboot_type(value: Any) -> bool:
    return isinstance(value, str) and value.upper() in _REBOOT_TYPES


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_switch(value: Any) -> bool:
    return value is None or isinstance(value, bool)


#: What each operation reads of its parameters: a rule in words, and as a test.
_PARAMS: Mapping[str, Mapping[str, tuple[str, Callable[[Any], bool]]]] = {
    RecoverOperation.REBOOT: {
        "type": (
            f"one of the following: {', '.join(_REBOOT_TYPES)}",
            _is_reboot_type,
        )
    },
    RecoverOperation.REBUILD: {"image": ("a string", _is_text)},
    RecoverOperation.RECREATE: {"fence_compute": ("a boolean", _is_switch)},
}


def inputs_of(params: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """Check the parameters of a recover request; returns the action's inputs.

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
    _check_switches(inputs)
    return inputs


def _check_operation(operation: Any, params: Any) -> None:
    if not isinstance(operation, str):
        raise exceptions.Invalid("operation has to be a string.")
    if operation.upper() not in RecoverOperation.__members__:
        raise exceptions.Invalid(
            f"Operation value '{operation}' has to be one of the following: "
            f"{', '.join(RecoverOperation)}."
        )
    if params is None:
        return
    if not isinstance(params, Mapping):
        raise exceptions.Invalid("operation_params must be a map.")
    for key, (rule, is_right) in _PARAMS[operation.upper()].items():
        value = params.get(key)
        if key in params and not is_right(value):
            raise exceptions.Invalid(
                f"{key.capitalize()} field '{spec_types.show(value)}' in "
                f"operation_params has to be {rule}."
            )


def _check_switches(inputs: Mapping[str, Any]) -> None:
    timeout = inputs.get("delete_timeout")
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
