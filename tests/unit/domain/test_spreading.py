"""Nodes are spread over places as evenly as their weights allow."""

import fractions
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from senlin_like.domain import spreading
from senlin_like.domain.spreading import Share

NAMES = ("a", "b", "c", "d")


@st.composite
def shares(draw, lowest=1, caps=None):
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    return [
        Share(
            name=name,
            weight=draw(st.integers(lowest, 5)),
            cap=draw(caps) if caps is not None else None,
        )
        for name in names
    ]


def apart(numbers, places):
    """Tell whether two places are more than one node's weight apart."""
    return [
        (one.name, other.name)
        for one in places
        for other in places
        if fractions.Fraction(numbers[one.name], one.weight)
        > fractions.Fraction(numbers[other.name] + 1, other.weight)
    ]


@settings(max_examples=300)
@given(places=shares(), count=st.integers(0, 40))
def test_what_is_made_is_spread_evenly(places, count):
    chosen = spreading.grow({}, places, count)

    assert len(chosen) == count
    assert apart(Counter(chosen), places) == []


@settings(max_examples=300)
@given(places=shares(), count=st.integers(0, 40), less=st.integers(0, 45))
def test_what_goes_leaves_an_even_spread(places, count, less):
    have = Counter(spreading.grow({}, places, count))

    gone = spreading.shrink(have, places, less)

    assert len(gone) == min(less, count)
    have.subtract(gone)
    assert min(have.values(), default=0) >= 0
    assert apart(have, places) == []


@given(places=shares(), steps=st.lists(st.integers(-5, 5), max_size=10))
def test_a_spread_stays_even_through_growing_and_shrinking(places, steps):
    have = Counter()
    for step in steps:
        if step >= 0:
            have.update(spreading.grow(have, places, step))
        else:
            have.subtract(spreading.shrink(have, places, -step))
        assert apart(have, places) == []


@given(
    have=st.dictionaries(st.sampled_from(NAMES), st.integers(0, 5)),
    count=st.integers(1, 9),
)
def test_equal_places_become_equal(have, count):
    places = [Share(name=name, weight=7) for name in NAMES]
    after = Counter(have)

    after.update(spreading.grow(have, places, count))

    grown = [name for name in NAMES if after[name] > have.get(name, 0)]
    lowest = min(after[name] for name in NAMES)
    assert all(after[name] <= lowest + 1 for name in grown)


@given(
    places=shares(lowest=0, caps=st.none() | st.integers(0, 5)),
    have=st.dictionaries(st.sampled_from(NAMES), st.integers(0, 6)),
    count=st.integers(0, 30),
)
def test_caps_hold_and_the_weightless_get_nothing(places, have, count):
    chosen = spreading.grow(have, places, count)

    room = [
        count if one.cap is None else max(0, one.cap - have.get(one.name, 0))
        for one in places
        if one.weight > 0
    ]
    assert (chosen is None) == (sum(room) < count)
    for name, number in Counter(chosen or []).items():
        share = next(one for one in places if one.name == name)
        assert share.weight > 0
        assert share.cap is None or have.get(name, 0) + number <= share.cap


def test_places_that_are_not_named_are_emptied_first():
    places = [Share(name="a", weight=1), Share(name="b", weight=0)]

    gone = spreading.shrink({"a": 5, "b": 1, "x": 2}, places, 4)

    assert gone == ["x", "b", "x", "a"]


def test_places_above_their_cap_come_next():
    places = [Share(name="a", weight=1), Share(name="b", weight=9, cap=2)]

    assert spreading.shrink({"a": 9, "b": 4}, places, 3) == ["b", "b", "a"]


def test_ties_go_to_the_heavier_place_then_to_the_first():
    places = [
        Share(name=name, weight=weight)
        for name, weight in zip("abc", (1, 1, 2), strict=True)
    ]

    assert spreading.grow({}, places, 4) == ["c", "c", "a", "b"]
