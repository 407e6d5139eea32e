"""Scaling counts from the nodes that there are and keeps the limits."""

import pytest

from senlin_like.domain import capacity
from senlin_like.domain.capacity import Refusal, Resize, Sizes

#: A cluster of three with room on both sides.
TRIO = Sizes(min_size=2, max_size=5, desired_capacity=3)


@pytest.mark.parametrize(
    ("nodes", "count", "planned"),
    [
        (3, 2, Resize(desired=5, min_size=2, max_size=5, create=2)),
        (9, 0, Resize(desired=9, min_size=2, max_size=5)),
        (
            4,
            2,
            Refusal(
                reason="The target capacity (6) is greater than the cluster's "
                "max_size (5)."
            ),
        ),
        (
            0,
            1,
            Refusal(
                reason="The target capacity (1) is less than the cluster's "
                "min_size (2)."
            ),
        ),
        (3, -1, Refusal(reason="The count (-1) must not be negative.")),
    ],
)
def test_scale_out(nodes: int, count: int, planned: Resize | Refusal) -> None:
    assert capacity.plan_scale_out(nodes, TRIO, count, 1000) == planned


@pytest.mark.parametrize(
    ("nodes", "count", "planned"),
    [
        (5, 3, Resize(desired=2, min_size=2, max_size=5, delete=3)),
        (1, 0, Resize(desired=1, min_size=2, max_size=5)),
        (
            3,
            7,
            Refusal(
                reason="The target capacity (0) is less than the cluster's "
                "min_size (2)."
            ),
        ),
        (3, -1, Refusal(reason="The count (-1) must not be negative.")),
    ],
)
def test_scale_in(nodes: int, count: int, planned: Resize | Refusal) -> None:
    assert capacity.plan_scale_in(nodes, TRIO, count, 1000) == planned


def test_scale_in_takes_no_more_nodes_than_there_are() -> None:
    sizes = Sizes(min_size=0, max_size=-1, desired_capacity=9)

    planned = capacity.plan_scale_in(3, sizes, 7, 1000)

    assert planned == Resize(desired=0, min_size=0, max_size=-1, delete=3)


def test_room_for_best_effort() -> None:
    endless = Sizes(min_size=0, max_size=-1, desired_capacity=0)

    assert capacity.room_to_grow(3, TRIO, 1000) == 2
    assert capacity.room_to_grow(7, TRIO, 1000) == 0
    assert capacity.room_to_grow(7, endless, 10) == 3
    assert capacity.room_to_shrink(3, TRIO) == 1
    assert capacity.room_to_shrink(1, TRIO) == 0
