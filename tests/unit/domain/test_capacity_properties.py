"""What holds for the sizes of any cluster and any request."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from senlin_like.domain import capacity
from senlin_like.domain.capacity import Bounds, Change, Refusal, Resize, Sizes
from senlin_like.domain.enums import AdjustmentType

MAX_NODES = 12
NODES = st.integers(min_value=0, max_value=15)
LIMITS = st.integers(min_value=-1, max_value=15)


@st.composite
def clusters(draw: st.DrawFn) -> Sizes:
    """Make the sizes of a cluster whose own limits don't cross."""
    low = draw(NODES)
    high = draw(st.just(-1) | st.integers(low, 15))
    return Sizes(min_size=low, max_size=high, desired_capacity=draw(NODES))


@st.composite
def healthy_clusters(draw: st.DrawFn) -> tuple[int, Sizes]:
    """Make a number of nodes and limits that it keeps."""
    low, nodes = sorted(draw(st.tuples(*[st.integers(0, MAX_NODES)] * 2)))
    high = draw(st.just(-1) | st.integers(nodes, 15))
    return nodes, Sizes(min_size=low, max_size=high, desired_capacity=nodes)


CLUSTERS = clusters()
BOUNDS = st.builds(Bounds, min_size=st.none() | NODES, max_size=st.none() | LIMITS)
NUMBERS = st.integers(-20, 20) | st.floats(-500, 500)
ADJUSTMENTS = st.builds(
    Change,
    adjustment=st.sampled_from(AdjustmentType),
    number=NUMBERS,
    min_step=st.none() | st.integers(0, 5),
    bounds=BOUNDS,
)
CHANGES = ADJUSTMENTS | st.builds(Change, bounds=BOUNDS)


def plan(nodes: int, sizes: Sizes, change: Change, strict: bool) -> Resize | Refusal:
    """Plan a resize under the small limit of these tests."""
    return capacity.plan_resize(
        nodes, sizes, change, strict=strict, max_nodes=MAX_NODES
    )


@given(nodes=NODES, sizes=CLUSTERS, change=CHANGES, strict=st.booleans())
def test_a_resize_stays_within_its_limits_or_is_refused_with_a_reason(
    nodes: int, sizes: Sizes, change: Change, strict: bool
) -> None:
    planned = plan(nodes, sizes, change, strict)

    if isinstance(planned, Refusal):
        assert planned.reason.endswith(".")
        return
    assert 0 <= planned.min_size <= planned.desired <= MAX_NODES
    assert planned.max_size < 0 or planned.desired <= planned.max_size
    assert planned.desired == nodes + planned.create - planned.delete
    assert 0 in (planned.create, planned.delete)
    assert 0 <= planned.delete <= nodes


@given(nodes=NODES, sizes=CLUSTERS, change=CHANGES)
def test_what_is_accepted_strictly_is_the_same_without(
    nodes: int, sizes: Sizes, change: Change
) -> None:
    strict = plan(nodes, sizes, change, strict=True)
    lenient = plan(nodes, sizes, change, strict=False)

    assert isinstance(strict, Refusal) or lenient == strict


@given(nodes=st.integers(1, MAX_NODES), strict=st.booleans(), change=CHANGES)
def test_a_max_size_of_zero_alone_takes_no_node(
    nodes: int, strict: bool, change: Change
) -> None:
    sizes = Sizes(min_size=0, max_size=-1, desired_capacity=nodes)
    closed = dataclasses.replace(
        change, bounds=dataclasses.replace(change.bounds, max_size=0)
    )

    planned = plan(nodes, sizes, closed, strict)
    free = plan(nodes, sizes, dataclasses.replace(change, bounds=Bounds()), strict)

    # Only who asks for no nodes gets none.
    if isinstance(planned, Resize):
        assert isinstance(free, Resize)
        assert free.desired == 0


@given(nodes=NODES, sizes=CLUSTERS, change=ADJUSTMENTS)
def test_a_request_that_passes_with_an_adjustment_is_carried_out(
    nodes: int, sizes: Sizes, change: Change
) -> None:
    checked = capacity.check_resize(
        nodes, sizes, change, strict=True, max_nodes=MAX_NODES
    )

    planned = plan(nodes, sizes, change, strict=True)

    assert (planned.reason if isinstance(planned, Refusal) else None) == checked


@given(
    current=NODES,
    adjustment=st.sampled_from(AdjustmentType),
    numbers=st.tuples(NUMBERS, NUMBERS),
    min_step=st.none() | st.integers(0, 5),
)
def test_a_larger_number_never_gives_a_smaller_size(
    current: int,
    adjustment: AdjustmentType,
    numbers: tuple[float, float],
    min_step: int | None,
) -> None:
    small, large = sorted(numbers)

    low = capacity.desired_after(current, adjustment, small, min_step)
    high = capacity.desired_after(current, adjustment, large, min_step)

    assert low <= high


@given(
    current=NODES,
    number=NUMBERS.filter(lambda number: number != 0),
    min_step=st.integers(1, 5),
)
def test_a_percentage_moves_at_least_the_min_step_its_own_way(
    current: int, number: float, min_step: int
) -> None:
    desired = capacity.desired_after(
        current, AdjustmentType.CHANGE_IN_PERCENTAGE, number, min_step
    )

    moved = desired - current
    assert abs(moved) >= min_step
    assert (moved > 0) is (number > 0)


@given(nodes=NODES, sizes=CLUSTERS, count=st.integers(1, 15))
def test_scaling_stays_within_the_limits(nodes: int, sizes: Sizes, count: int) -> None:
    grown = capacity.plan_scale_out(nodes, sizes, count, MAX_NODES)
    shrunk = capacity.plan_scale_in(nodes, sizes, count, MAX_NODES)

    for planned in (grown, shrunk):
        if isinstance(planned, Resize):
            assert sizes.min_size <= planned.desired <= MAX_NODES
            assert sizes.max_size < 0 or planned.desired <= sizes.max_size
            assert planned.delete <= min(count, nodes)
            assert planned.create in (0, count)


@given(cluster=healthy_clusters())
def test_room_is_what_scaling_accepts(cluster: tuple[int, Sizes]) -> None:
    nodes, sizes = cluster

    grow = capacity.room_to_grow(nodes, sizes, MAX_NODES)
    shrink = capacity.room_to_shrink(nodes, sizes)

    assert isinstance(capacity.plan_scale_out(nodes, sizes, grow, MAX_NODES), Resize)
    assert isinstance(capacity.plan_scale_in(nodes, sizes, shrink, MAX_NODES), Resize)
    assert isinstance(
        capacity.plan_scale_out(nodes, sizes, grow + 1, MAX_NODES), Refusal
    )
