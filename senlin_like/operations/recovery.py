"""How a request to recover a cluster or a node is read."""

from collections.abc import Collection, Mapping
from typing import Any

from senlin_like import exceptions
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
    if operation.upper() != RecoverOperation.REBOOT or "type" not in params:
        return
    kind = params["type"]
    if not isinstance(kind, str) or kind.upper() not in _REBOOT_TYPES:
        raise exceptions.Invalid(
            f"Type field '{kind}' in operation_params has to be one of the "
            f"following: {', '.join(_REBOOT_TYPES)}."
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
