"""What holds for any schema and whatever anybody sends."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from senlin_like import exceptions
from senlin_like.domain import spec

NAMES = st.sampled_from(["a", "b", "c", "d"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "1", "true", "x", "1.5", "{}", '{"a": 1}', "[]"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
    ),
    max_leaves=6,
)
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "required": st.booleans(),
    "updatable": st.booleans(),
    "min_version": st.sampled_from([None, "1.0", "1.1"]),
}
LEAVES: st.SearchStrategy[spec.Property] = st.one_of(
    st.builds(
        spec.String,
        default=st.sampled_from([None, "x"]),
        constraints=st.sampled_from([(), spec.one_of("x", "1")]),
        **COMMON,
    ),
    st.builds(spec.Integer, default=st.sampled_from([None, 0, "2"]), **COMMON),
    st.builds(spec.Number, default=st.sampled_from([None, 1.5]), **COMMON),
    st.builds(spec.Boolean, default=st.sampled_from([None, False]), **COMMON),
    st.builds(spec.Map, default=st.sampled_from([None, {}, {"z": 1}]), **COMMON),
    st.builds(spec.List, default=st.sampled_from([None, [], [1]]), **COMMON),
)


def holding(
    inner: st.SearchStrategy[spec.Property],
) -> st.SearchStrategy[spec.Property]:
    """Make maps and lists of other properties."""
    return st.builds(
        spec.Map,
        schema=st.dictionaries(NAMES, inner, max_size=3),
        default=st.sampled_from([None, {}]),
        **COMMON,
    ) | st.builds(spec.List, item=inner, default=st.sampled_from([None, []]), **COMMON)


SCHEMAS = st.dictionaries(
    NAMES, st.recursive(LEAVES, holding, max_leaves=4), max_size=4
)


@st.composite
def fitting(draw: st.DrawFn, schema: spec.Schema) -> dict[str, Any]:
    """Make a map that has a fair chance to be accepted by a schema."""
    return {
        name: draw(_value(prop))
        for name, prop in schema.items()
        if prop.required or draw(st.booleans())
    }


def _value(prop: spec.Property) -> st.SearchStrategy[Any]:
    """Make a value that mostly suits a property."""
    if isinstance(prop, spec.Map):
        return fitting(prop.schema) if prop.schema is not None else st.just({"k": [1]})
    if isinstance(prop, spec.List):
        item = prop.item
        return st.lists(VALUES if item is None else _value(item), max_size=2)
    words = {"Boolean": ["true", False, 1], "String": ["x", "1"]}
    return st.sampled_from(words.get(prop.type_name, ["1", 2, 3.0]))


@given(data=st.data(), schema=SCHEMAS, version=st.sampled_from(["1.0", "1.1"]))
def test_what_was_read_can_be_read_again(
    data: st.DataObject, schema: dict[str, spec.Property], version: str
) -> None:
    properties = data.draw(fitting(schema))
    try:
        values = spec.validate(schema, properties, version)
    except exceptions.InvalidSpec:
        return

    assert set(values) == set(schema)
    assert spec.validate(schema, values, version) == values


def refusal_of(action: Callable[[], object]) -> str | None:
    """Give the reason why something is refused, None if it is not."""
    try:
        action()
    except exceptions.Invalid as error:
        return error.message
    return None


@given(schema=SCHEMAS, properties=VALUES)
def test_anything_is_either_read_or_refused_with_a_reason(
    schema: dict[str, spec.Property], properties: Any
) -> None:
    reason = refusal_of(lambda: spec.validate(schema, properties, "1.0"))

    assert reason != ""


@given(envelope=VALUES)
def test_any_envelope_is_either_fine_or_refused_with_a_reason(envelope: Any) -> None:
    reason = refusal_of(lambda: spec.check_envelope(envelope, may_describe=True))

    assert reason != ""


@given(schema=SCHEMAS)
def test_any_schema_can_be_shown(schema: dict[str, spec.Property]) -> None:
    shown = spec.export(schema)

    assert json.loads(json.dumps(shown)) == shown
    assert all(
        {"type", "required", "updatable"} <= prop.keys() for prop in shown.values()
    )


@given(schema=SCHEMAS, given_=VALUES)
def test_any_parameters_are_either_read_or_refused(
    schema: dict[str, spec.Property], given_: Any
) -> None:
    operation = spec.Operation(description="Do it.", parameters=schema)

    reason = refusal_of(lambda: spec.validate_parameters(operation, given_))

    assert reason is None or reason.endswith(".")
