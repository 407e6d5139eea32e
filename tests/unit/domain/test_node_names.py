"""Names of nodes follow their format and fit their column."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlin_like import exceptions
from senlin_like.domain import node_names

TOKENS = st.builds(
    lambda count, letter: f"${'' if count is None else count}{letter}",
    st.none() | st.integers(min_value=0, max_value=60),
    st.sampled_from("rRI"),
)
FORMATS = st.lists(TOKENS | st.text("ab$-._9R", max_size=10), max_size=8).map("".join)


@pytest.mark.parametrize(
    ("name_format", "pattern"),
    [
        ("", r"node-[A-Za-z][A-Za-z0-9]{7}"),
        ("node-$8R", r"node-[A-Za-z][A-Za-z0-9]{7}"),
        ("web-$R", r"web-[A-Za-z][A-Za-z0-9]{7}"),
        ("web-$3r", r"web-[a-z][a-z0-9]{2}"),
        ("web-$I", r"web-12"),
        ("web-$4I", r"web-0012"),
        ("web-$1I", r"web-12"),
        ("$1R$3I.$2r", r"[A-Za-z]012\.[a-z][a-z0-9]"),
        ("5$ or $x and $5", r"5\$ or \$x and \$5"),
        ("$0Rx", r"x"),
    ],
)
def test_tokens_are_filled_in(name_format: str, pattern: str) -> None:
    name = node_names.generate(name_format, 12, random.Random(1))

    assert re.fullmatch(pattern, name)


@pytest.mark.parametrize(
    ("name_format", "problem"),
    [
        (
            "$99999999R",
            "The node name format gives names of up to 99999999 characters; "
            "at most 255 are allowed.",
        ),
        (
            "x" * 246 + "$I",
            "The node name format gives names of up to 256 characters; "
            "at most 255 are allowed.",
        ),
        ("$0R", "The node name format gives empty names."),
        ("a\nb", "The node name format must not contain control characters."),
        (5, "The node name format must be a string, not a number."),
        (None, "The node name format must be a string, not null."),
        ({}, "The node name format must be a string, not a map."),
    ],
)
def test_what_can_never_be_a_name_is_refused(name_format: object, problem: str) -> None:
    assert node_names.check_format(name_format) == problem


@pytest.mark.parametrize("name_format", ["a b", "5$", "a/$I", "$Iä", "$8R\u200b"])
def test_what_no_node_may_be_called_cannot_be_asked_for(name_format: str) -> None:
    assert node_names.check_new_format(name_format) is not None


@pytest.mark.parametrize("name_format", ["", "$I", "节点-$3I", "a.b_c~$r"])
def test_what_a_node_may_be_called_can_be_asked_for(name_format: str) -> None:
    assert node_names.check_new_format(name_format) is None


def test_a_refused_format_makes_no_name() -> None:
    with pytest.raises(exceptions.Invalid, match="at most 255"):
        node_names.generate("$256R", 1, random.Random(1))


def test_only_eight_digits_make_a_token() -> None:
    name = node_names.generate("$123456789R", 1, random.Random(1))

    assert name == "$123456789R"


@given(
    name_format=FORMATS,
    index=st.integers(min_value=1, max_value=2**31 - 1),
    seed=st.integers(),
)
def test_an_accepted_format_gives_a_name_that_fits(
    name_format: str, index: int, seed: int
) -> None:
    if node_names.check_format(name_format) is not None:
        return

    name = node_names.generate(name_format, index, random.Random(seed))

    assert 1 <= len(name) <= node_names.MAX_LENGTH


@given(name_format=st.text(), seed=st.integers())
def test_any_text_is_either_refused_or_usable(name_format: str, seed: int) -> None:
    if node_names.check_format(name_format) is not None:
        return

    name = node_names.generate(name_format, 1, random.Random(seed))

    assert 1 <= len(name) <= node_names.MAX_LENGTH
