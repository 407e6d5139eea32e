import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from senlin_like import exceptions
from senlin_like.operations import collect, recovery

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)
KEYS = st.sampled_from([*recovery.CLUSTER_KEYS, *recovery.NODE_KEYS, "x"])


@given(st.dictionaries(KEYS, JSON, max_size=5))
@example({"check": "no"})
def test_any_parameters_are_taken_or_refused(params):
    try:
        inputs = recovery.inputs_of(params, recovery.NODE_KEYS)
    except exceptions.Invalid:
        return

    switches = {"check", "check_capacity", "force_recreate"} & inputs.keys()
    assert all(isinstance(inputs[key], bool) for key in switches)
    others = {key: value for key, value in inputs.items() if key not in switches}
    assert others.items() <= params.items()


PATH = st.text(alphabet="ab.*$[]'\"|&`@?()0:-,< where", max_size=14)


# The library means to change what some old operators are; they work as before.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@example("0&0")
@given(PATH)
def test_any_path_is_read_or_refused(path):
    try:
        parsed = collect.parse(path)
        found = collect.find(parsed, {"a": [1, {"b": "x"}], "b": None}, path)
    except exceptions.Invalid:
        return

    assert isinstance(found, list)
