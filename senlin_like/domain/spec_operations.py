"""The operations that a profile type offers, and how their parameters are read.

The texts of refusals are those of Senlin's API: clients compare them.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.domain import spec_types


@dataclasses.dataclass(frozen=True, kw_only=True)
class Operation:
    """Something that can be done to a node of a profile type."""

    description: str
    parameters: spec_types.Schema = dataclasses.field(default_factory=dict)


def find_operation(
    operations: Mapping[str, Operation], name: str, profile_type: str
) -> Operation:
    """Look an operation up by its name.

    :raises Invalid: when the profile type doesn't have it.
    """
    operation = operations.get(name)
    if operation is None:
        raise exceptions.Invalid(
            f"The requested operation '{spec_types.show(name)}' is not supported by "
            f"the profile type '{profile_type}'."
        )
    return operation


def validate_parameters(
    operation: Operation, given: Any, version: str = "1.0"
) -> dict[str, Any]:
    """Read the parameters of an operation, with the defaults of absent ones.

    Absent ones without a default are left out; null stands for no parameters.

    :raises Invalid: when one is unknown, missing or wrong.
    """
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        raise exceptions.Invalid("The params provided is not a map.")
    for name in given:
        if name not in operation.parameters:
            raise exceptions.Invalid(
                f"Unrecognizable parameter '{spec_types.show(name)}'."
            )
    result = {}
    for name, prop in operation.parameters.items():
        if name in given:
            result[name] = _read(prop, given[name], version)
        elif prop.required:
            raise exceptions.Invalid(f"Required parameter '{name}' not provided.")
        elif prop.default is not None:
            result[name] = spec_types.default_of(prop, version)
    return result


def _read(prop: spec_types.Property, value: Any, version: str) -> Any:
    """Read one parameter; here a number isn't taken for a text."""
    if isinstance(prop, spec_types.String) and not isinstance(value, str):
        raise exceptions.Invalid("value is not a string.")
    try:
        spec_types.check_bounds(value)
        return spec_types.read(prop, value, version)
    except exceptions.InvalidSpec as error:
        raise exceptions.Invalid(f"{error.message.rstrip('.')}.") from error
