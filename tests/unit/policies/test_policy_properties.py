"""What holds for the specs of every policy type, whatever anybody sends."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlin_like import exceptions
from senlin_like.policies import base, registry

TYPES = registry.load()
NAMES = TYPES.names()
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["1", "-1", "{}", "true", "HTTP"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
FITTING: dict[str, st.SearchStrategy[Any]] = {
    "Boolean": st.booleans(),
    "Integer": st.integers(1, 100),
    "Number": st.integers(1, 100) | st.floats(0.5, 100),
    "String": st.sampled_from(["a", "b"]),
}
ODD = JSON | st.sampled_from(["", 0, -1])
LIMITS = base.Limits(check_interval_min_s=1)


def value_of(prop: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Make values that mostly fit a property, by its schema as clients see it."""
    for constraint in prop.get("constraints", ()):
        return st.sampled_from(constraint["constraint"])
    if prop["type"] == "Map":
        return map_of(prop["schema"]) if "schema" in prop else st.just({"k": 1})
    if prop["type"] == "List":
        return st.lists(value_of(prop["schema"]["*"]), min_size=1, max_size=2)
    return FITTING[prop["type"]]


@st.composite
def map_of(draw: st.DrawFn, schema: dict[str, Any]) -> dict[str, Any]:
    """Make maps that mostly fit a schema; now and then one item is odd."""
    made = {
        name: draw(value_of(prop))
        for name, prop in schema.items()
        if prop["required"] or draw(st.integers(0, 3))
    }
    if made and draw(st.integers(0, 19)) == 19:
        made[draw(st.sampled_from(sorted(made)))] = draw(ODD)
    return made


def checked(plugin: base.PolicyType, spec: dict[str, Any]) -> Any:
    """Read a spec; give the reason as an error if it is refused."""
    try:
        return plugin.check_spec(spec)
    except exceptions.InvalidSpec as error:
        return error


def judged(name: str, properties: Any) -> dict[str, Any] | None:
    """Read a spec as creation does; None when it is refused with a reason."""
    kind, _, version = name.rpartition("-")
    spec = {"type": kind, "version": version, "properties": properties}
    plugin = TYPES.get(name)
    read = checked(plugin, spec)
    if isinstance(read, exceptions.InvalidSpec):
        assert read.message
        return None
    problem = plugin.problem(read, LIMITS)
    assert problem != ""
    if problem is not None:
        return None
    for reference in plugin.references(read):
        assert reference.names
        assert all(isinstance(one, str) and one for one in reference.names)
    result: dict[str, Any] = read
    return result


@given(name=st.sampled_from(NAMES), properties=JSON)
def test_any_json_is_either_taken_or_refused_with_a_reason(
    name: str, properties: Any
) -> None:
    judged(name, properties)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_what_was_taken_is_taken_again_and_means_the_same(
    name: str, data: st.DataObject
) -> None:
    properties = data.draw(map_of(TYPES.get(name).schema()))

    read = judged(name, properties)

    if read is not None:
        assert judged(name, read) == read


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_what_was_taken_has_every_key_and_a_value_for_every_default(
    name: str, data: st.DataObject
) -> None:
    schema = TYPES.get(name).schema()

    read = judged(name, data.draw(map_of(schema)))

    if read is not None:
        assert set(read) == set(schema)
        for key, prop in schema.items():
            assert read[key] is not None or "default" not in prop
