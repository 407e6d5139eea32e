"""Spec schemas and operations as clients of Senlin's API are shown them."""

import copy
from collections.abc import Mapping
from typing import Any

from senlin_like.domain import spec_operations, spec_types


def export(schema: spec_types.Schema) -> dict[str, Any]:
    """Describe the properties of a spec, as JSON."""
    return {name: _exported(prop) for name, prop in schema.items()}


def export_operations(
    operations: Mapping[str, spec_operations.Operation],
) -> dict[str, Any]:
    """Describe operations and their parameters, as JSON."""
    return {
        name: {
            "description": operation.description,
            "parameters": {
                parameter: _parameter(prop)
                for parameter, prop in operation.parameters.items()
            },
        }
        for name, operation in operations.items()
    }


def _parameter(prop: spec_types.Property) -> dict[str, Any]:
    """Describe a parameter: a property that can't be updated."""
    exported = _exported(prop)
    del exported["updatable"]
    return exported


def _exported(prop: spec_types.Property) -> dict[str, Any]:
    """Describe one property and what is inside of it."""
    exported: dict[str, Any] = {
        "type": prop.type_name,
        "required": prop.required,
        "updatable": prop.updatable,
    }
    optional = {
        "description": prop.description or None,
        "default": copy.deepcopy(prop.default),
        "constraints": [
            {"type": constraint.name, "constraint": constraint.exported()}
            for constraint in prop.constraints
        ]
        or None,
        "schema": _inside(prop),
        "min_version": prop.min_version,
        "max_version": prop.max_version,
    }
    exported.update(
        (name, value) for name, value in optional.items() if value is not None
    )
    return exported


def _inside(prop: spec_types.Property) -> dict[str, Any] | None:
    """Describe what a map or a list holds, None where that is free."""
    if isinstance(prop, spec_types.Map) and prop.schema is not None:
        return export(prop.schema)
    if isinstance(prop, spec_types.List) and prop.item is not None:
        return {"*": _exported(prop.item)}
    return None
