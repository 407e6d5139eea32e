"""What columns give back is what they were given."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql, postgresql, sqlite

from senlin_like.db.types import Json

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3)
    ),
    max_leaves=8,
)
DIALECTS = [mysql.dialect(), postgresql.dialect(), sqlite.dialect()]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
@given(value=JSON)
def test_json_comes_back_as_it_went(dialect, value):
    column = Json()
    stored = column.process_bind_param(value, dialect)

    read = column.result_processor(dialect, None)(stored)

    assert read == value


@given(value=JSON.filter(lambda value: value is not None))
def test_json_is_stored_as_plain_ascii(value):
    stored = Json().process_bind_param(value, sqlite.dialect())

    # PostgreSQL refuses NUL, and no database takes half of a surrogate pair.
    assert stored.isascii()
    assert "\x00" not in stored
    assert json.loads(stored) == value


def test_an_empty_map_is_a_new_one_each_time():
    read = Json().result_processor(sqlite.dialect(), None)

    first, second = read("{}"), read("{}")

    assert first == second == {}
    assert first is not second
