"""A max_size of 0 in a resize: it closes an empty cluster, and empties none."""

import pytest

from senlin_like.domain import capacity
from senlin_like.domain.capacity import Bounds, Change, Refusal, Resize, Sizes
from senlin_like.domain.enums import AdjustmentType

OPEN = Sizes(min_size=0, max_size=-1, desired_capacity=3)
CLOSED = Sizes(min_size=0, max_size=0, desired_capacity=0)
MORE = Change(adjustment=AdjustmentType.CHANGE_IN_CAPACITY, number=2)


def plan(nodes: int, sizes: Sizes, change: Change) -> Resize | Refusal:
    return capacity.plan_resize(nodes, sizes, change, strict=False, max_nodes=1000)


@pytest.mark.parametrize("low", [None, 0])
def test_nodes_are_not_cut_to_a_max_size_of_zero(low: int | None) -> None:
    planned = plan(3, OPEN, Change(bounds=Bounds(min_size=low, max_size=0)))

    assert planned == Refusal(
        reason="The target capacity (3) is greater than the specified max_size (0)."
    )


def test_an_empty_cluster_may_be_closed() -> None:
    planned = plan(0, OPEN, Change(bounds=Bounds(max_size=0)))

    assert planned == Resize(desired=0, min_size=0, max_size=0)


@pytest.mark.parametrize(
    ("nodes", "change", "size"),
    [(0, MORE, 2), (3, Change(bounds=Bounds(min_size=0)), 3)],
)
def test_a_closed_cluster_says_that_it_is(
    nodes: int, change: Change, size: int
) -> None:
    assert plan(nodes, CLOSED, change) == Refusal(
        reason=f"The target capacity ({size}) is greater than the cluster's "
        "max_size (0)."
    )
