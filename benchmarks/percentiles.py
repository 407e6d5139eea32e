"""Sum up many durations in a few figures."""

import math
from collections.abc import Sequence


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the value that ``percent`` of the values don't pass (nearest rank).

    The values must be in ascending order. Always one of the values, never one
    between two of them.

    :raises ValueError: when there are no values, or percent isn't in 0..100.
    """
    if not ordered:
        raise ValueError("No values, no percentile.")
    if not 0 <= percent <= 100:
        raise ValueError("A percentile lies between 0 and 100.")
    rank = math.ceil(percent / 100 * len(ordered))
    return ordered[max(rank, 1) - 1]


def summary(values_ms: Sequence[float]) -> dict[str, float]:
    """Return p50, p99, mean and max in milliseconds; nothing of no values."""
    if not values_ms:
        return {}
    ordered = sorted(values_ms)
    return {
        "p50_ms": percentile(ordered, 50),
        "p99_ms": percentile(ordered, 99),
        "mean_ms": math.fsum(ordered) / len(ordered),
        "max_ms": ordered[-1],
    }
