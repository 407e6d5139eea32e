"""Sizes stay within their limits, and refusals say why in known words."""

from typing import Any

import pytest

from senlin_like.domain import capacity
from senlin_like.domain.capacity import Bounds, Change, Refusal, Resize, Sizes
from senlin_like.domain.enums import AdjustmentType

EXACT = AdjustmentType.EXACT_CAPACITY
CAPACITY = AdjustmentType.CHANGE_IN_CAPACITY
PERCENTAGE = AdjustmentType.CHANGE_IN_PERCENTAGE
#: A cluster of three with room on both sides.
TRIO = Sizes(min_size=2, max_size=5, desired_capacity=3)


def broken(desired: int | None, strict: bool = True, **given: int) -> str | None:
    """Tell which rule a change of the trio breaks."""
    return capacity.check_size(
        desired, Bounds(**given), TRIO, strict=strict, max_nodes=1000
    )


def resize(
    nodes: int = 3, sizes: Sizes = TRIO, strict: bool = True, **change: Any
) -> Resize | Refusal:
    """Plan a resize with limits among the keywords."""
    limits = {key: change.pop(key) for key in ("min_size", "max_size") if key in change}
    return capacity.plan_resize(
        nodes,
        sizes,
        Change(bounds=Bounds(**limits), **change),
        strict=strict,
        max_nodes=1000,
    )


def sizes_of(planned: Resize | Refusal) -> tuple[int, int, int]:
    """Give desired, created and deleted numbers of an accepted resize."""
    assert isinstance(planned, Resize)
    return planned.desired, planned.create, planned.delete


@pytest.mark.parametrize(
    ("desired", "given", "text"),
    [
        (
            1001,
            {},
            "The target capacity (1001) is greater than the maximum number of nodes "
            "allowed per cluster (1000).",
        ),
        (
            2,
            {"min_size": 5},
            "The target capacity (2) is less than the specified min_size (5).",
        ),
        (
            1,
            {},
            "The target capacity (1) is less than the cluster's min_size (2).",
        ),
        (
            4,
            {"max_size": 3},
            "The target capacity (4) is greater than the specified max_size (3).",
        ),
        (
            6,
            {},
            "The target capacity (6) is greater than the cluster's max_size (5).",
        ),
        (
            None,
            {"min_size": 20, "max_size": 10},
            "The specified min_size (20) is greater than the specified max_size (10).",
        ),
        (
            None,
            {"min_size": 6},
            "The specified min_size (6) is greater than the current max_size (5) of "
            "the cluster.",
        ),
        (
            None,
            {"min_size": 4},
            "The specified min_size (4) is greater than the current "
            "desired_capacity (3) of the cluster.",
        ),
        (
            None,
            {"max_size": 1001},
            "The specified max_size (1001) is greater than the maximum number of "
            "nodes allowed per cluster (1000).",
        ),
        (
            None,
            {"max_size": 1},
            "The specified max_size (1) is less than the current min_size (2) of the "
            "cluster.",
        ),
        (
            None,
            {"max_size": 2},
            "The specified max_size (2) is less than the current "
            "desired_capacity (3) of the cluster.",
        ),
    ],
)
def test_each_rule_has_its_text(
    desired: int | None, given: dict[str, int], text: str
) -> None:
    assert broken(desired, **given) == text


@pytest.mark.parametrize(
    ("desired", "given"),
    [(1, {}), (6, {}), (None, {"min_size": 4}), (None, {"max_size": 2})],
)
def test_rules_about_the_present_sizes_are_strict_only(
    desired: int | None, given: dict[str, int]
) -> None:
    assert broken(desired, strict=True, **given) is not None
    assert broken(desired, strict=False, **given) is None


def test_the_first_broken_rule_is_told() -> None:
    text = broken(2, min_size=4, max_size=1)

    assert text == "The target capacity (2) is less than the specified min_size (4)."


def test_a_max_size_of_minus_one_is_no_limit() -> None:
    assert broken(900, max_size=-1) is None


def test_a_max_size_of_zero_is_zero() -> None:
    closed = Sizes(min_size=0, max_size=0, desired_capacity=0)

    given = broken(3, max_size=0)
    present = capacity.check_size(3, Bounds(), closed, strict=True, max_nodes=1000)

    assert given == (
        "The target capacity (3) is greater than the specified max_size (0)."
    )
    assert present == (
        "The target capacity (3) is greater than the cluster's max_size (0)."
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((None, None, None), (0, -1, 0)),
        ((None, 2, None), (2, -1, 2)),
        ((3, 1, 0), (1, -1, 3)),
        ((0, None, 4), (0, 4, 0)),
    ],
)
def test_a_new_cluster_gets_defaults(
    given: tuple[int | None, int | None, int | None], expected: tuple[int, int, int]
) -> None:
    sizes = capacity.sizes_at_birth(*given)

    assert (sizes.min_size, sizes.max_size, sizes.desired_capacity) == expected


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((3, 1, 5), None),
        (
            (11, None, None),
            "The target capacity (11) is greater than the maximum number of nodes "
            "allowed per cluster (10).",
        ),
        (
            (1, 2, None),
            "The target capacity (1) is less than the specified min_size (2).",
        ),
        (
            (3, None, 2),
            "The target capacity (3) is greater than the specified max_size (2).",
        ),
        (
            (None, 5, 2),
            "The target capacity (5) is greater than the specified max_size (2).",
        ),
    ],
)
def test_a_new_cluster_is_checked(
    given: tuple[int | None, int | None, int | None], text: str | None
) -> None:
    sizes = capacity.sizes_at_birth(*given)

    assert capacity.check_birth(sizes, max_nodes=10) == text


@pytest.mark.parametrize(
    ("current", "adjustment", "number", "min_step", "desired"),
    [
        (5, EXACT, 7.9, None, 7),
        (5, EXACT, 0, None, 0),
        (5, CAPACITY, 2.9, None, 7),
        (5, CAPACITY, -2.9, None, 3),
        (0, CAPACITY, 4, None, 4),
        (5, PERCENTAGE, -50, None, 3),
        (5, PERCENTAGE, 50, None, 7),
        (5, PERCENTAGE, 1, None, 6),
        (5, PERCENTAGE, -1, None, 4),
        (5, PERCENTAGE, 50, 3, 8),
        (5, PERCENTAGE, -50, 3, 2),
        (1000, PERCENTAGE, 0.7, None, 1007),
        (5, PERCENTAGE, 0, 3, 5),
        (0, PERCENTAGE, 50, None, 0),
        (0, PERCENTAGE, 50, 2, 2),
        (0, PERCENTAGE, -50, 2, -2),
        (5, CAPACITY, 10**400, None, 2**31),
        (5, CAPACITY, -1e308, None, -(2**31)),
    ],
)
def test_adjustments(
    current: int,
    adjustment: AdjustmentType,
    number: float,
    min_step: int | None,
    desired: int,
) -> None:
    assert capacity.desired_after(current, adjustment, number, min_step) == desired


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_an_infinite_number_is_no_adjustment(number: float) -> None:
    with pytest.raises(ValueError, match="Fraction"):
        capacity.desired_after(1, CAPACITY, number)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, "Not enough parameters to do resize action."),
        ({"min_step": 2}, "Not enough parameters to do resize action."),
        (
            {"adjustment": CAPACITY, "min_size": 5, "max_size": 20},
            "Missing number value for size adjustment.",
        ),
        ({"number": 2}, "Missing adjustment_type value for size adjustment."),
        (
            {"adjustment": CAPACITY, "number": float("inf")},
            "The 'number' must be finite, not inf.",
        ),
        (
            {"adjustment": CAPACITY, "number": 5, "min_size": 20, "max_size": 10},
            "The specified min_size (20) is greater than the specified max_size (10).",
        ),
        ({"min_size": -1}, "The specified min_size (-1) must not be negative."),
        (
            {"max_size": -2},
            "The specified max_size (-2) must be -1 (no limit), 0 or more.",
        ),
        (
            {"adjustment": EXACT, "number": -1},
            "The 'number' must be non-negative integer for adjustment type "
            "'EXACT_CAPACITY'.",
        ),
        (
            {"adjustment": CAPACITY, "number": 3},
            "The target capacity (6) is greater than the cluster's max_size (5).",
        ),
        (
            {"adjustment": CAPACITY, "number": -2},
            "The target capacity (1) is less than the cluster's min_size (2).",
        ),
    ],
)
def test_a_refused_resize_says_why(change: dict[str, Any], text: str) -> None:
    assert resize(**change) == Refusal(reason=text)


@pytest.mark.parametrize(
    ("change", "planned"),
    [
        ({"adjustment": CAPACITY, "number": 2}, (5, 2, 0)),
        ({"adjustment": PERCENTAGE, "number": -50}, (2, 0, 1)),
        ({"adjustment": EXACT, "number": 2}, (2, 0, 1)),
        ({"adjustment": EXACT, "number": 3}, (3, 0, 0)),
        ({"adjustment": CAPACITY, "number": 3, "max_size": 7}, (6, 3, 0)),
        ({"adjustment": CAPACITY, "number": -3, "min_size": 0}, (0, 0, 3)),
        ({"adjustment": CAPACITY, "number": 9, "strict": False}, (5, 2, 0)),
        ({"adjustment": CAPACITY, "number": -9, "strict": False}, (2, 0, 1)),
        ({"min_size": 4, "strict": False}, (4, 1, 0)),
        ({"max_size": 2, "strict": False}, (2, 0, 1)),
        (
            {"adjustment": EXACT, "number": 0, "min_size": 0, "max_size": 0},
            (0, 0, 3),
        ),
        ({"min_size": 3, "max_size": 4}, (3, 0, 0)),
        ({"min_size": 3, "max_size": 9}, (3, 0, 0)),
        ({"min_size": 6, "max_size": 9, "strict": False}, (6, 3, 0)),
        ({"max_size": -1}, (3, 0, 0)),
    ],
)
def test_an_accepted_resize(
    change: dict[str, Any], planned: tuple[int, int, int]
) -> None:
    assert sizes_of(resize(**change)) == planned


def test_an_empty_cluster_grows_from_zero_not_from_what_it_wants() -> None:
    sizes = Sizes(min_size=0, max_size=-1, desired_capacity=4)

    planned = resize(nodes=0, sizes=sizes, adjustment=CAPACITY, number=2)

    assert sizes_of(planned) == (2, 2, 0)


def test_an_empty_cluster_stays_empty_when_only_limits_change() -> None:
    sizes = Sizes(min_size=0, max_size=-1, desired_capacity=4)

    planned = resize(nodes=0, sizes=sizes, max_size=9)

    assert sizes_of(planned) == (0, 0, 0)


def test_new_limits_are_part_of_the_plan() -> None:
    planned = resize(min_size=1, max_size=9)

    assert planned == Resize(desired=3, min_size=1, max_size=9)


def test_a_request_that_will_be_cut_to_the_limits_is_let_through() -> None:
    change = Change(adjustment=CAPACITY, number=9)

    lenient = capacity.check_resize(3, TRIO, change, strict=False, max_nodes=1000)
    strict = capacity.check_resize(3, TRIO, change, strict=True, max_nodes=1000)

    assert lenient is None
    assert strict == (
        "The target capacity (12) is greater than the cluster's max_size (5)."
    )


def test_a_request_for_new_limits_is_compared_with_the_wanted_size() -> None:
    change = Change(bounds=Bounds(max_size=2))

    text = capacity.check_resize(1, TRIO, change, strict=True, max_nodes=1000)

    assert text == (
        "The specified max_size (2) is less than the current desired_capacity (3) "
        "of the cluster."
    )
