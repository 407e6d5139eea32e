"""The right nodes go, and never more of them than were asked for."""

import datetime
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from senlin_like.domain import selection
from senlin_like.domain.selection import Candidate, Criterion

NOON = datetime.datetime(2030, 1, 1, 12, tzinfo=datetime.UTC)
TIMES = st.none() | st.integers(0, 5).map(
    lambda hours: NOON + datetime.timedelta(hours=hours)
)
NODES = st.lists(
    st.builds(
        Candidate,
        id=st.integers(0, 15).map(lambda number: f"n{number}"),
        status=st.sampled_from(["ACTIVE", "ERROR", "WARNING", "CREATING"]),
        index=st.integers(1, 15),
        tainted=st.booleans(),
        created_at=TIMES,
        profile_created_at=TIMES,
    ),
    max_size=10,
    unique_by=lambda node: node.id,
)
COUNTS = st.integers(min_value=-2, max_value=12)
CRITERIA = st.sampled_from(Criterion)


def a_node(name: str, hour: int | None = 0, **facts: Any) -> Candidate:
    """Make a node that was created at an hour after noon, or not yet."""
    created_at = None if hour is None else NOON + datetime.timedelta(hours=hour)
    defaults: dict[str, Any] = {
        "status": "ACTIVE",
        "index": int(name[1:]),
        "created_at": created_at,
    }
    return Candidate(id=name, **(defaults | facts))


def chosen(
    nodes: list[Candidate], count: int, criterion: Criterion = Criterion.OLDEST_FIRST
) -> list[str]:
    """Name the nodes that are chosen, in their order."""
    choices = selection.choose(nodes, count, criterion, random.Random(1))
    return [choice.id for choice in choices]


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        (Criterion.OLDEST_FIRST, ["n2", "n3", "n1"]),
        (Criterion.YOUNGEST_FIRST, ["n1", "n3", "n2"]),
        (Criterion.OLDEST_PROFILE_FIRST, ["n3", "n1", "n2"]),
    ],
)
def test_good_nodes_go_by_the_criterion(
    criterion: Criterion, expected: list[str]
) -> None:
    later = NOON + datetime.timedelta(hours=1)
    nodes = [
        a_node("n1", 3, profile_created_at=later),
        a_node("n2", 1, profile_created_at=later),
        a_node("n3", 2, profile_created_at=NOON),
    ]

    assert chosen(nodes, 3, criterion) == expected


def test_equal_age_goes_by_index() -> None:
    nodes = [a_node("n3"), a_node("n1"), a_node("n2")]

    assert chosen(nodes, 2, Criterion.OLDEST_FIRST) == ["n1", "n2"]
    assert chosen(nodes, 2, Criterion.YOUNGEST_FIRST) == ["n3", "n2"]


def test_nodes_in_trouble_go_before_all_others() -> None:
    nodes = [
        a_node("n1", 0),
        a_node("n2", None, status="CREATING"),
        a_node("n3", 9, status="WARNING"),
        a_node("n4", 9, tainted=True),
        a_node("n5", None, status="ERROR"),
    ]

    choices = selection.choose(nodes, 5, Criterion.OLDEST_FIRST, random.Random(1))

    assert [(choice.id, choice.why) for choice in choices] == [
        ("n3", "status WARNING"),
        ("n4", "tainted"),
        ("n5", "status ERROR"),
        ("n2", "never created"),
        ("n1", "OLDEST_FIRST"),
    ]


def test_random_choice_comes_from_the_given_source() -> None:
    nodes = [a_node(f"n{number}") for number in range(9)]

    picks = {
        tuple(
            choice.id
            for choice in selection.choose(
                nodes, 3, Criterion.RANDOM, random.Random(seed)
            )
        )
        for seed in range(20)
    }

    assert len(picks) > 1
    assert chosen(nodes, 3, Criterion.RANDOM) == chosen(nodes, 3, Criterion.RANDOM)


@given(nodes=NODES, count=COUNTS, criterion=CRITERIA, seed=st.integers())
def test_as_many_as_asked_or_as_there_are(
    nodes: list[Candidate], count: int, criterion: Criterion, seed: int
) -> None:
    choices = selection.choose(nodes, count, criterion, random.Random(seed))

    ids = [choice.id for choice in choices]
    assert len(ids) == min(max(0, count), len(nodes))
    assert len(set(ids)) == len(ids)
    assert set(ids) <= {node.id for node in nodes}


@given(nodes=NODES, count=COUNTS, criterion=CRITERIA, seed=st.integers())
def test_bad_before_not_created_before_good(
    nodes: list[Candidate], count: int, criterion: Criterion, seed: int
) -> None:
    groups = selection.partition(nodes)
    rank = {
        node.id: place
        for place, group in enumerate((groups.bad, groups.not_created, groups.good))
        for node in group
    }

    choices = selection.choose(nodes, count, criterion, random.Random(seed))

    ranks = [rank[choice.id] for choice in choices]
    kept = [rank[key] for key in rank.keys() - {choice.id for choice in choices}]
    assert ranks == sorted(ranks)
    assert all(worst <= best for worst in ranks[-1:] for best in kept)


@given(nodes=NODES)
def test_each_node_is_in_one_group(nodes: list[Candidate]) -> None:
    groups = selection.partition(nodes)

    sorted_in = [*groups.bad, *groups.not_created, *groups.good]
    assert sorted(node.id for node in sorted_in) == sorted(node.id for node in nodes)


def test_a_node_that_is_named_twice_goes_once() -> None:
    assert chosen([a_node("n1"), a_node("n1")], 2) == ["n1"]
