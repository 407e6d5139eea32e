"""Specs are read by their schema, and refusals say why in known words."""

from typing import Any

import pytest

from senlin_like import exceptions
from senlin_like.domain import spec, spec_types

ADJUSTMENTS = ("EXACT_CAPACITY", "CHANGE_IN_CAPACITY", "CHANGE_IN_PERCENTAGE")
SCHEMA: dict[str, spec.Property] = {
    "event": spec.String(required=True),
    "adjustment": spec.Map(
        schema={
            "type": spec.String(
                default="CHANGE_IN_CAPACITY", constraints=spec.one_of(*ADJUSTMENTS)
            ),
            "number": spec.Number(default=1),
            "best_effort": spec.Boolean(default=False),
            "cooldown": spec.Integer(default=0),
        }
    ),
    "networks": spec.List(
        item=spec.Map(schema={"network": spec.String(required=True)})
    ),
    "hooks": spec.Map(default={}, schema={"type": spec.String(default="zaqar")}),
    "limits": spec.Map(default={"low": "1"}, schema={"low": spec.Integer()}),
    "metadata": spec.Map(),
    "tags": spec.List(default=["a"]),
}


def read(version: str = "1.0", **properties: Any) -> dict[str, Any]:
    """Read properties by the schema of these tests."""
    return spec.validate(SCHEMA, {"event": "E", **properties}, version)


def refusal(schema: dict[str, spec.Property], given: Any, version: str = "1.0") -> str:
    """Give the reason why properties are refused."""
    with pytest.raises(exceptions.InvalidSpec) as caught:
        spec.validate(schema, given, version)
    return caught.value.message


def refused(prop: spec.Property, value: Any) -> str:
    """Give the reason why one value is refused."""
    return refusal({"it": prop}, {"it": value})


def accepted(prop: spec.Property, value: Any) -> Any:
    """Give what one value is read as."""
    return spec.validate({"it": prop}, {"it": value}, "1.0")["it"]


def test_absent_properties_become_their_defaults_or_null() -> None:
    assert read() == {
        "event": "E",
        "adjustment": None,
        "networks": None,
        "hooks": {},
        "limits": {"low": 1},
        "metadata": None,
        "tags": ["a"],
    }


def test_a_given_map_has_all_its_keys() -> None:
    assert read(adjustment={"number": "2.5"})["adjustment"] == {
        "type": "CHANGE_IN_CAPACITY",
        "number": 2.5,
        "best_effort": False,
        "cooldown": 0,
    }


def test_an_empty_map_stays_empty_only_where_that_is_the_default() -> None:
    values = read(hooks={}, adjustment={})

    assert values["hooks"] == {}
    assert values["adjustment"]["number"] == 1


def test_defaults_are_fresh_each_time() -> None:
    prop = spec.Map(default={"a": [1]})
    values = read()

    values["tags"].append("b")
    values["hooks"]["type"] = "webhook"
    spec.validate({"it": prop}, {}, "1.0")["it"]["a"].append(2)

    assert read()["tags"] == ["a"]
    assert read()["hooks"] == {}
    assert prop.default == {"a": [1]}


def test_null_is_absence_where_there_is_no_default() -> None:
    assert read(metadata=None)["metadata"] is None


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "Required spec item 'event' not provided"),
        ({"event": None}, "Required spec item 'event' not provided"),
        ({"event": "E", "bogus": 1}, "Unrecognizable spec item 'bogus'"),
        (
            {"event": "E", "adjustment": {"bogus": 1}},
            "Unrecognizable spec item 'bogus'",
        ),
        (
            {"event": "E", "adjustment": {"type": "blah"}},
            "'blah' must be one of the allowed values: EXACT_CAPACITY, "
            "CHANGE_IN_CAPACITY, CHANGE_IN_PERCENTAGE",
        ),
        (
            {"event": "E", "adjustment": {"cooldown": "soon"}},
            "The value 'soon' is not a valid Integer",
        ),
        ({"event": "E", "adjustment": [1]}, "'[1]' is not a Map"),
        ({"event": "E", "networks": {"a": 1}}, "'{'a': 1}' is not a List"),
        ({"event": "E", "networks": ["a"]}, "'a' is not a Map"),
        ({"event": "E", "networks": [{}]}, "Required spec item 'network' not provided"),
        ({"event": "E", "tags": None}, "'None' is not a List"),
        ([], "'[]' is not a Map"),
    ],
)
def test_refusals(given: Any, reason: str) -> None:
    assert refusal(SCHEMA, given) == reason


@pytest.mark.parametrize(
    ("prop", "value", "expected"),
    [
        (spec.String(), "x", "x"),
        (spec.String(), 1.0, "1.0"),
        (spec.String(), 7, "7"),
        (spec.Integer(), 7, 7),
        (spec.Integer(), "7", 7),
        (spec.Integer(), " -7 ", -7),
        (spec.Integer(), 7.0, 7),
        (spec.Number(), 7, 7),
        (spec.Number(), "7", 7),
        (spec.Number(), 1.5, 1.5),
        (spec.Number(), "1.5", 1.5),
        (spec.Boolean(), True, True),
        (spec.Boolean(), "true", True),
        (spec.Boolean(), "No", False),
        (spec.Boolean(), "0", False),
        (spec.Boolean(), 1, True),
        (spec.List(), [1, "a"], [1, "a"]),
        (spec.List(item=spec.Integer()), ["1"], [1]),
        (spec.Map(), {"a": [1]}, {"a": [1]}),
        (spec.Map(), '{"a": 1}', {"a": 1}),
        (spec.Map(schema={"a": spec.Integer()}), '{"a": "1"}', {"a": 1}),
    ],
)
def test_values_become_one_type(
    prop: spec.Property, value: Any, expected: object
) -> None:
    given = accepted(prop, value)

    assert given == expected
    assert type(given) is type(expected)


@pytest.mark.parametrize(
    ("prop", "value", "reason"),
    [
        (spec.String(default="x"), None, "The value 'None' is not a valid string"),
        (spec.String(), ["a"], "The value '['a']' is not a valid string"),
        (spec.Integer(), "1.5", "The value '1.5' is not a valid Integer"),
        (spec.Integer(), 1.5, "The value '1.5' is not a valid Integer"),
        (spec.Integer(), True, "The value 'True' is not a valid Integer"),
        (spec.Integer(), [], "The value '[]' is not a valid Integer"),
        (spec.Integer(), 2**63, f"The value '{2**63}' is not a valid Integer"),
        (spec.Integer(), "٣", "The value '٣' is not a valid Integer"),
        (spec.Number(), "many", "The value 'many' is not a valid number."),
        (spec.Number(), "nan", "The value 'nan' is not a valid number."),
        (spec.Number(), "1e999", "The value '1e999' is not a valid number."),
        (spec.Number(), True, "The value 'True' is not a valid number."),
        (spec.Number(), {}, "The value '{}' is not a valid number."),
        (spec.Boolean(), "maybe", "The value 'maybe' is not a valid Boolean"),
        (spec.Boolean(), 2, "The value '2' is not a valid Boolean"),
        (spec.Boolean(), 1.0, "The value '1.0' is not a valid Boolean"),
        (spec.List(), "abc", "'abc' is not a List"),
        (spec.Map(), "abc", "'abc' is not a Map"),
        (spec.Map(), "[1]", "'[1]' is not a Map"),
        (spec.Integer(), "9" * 300, f"The value '{'9' * 200}…' is not a valid Integer"),
    ],
)
def test_values_of_another_type(prop: spec.Property, value: Any, reason: str) -> None:
    assert refused(prop, value) == reason


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("1.1", "new (min_version=1.2) is not supported by spec version 1.1."),
        ("1.10", "new (max_version=1.9) is not supported by spec version 1.10."),
        ("x", "The version 'x' is not made of numbers and dots."),
    ],
)
def test_versions_without_a_property(version: str, reason: str) -> None:
    schema: dict[str, spec.Property] = {
        "new": spec.String(required=True, min_version="1.2", max_version="1.9")
    }

    assert refusal(schema, {"new": "x"}, version) == reason


def test_a_property_of_another_version_is_null() -> None:
    schema: dict[str, spec.Property] = {
        "new": spec.String(required=True, default="x", min_version="1.2")
    }

    assert spec.validate(schema, {}, "1.1") == {"new": None}
    assert spec.validate(schema, {"new": "y"}, "1.2") == {"new": "y"}


def nested(depth: int) -> Any:
    """Make a list in a list in a list."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_values_may_be_as_deep_as_the_limit() -> None:
    deepest = nested(spec_types.MAX_DEPTH - 1)

    assert accepted(spec.List(), deepest) == deepest


@pytest.mark.parametrize("depth", [spec_types.MAX_DEPTH, 5000])
def test_deeper_values_are_refused(depth: int) -> None:
    assert refused(spec.List(), nested(depth)) == (
        "The spec is nested too deeply: at most 32 levels are allowed."
    )


def test_deep_text_is_no_map() -> None:
    text = "[" * 100_000

    assert refused(spec.Map(), text) == f"'{'[' * 200}…' is not a Map"
    assert refused(spec.Map(), f'{{"a": {"[" * 40}{"]" * 40}}}') == (
        "The spec is nested too deeply: at most 32 levels are allowed."
    )


def test_large_specs_are_refused() -> None:
    assert refused(spec.List(), [1] * 50_001) == (
        "The spec is too large: at most 50000 values are allowed."
    )


def test_changes_are_named() -> None:
    old = {"image": "a", "flavor": "s", "name": None}
    new = {"image": "b", "flavor": "s", "key_name": "k"}

    assert spec.changed(old, new) == ("image", "key_name")


def test_only_updatable_properties_may_differ() -> None:
    schema: dict[str, spec.Property] = {
        "flavor": spec.String(updatable=True),
        "image": spec.String(),
        "key_name": spec.String(),
    }
    old = {"flavor": "s", "image": "a", "key_name": "k"}

    spec.refuse_not_updatable(schema, old, old | {"flavor": "m"})
    with pytest.raises(exceptions.InvalidSpec) as caught:
        spec.refuse_not_updatable(schema, old, {"flavor": "m", "image": "b"})

    assert caught.value.message == (
        "These properties can't be updated: 'image', 'key_name'."
    )
