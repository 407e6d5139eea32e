"""Specs of profiles and policies: read one, compare two, describe a schema.

A profile or policy type writes its properties and operations down with the
types of this module and reads specs by them::

    PROPERTIES = {"flavor": spec.String(required=True, updatable=True)}
    values = spec.validate(PROPERTIES, envelope.properties, envelope.version)

The texts of refusals are those of Senlin's API: clients compare them.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.domain.spec_export import export, export_operations
from senlin_like.domain.spec_operations import (
    Operation,
    find_operation,
    validate_parameters,
)
from senlin_like.domain.spec_types import (
    AllowedValues,
    Boolean,
    Constraint,
    Integer,
    List,
    Map,
    Number,
    Property,
    Schema,
    String,
    check_bounds,
    one_of,
    read_map,
    show,
)

__all__ = [
    "AllowedValues",
    "Boolean",
    "Constraint",
    "Envelope",
    "Integer",
    "List",
    "Map",
    "Number",
    "Operation",
    "Property",
    "Schema",
    "String",
    "changed",
    "check_envelope",
    "export",
    "export_operations",
    "find_operation",
    "identify",
    "one_of",
    "read_spec",
    "refuse_not_updatable",
    "show",
    "validate",
    "validate_parameters",
]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Envelope:
    """A spec whose outer shape is right; the properties aren't read yet."""

    type: str
    version: str
    properties: dict[str, Any]
    description: str = ""

    @property
    def type_name(self) -> str:
        """Give type and version as one name, as they're known on the wire."""
        return f"{self.type}-{self.version}"


def identify(spec: Any) -> tuple[str, str]:
    """Read type and version of a spec; a version given as number is fine.

    :raises InvalidSpec: when the spec isn't a map, or lacks one of the two.
    """
    if not isinstance(spec, Mapping):
        check_bounds(spec)
        raise exceptions.InvalidSpec(f"'{show(spec)}' is not a Map")
    for key in ("type", "version"):
        if spec.get(key) is None:
            raise exceptions.InvalidSpec(
                f"The '{key}' key is missing from the provided spec map."
            )
    check_bounds(spec)
    kind, version = spec["type"], spec["version"]
    if not isinstance(kind, str):
        raise exceptions.InvalidSpec(f"The value '{show(kind)}' is not a valid string")
    if isinstance(version, bool):
        raise exceptions.InvalidSpec(f"The value '{version}' is not a valid string")
    return kind, String().convert(version, "")


def check_envelope(spec: Any, *, may_describe: bool) -> Envelope:
    """Check the outer shape of a spec.

    ``may_describe`` allows the key ``description``: policies have it,
    profiles don't, but may have secrets.

    :raises InvalidSpec: when a key is missing, unknown or of a wrong type.
    """
    kind, version = identify(spec)
    schema: dict[str, Property] = {
        "type": String(required=True),
        "version": String(required=True),
        "properties": Map(required=True, is_secret=not may_describe),
    }
    if may_describe:
        schema["description"] = String()
    shape = read_map(schema, spec, "1.0")
    return Envelope(
        type=kind,
        version=version,
        properties=shape["properties"],
        description=shape.get("description") or "",
    )


def validate(schema: Schema, given: Any, version: str) -> dict[str, Any]:
    """Read the properties of a spec: typed, and with defaults filled in.

    The result has every key of the schema, null where nothing was given and
    there is no default. Reading the result again gives the same.

    :raises InvalidSpec: when a property is missing, unknown or wrong, or the
        whole is too deep or too large.
    """
    check_bounds(given)
    if not isinstance(given, Mapping):
        raise exceptions.InvalidSpec(f"'{show(given)}' is not a Map")
    return read_map(schema, given, version)


def read_spec(schema: Schema, spec: Any, *, may_describe: bool) -> dict[str, Any]:
    """Read a whole spec, shape and properties; return the properties.

    ``may_describe`` is as for ``check_envelope``, the result as of ``validate``.

    :raises InvalidSpec: with the item and the reason.
    """
    envelope = check_envelope(spec, may_describe=may_describe)
    return validate(schema, envelope.properties, envelope.version)


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the properties that differ between two validated specs, sorted.

    An absent property equals one that is null.
    """
    names = old.keys() | new.keys()
    return tuple(sorted(name for name in names if old.get(name) != new.get(name)))


def refuse_not_updatable(
    schema: Schema, old: Mapping[str, Any], new: Mapping[str, Any]
) -> None:
    """Make sure that only updatable properties differ between two specs.

    What is inside of a property counts as the property itself.

    :raises InvalidSpec: when others differ; the message names them.
    """
    fixed = [
        name
        for name in changed(old, new)
        if name not in schema or not schema[name].updatable
    ]
    if fixed:
        names = ", ".join(f"'{name}'" for name in fixed)
        raise exceptions.InvalidSpec(f"These properties can't be updated: {names}.")
