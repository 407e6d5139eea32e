"""The outer shape of a spec is the same for all types."""

from typing import Any

import pytest

from senlin_like import exceptions
from senlin_like.domain import spec

WHOLE: dict[str, Any] = {"type": "os.nova.server", "version": "1.0", "properties": {}}


def without(key: str) -> dict[str, Any]:
    """Make a spec that lacks one key."""
    return {name: value for name, value in WHOLE.items() if name != key}


def test_a_whole_spec_is_named_by_type_and_version() -> None:
    envelope = spec.check_envelope(
        WHOLE | {"properties": {"flavor": "s"}}, may_describe=False
    )

    assert envelope.type_name == "os.nova.server-1.0"
    assert envelope.properties == {"flavor": "s"}


@pytest.mark.parametrize(("version", "name"), [(1.0, "1.0"), (1, "1"), ("1.1", "1.1")])
def test_a_version_may_be_a_number(version: object, name: str) -> None:
    assert spec.identify(WHOLE | {"version": version}) == ("os.nova.server", name)


def test_only_some_may_have_a_description() -> None:
    described = WHOLE | {"description": "what it is for"}

    envelope = spec.check_envelope(described, may_describe=True)

    assert envelope.description == "what it is for"
    with pytest.raises(exceptions.InvalidSpec, match="item 'description'"):
        spec.check_envelope(described, may_describe=False)


@pytest.mark.parametrize("description", [None, ""])
def test_a_description_may_be_empty(description: str | None) -> None:
    envelope = spec.check_envelope(
        WHOLE | {"description": description}, may_describe=True
    )

    assert envelope.description == ""


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (without("type"), "The 'type' key is missing from the provided spec map."),
        (
            without("version"),
            "The 'version' key is missing from the provided spec map.",
        ),
        (without("properties"), "Required spec item 'properties' not provided"),
        (WHOLE | {"properties": None}, "Required spec item 'properties' not provided"),
        (WHOLE | {"properties": [1]}, "'********' is not a Map"),
        (WHOLE | {"foo": 1}, "Unrecognizable spec item 'foo'"),
        (WHOLE | {"type": 5}, "The value '5' is not a valid string"),
        (WHOLE | {"version": True}, "The value 'True' is not a valid string"),
        (WHOLE | {"version": {}}, "The value '{}' is not a valid string"),
        ([], "'[]' is not a Map"),
        (None, "'None' is not a Map"),
    ],
)
def test_a_wrong_shape_says_what_is_wrong(given: Any, reason: str) -> None:
    with pytest.raises(exceptions.InvalidSpec) as caught:
        spec.check_envelope(given, may_describe=False)

    assert caught.value.message == reason
