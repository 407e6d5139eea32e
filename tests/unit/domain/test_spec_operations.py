"""Operations take the parameters they declare, and no others."""

from typing import Any

import pytest

from senlin_like import exceptions
from senlin_like.domain import spec

OPERATIONS = {
    "reboot": spec.Operation(
        description="Reboot the server.",
        parameters={
            "type": spec.String(
                description="How to reboot.",
                default="SOFT",
                constraints=spec.one_of("SOFT", "HARD"),
            )
        },
    ),
    "restart": spec.Operation(
        description="Restart the container.",
        parameters={
            "wait_time": spec.Integer(required=True),
            "note": spec.String(),
        },
    ),
    "pause": spec.Operation(description="Pause the server."),
}


def read(name: str, given: Any) -> dict[str, Any]:
    """Read the parameters of one of the operations."""
    return spec.validate_parameters(OPERATIONS[name], given)


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("reboot", {}, {"type": "SOFT"}),
        ("reboot", None, {"type": "SOFT"}),
        ("reboot", {"type": "HARD"}, {"type": "HARD"}),
        ("restart", {"wait_time": "3"}, {"wait_time": 3}),
        ("pause", {}, {}),
    ],
)
def test_parameters_are_read(name: str, given: Any, expected: dict[str, Any]) -> None:
    assert read(name, given) == expected


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("reboot", {"bogus": 1}, "Unrecognizable parameter 'bogus'."),
        ("pause", {"bogus": 1}, "Unrecognizable parameter 'bogus'."),
        (
            "reboot",
            {"type": "Unknown"},
            "'Unknown' must be one of the allowed values: SOFT, HARD.",
        ),
        ("reboot", {"type": 5}, "value is not a string."),
        ("reboot", {"type": None}, "value is not a string."),
        ("restart", {}, "Required parameter 'wait_time' not provided."),
        ("restart", {"wait_time": "x"}, "The value 'x' is not a valid Integer."),
        ("reboot", ["x"], "The params provided is not a map."),
    ],
)
def test_wrong_parameters_say_what_is_wrong(name: str, given: Any, reason: str) -> None:
    with pytest.raises(exceptions.Invalid) as caught:
        read(name, given)

    assert caught.value.message == reason


def test_an_operation_is_found_by_its_name() -> None:
    found = spec.find_operation(OPERATIONS, "pause", "os.nova.server-1.0")

    assert found is OPERATIONS["pause"]


def test_an_unknown_operation_is_refused() -> None:
    with pytest.raises(exceptions.Invalid) as caught:
        spec.find_operation(OPERATIONS, "fly", "os.nova.server-1.0")

    assert caught.value.message == (
        "The requested operation 'fly' is not supported by the profile type "
        "'os.nova.server-1.0'."
    )


def test_operations_are_shown_to_clients() -> None:
    assert spec.export_operations(OPERATIONS) == {
        "reboot": {
            "description": "Reboot the server.",
            "parameters": {
                "type": {
                    "type": "String",
                    "required": False,
                    "description": "How to reboot.",
                    "default": "SOFT",
                    "constraints": [
                        {"type": "AllowedValues", "constraint": ["SOFT", "HARD"]}
                    ],
                }
            },
        },
        "restart": {
            "description": "Restart the container.",
            "parameters": {
                "wait_time": {"type": "Integer", "required": True},
                "note": {"type": "String", "required": False},
            },
        },
        "pause": {"description": "Pause the server.", "parameters": {}},
    }


PORT_IN_A_NETWORK = {
    "type": "Map",
    "required": False,
    "updatable": False,
    "schema": {"port": {"type": "String", "required": False, "updatable": False}},
}


def test_a_schema_is_shown_to_clients() -> None:
    schema: dict[str, spec.Property] = {
        "flavor": spec.String(
            description="The flavor.", required=True, updatable=True, max_version="1.3"
        ),
        "hooks": spec.Map(default={}, schema={"timeout": spec.Integer(default=0)}),
        "networks": spec.List(
            item=spec.Map(schema={"port": spec.String()}), min_version="1.1"
        ),
        "metadata": spec.Map(),
    }

    assert spec.export(schema) == {
        "flavor": {
            "type": "String",
            "required": True,
            "updatable": True,
            "description": "The flavor.",
            "max_version": "1.3",
        },
        "hooks": {
            "type": "Map",
            "required": False,
            "updatable": False,
            "default": {},
            "schema": {
                "timeout": {
                    "type": "Integer",
                    "required": False,
                    "updatable": False,
                    "default": 0,
                }
            },
        },
        "networks": {
            "type": "List",
            "required": False,
            "updatable": False,
            "schema": {"*": PORT_IN_A_NETWORK},
            "min_version": "1.1",
        },
        "metadata": {"type": "Map", "required": False, "updatable": False},
    }
