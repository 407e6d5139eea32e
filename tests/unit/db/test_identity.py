import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlin_like.db import identity
from senlin_like.db.actions import masked


@given(st.uuids())
def test_uuids_look_like_uuids(value):
    assert identity.is_uuid_like(str(value))
    assert identity.is_uuid_like(str(value).upper())
    assert identity.is_uuid_like(value.hex)


@pytest.mark.parametrize("text", ["", "web", "1234", f"{uuid.UUID(int=7)}0", "g" * 32])
def test_other_texts_dont(text):
    assert not identity.is_uuid_like(text)


@given(st.text())
def test_any_text_is_judged(text):
    assert identity.is_storable(text) == (
        "\x00" not in text and text.encode(errors="ignore").decode() == text
    )
    assert identity.is_uuid_like(text) in (True, False)


def test_passwords_are_masked_at_any_depth():
    inputs = {
        "operation": "rebuild",
        "params": {"admin_pass": "s3cret", "n": [{"password": "s3cret"}, 5]},
        "admin_pass": None,
    }

    shown = masked(inputs)

    assert "s3cret" not in str(shown)
    assert shown["params"]["n"][1] == 5
    assert shown["admin_pass"] is None
    assert inputs["params"]["admin_pass"] == "s3cret"
