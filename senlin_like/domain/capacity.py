"""How large a cluster may be, and what a change of its size means.

Sizes are numbers of nodes. A ``max_size`` of -1 is no limit, 0 really is
zero; ``None`` stands for a limit that a request doesn't give. The texts are
those of Senlin's API: clients compare them.
"""

import dataclasses
import fractions
import itertools
import math
from collections.abc import Iterator

from senlin_like.domain.enums import AdjustmentType

UNLIMITED = -1
#: No computed size leaves plus or minus this, however odd the input.
_FARTHEST = 2**31


@dataclasses.dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a size or a change of size isn't allowed."""

    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bounds:
    """The limits that a request gives; None where it gives none."""

    min_size: int | None = None
    max_size: int | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sizes:
    """The limits and the wanted size that a cluster has."""

    min_size: int
    max_size: int
    desired_capacity: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """What a resize asks for; everything is optional."""

    adjustment: AdjustmentType | None = None
    number: float | None = None
    min_step: int | None = None
    bounds: Bounds = Bounds()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Resize:
    """A new size that is allowed, and how many nodes come or go for it."""

    desired: int
    min_size: int
    max_size: int
    create: int = 0
    delete: int = 0


def sizes_at_birth(
    desired: int | None, min_size: int | None, max_size: int | None
) -> Sizes:
    """Fill in what the request for a new cluster leaves out.

    A ``max_size`` of 0 means no limit here, and here only: Senlin's API did
    so, and a cluster that may never have a node is of no use.
    """
    lowest = min_size or 0
    return Sizes(
        min_size=lowest,
        max_size=max_size or UNLIMITED,
        desired_capacity=lowest if desired is None else desired,
    )


def check_birth(sizes: Sizes, max_nodes: int) -> str | None:
    """Tell what is wrong with the sizes of a new cluster, None if nothing is."""
    given = Bounds(min_size=sizes.min_size, max_size=sizes.max_size)
    return check_size(
        sizes.desired_capacity, given, None, strict=True, max_nodes=max_nodes
    )


def check_size(
    desired: int | None,
    given: Bounds,
    current: Sizes | None,
    *,
    strict: bool,
    max_nodes: int,
) -> str | None:
    """Tell the first size rule that is broken, None if all are kept.

    ``desired`` is None if only limits change, ``current`` is None for a
    cluster that is being made. ``strict`` adds the rules that compare with
    what the cluster has. ``max_nodes`` is the operator's limit.
    """
    broken = itertools.chain(
        _too_far(desired, max_nodes),
        _below(desired, given, current, strict=strict),
        _above(desired, given, current, strict=strict),
        _bad_min(desired, given, current, strict=strict),
        _bad_max(desired, given, current, strict=strict, max_nodes=max_nodes),
    )
    return next(broken, None)


def _too_far(desired: int | None, max_nodes: int) -> Iterator[str]:
    """Compare the wanted size with the operator's limit."""
    if desired is not None and desired > max_nodes:
        yield (
            f"The target capacity ({desired}) is greater than the maximum number "
            f"of nodes allowed per cluster ({max_nodes})."
        )


def _below(
    desired: int | None, given: Bounds, current: Sizes | None, *, strict: bool
) -> Iterator[str]:
    """Compare the wanted size with the lower limit."""
    if desired is None:
        return
    prefix = f"The target capacity ({desired}) is less than"
    if given.min_size is not None:
        if desired < given.min_size:
            yield f"{prefix} the specified min_size ({given.min_size})."
    elif strict and current is not None and desired < current.min_size:
        yield f"{prefix} the cluster's min_size ({current.min_size})."


def _above(
    desired: int | None, given: Bounds, current: Sizes | None, *, strict: bool
) -> Iterator[str]:
    """Compare the wanted size with the upper limit."""
    if desired is None:
        return
    prefix = f"The target capacity ({desired}) is greater than"
    if given.max_size is not None:
        if 0 <= given.max_size < desired:
            yield f"{prefix} the specified max_size ({given.max_size})."
    elif strict and current is not None and 0 <= current.max_size < desired:
        yield f"{prefix} the cluster's max_size ({current.max_size})."


def _bad_min(
    desired: int | None, given: Bounds, current: Sizes | None, *, strict: bool
) -> Iterator[str]:
    """Compare a new lower limit with the upper limit and the wanted size."""
    lowest = given.min_size
    if lowest is None:
        return
    prefix = f"The specified min_size ({lowest}) is greater than"
    if given.max_size is not None and 0 <= given.max_size < lowest:
        yield f"{prefix} the specified max_size ({given.max_size})."
    if current is None:
        return
    if given.max_size is None and 0 <= current.max_size < lowest:
        yield f"{prefix} the current max_size ({current.max_size}) of the cluster."
    if strict and desired is None and lowest > current.desired_capacity:
        yield (
            f"{prefix} the current desired_capacity "
            f"({current.desired_capacity}) of the cluster."
        )


def _bad_max(
    desired: int | None,
    given: Bounds,
    current: Sizes | None,
    *,
    strict: bool,
    max_nodes: int,
) -> Iterator[str]:
    """Compare a new upper limit with what it has to leave room for."""
    highest = given.max_size
    if highest is None or highest < 0:
        return
    if highest > max_nodes:
        yield (
            f"The specified max_size ({highest}) is greater than the maximum "
            f"number of nodes allowed per cluster ({max_nodes})."
        )
    if current is None:
        return
    prefix = f"The specified max_size ({highest}) is less than"
    if given.min_size is None and highest < current.min_size:
        yield f"{prefix} the current min_size ({current.min_size}) of the cluster."
    if strict and desired is None and highest < current.desired_capacity:
        yield (
            f"{prefix} the current desired_capacity "
            f"({current.desired_capacity}) of the cluster."
        )


def desired_after(
    current: int, adjustment: AdjustmentType, number: float, min_step: int | None = None
) -> int:
    """Work out the size that an adjustment asks for, whatever the limits.

    A percentage of ``current`` rounds toward zero, but a part of a node
    counts as one node; it moves by at least ``min_step`` nodes in the
    direction of ``number``, so 0 % never moves. Other numbers lose their
    fraction. May be negative; never farther from 0 than 2**31.

    :raises ValueError: when ``number`` isn't finite.
    """
    exact = _exact(number)
    if adjustment == AdjustmentType.EXACT_CAPACITY:
        wanted = int(exact)
    elif adjustment == AdjustmentType.CHANGE_IN_CAPACITY:
        wanted = current + int(exact)
    else:
        wanted = current + _share(current, exact, min_step or 0)
    return max(-_FARTHEST, min(_FARTHEST, wanted))


def _exact(number: float) -> fractions.Fraction:
    """Read a number as it was written: 0.7 is seven tenths, not a bit less."""
    return fractions.Fraction(repr(number) if isinstance(number, float) else number)


def _share(current: int, percentage: fractions.Fraction, min_step: int) -> int:
    """Turn a percentage of the current size into a number of nodes to move."""
    delta = current * percentage / 100
    moved = math.ceil(abs(delta)) if abs(delta) < 1 else math.floor(abs(delta))
    steps = max(moved, min_step)
    if percentage == 0:
        return 0
    return steps if percentage > 0 else -steps


def check_change(change: Change) -> str | None:
    """Tell what is wrong with a resize by itself, None if nothing is.

    The texts are those that Senlin's API has for each case.
    """
    low, high = change.bounds.min_size, change.bounds.max_size
    if (change.adjustment, change.number, low, high) == (None, None, None, None):
        return "Not enough parameters to do resize action."
    if change.number is None:
        if change.adjustment is not None:
            return "Missing number value for size adjustment."
    elif change.adjustment is None:
        return "Missing adjustment_type value for size adjustment."
    elif isinstance(change.number, float) and not math.isfinite(change.number):
        return f"The 'number' must be finite, not {change.number}."
    return _check_limits(low, high) or _check_exact(change)


def _check_limits(low: int | None, high: int | None) -> str | None:
    """Refuse limits that can't be, or that cross."""
    if low is not None and low < 0:
        return f"The specified min_size ({low}) must not be negative."
    if high is not None and high < UNLIMITED:
        return f"The specified max_size ({high}) must be -1 (no limit), 0 or more."
    if low is not None and high is not None and 0 <= high < low:
        return (
            f"The specified min_size ({low}) is greater than the specified "
            f"max_size ({high})."
        )
    return None


def _check_exact(change: Change) -> str | None:
    """Refuse a negative exact size, after its fraction is cut off."""
    if change.adjustment != AdjustmentType.EXACT_CAPACITY:
        return None
    if change.number is not None and int(change.number) < 0:
        return (
            "The 'number' must be non-negative integer for adjustment type "
            "'EXACT_CAPACITY'."
        )
    return None


def check_resize(
    current_nodes: int, sizes: Sizes, change: Change, *, strict: bool, max_nodes: int
) -> str | None:
    """Tell at request time why a resize can't work, None if it may.

    Without ``strict`` the size will be cut to the limits when the resize
    runs, so the limits of the cluster don't count here.
    """
    return check_change(change) or check_size(
        _wanted(current_nodes, change),
        change.bounds,
        sizes,
        strict=strict,
        max_nodes=max_nodes,
    )


def plan_resize(
    current_nodes: int, sizes: Sizes, change: Change, *, strict: bool, max_nodes: int
) -> Resize | Refusal:
    """Decide what a resize does to a cluster that has ``current_nodes`` nodes.

    Without an adjustment the present number of nodes is the wanted size.
    Without ``strict`` the wanted size is moved into the limits first; but not
    to a ``max_size`` of 0, which takes nodes only from who asks for none.
    """
    problem = check_change(change)
    if problem:
        return Refusal(reason=problem)
    low, high = _limits(sizes, change.bounds)
    wanted = _wanted(current_nodes, change)
    desired = current_nodes if wanted is None else wanted
    if not strict:
        raised = max(desired, low)
        desired = min(raised, high) if high > 0 else raised
    strict = strict or high == 0
    problem = check_size(
        desired, change.bounds, sizes, strict=strict, max_nodes=max_nodes
    )
    if problem:
        return Refusal(reason=problem)
    return _resize(current_nodes, desired, (low, high))


def _wanted(current_nodes: int, change: Change) -> int | None:
    """Give the size that a checked change asks for, None if it names none."""
    if change.adjustment is None or change.number is None:
        return None
    return desired_after(
        current_nodes, change.adjustment, change.number, change.min_step
    )


def _limits(sizes: Sizes, given: Bounds) -> tuple[int, int]:
    """Give the limits that hold once a request is carried out."""
    low = sizes.min_size if given.min_size is None else given.min_size
    high = sizes.max_size if given.max_size is None else given.max_size
    return low, high


def _resize(current_nodes: int, desired: int, limits: tuple[int, int]) -> Resize:
    """Say how many nodes come or go between two sizes."""
    low, high = limits
    return Resize(
        desired=desired,
        min_size=low,
        max_size=high,
        create=max(0, desired - current_nodes),
        delete=max(0, current_nodes - desired),
    )


def plan_scale_out(
    current_nodes: int, sizes: Sizes, count: int, max_nodes: int
) -> Resize | Refusal:
    """Decide on ``count`` more nodes, counted from the nodes that there are.

    A count of 0 changes nothing and is fine, whatever the limits.
    """
    return _plan_scaling(current_nodes, sizes, count, current_nodes + count, max_nodes)


def plan_scale_in(
    current_nodes: int, sizes: Sizes, count: int, max_nodes: int
) -> Resize | Refusal:
    """Decide on ``count`` nodes less, never more than there are.

    A count of 0 changes nothing and is fine, whatever the limits.
    """
    left = max(0, current_nodes - count)
    return _plan_scaling(current_nodes, sizes, count, left, max_nodes)


def _plan_scaling(
    current_nodes: int, sizes: Sizes, count: int, desired: int, max_nodes: int
) -> Resize | Refusal:
    """Check the size after scaling against the limits of the cluster."""
    limits = (sizes.min_size, sizes.max_size)
    if count < 0:
        return Refusal(reason=f"The count ({count}) must not be negative.")
    if count == 0:
        return _resize(current_nodes, current_nodes, limits)
    problem = check_size(desired, Bounds(), sizes, strict=True, max_nodes=max_nodes)
    if problem:
        return Refusal(reason=problem)
    return _resize(current_nodes, desired, limits)


def room_to_grow(current_nodes: int, sizes: Sizes, max_nodes: int) -> int:
    """Tell how many nodes may be added at most; 0 if there are too many."""
    highest = max_nodes if sizes.max_size < 0 else min(sizes.max_size, max_nodes)
    return max(0, highest - current_nodes)


def room_to_shrink(current_nodes: int, sizes: Sizes) -> int:
    """Tell how many nodes may be removed at most; 0 if there are too few."""
    return max(0, current_nodes - sizes.min_size)
