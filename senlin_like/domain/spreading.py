"""How nodes are spread over places (zones, regions) by weight.

Each place has a share of the nodes as its weight is a part of the sum. Nodes
are given out and taken one at a time, always where the number of nodes per
weight stays the most even; so for any two places ``n/weight`` is never more
than one node's weight apart, if it wasn't before.
"""

import dataclasses
import fractions
import heapq
from collections.abc import Mapping, Sequence


@dataclasses.dataclass(frozen=True, kw_only=True)
class Share:
    """A place to be spread over; ``cap`` is the most nodes there, None for any."""

    name: str
    weight: int
    cap: int | None = None


def grow(
    current: Mapping[str, int], shares: Sequence[Share], count: int
) -> list[str] | None:
    """Return the place of each new node, None if there is no room for all.

    Where weights are 0 no node is made. Ties go to the heavier place, then to
    the one that is named first.
    """
    known = unique(shares)
    queue = [
        (fractions.Fraction(current.get(one.name, 0) + 1, one.weight), -one.weight, at)
        for at, one in enumerate(known)
        if one.weight > 0
    ]
    heapq.heapify(queue)
    chosen: list[str] = []
    have = {one.name: current.get(one.name, 0) for one in known}
    while len(chosen) < count and queue:
        _, _, at = heapq.heappop(queue)
        one = known[at]
        if one.cap is not None and have[one.name] >= one.cap:
            continue
        have[one.name] += 1
        chosen.append(one.name)
        next_up = fractions.Fraction(have[one.name] + 1, one.weight)
        heapq.heappush(queue, (next_up, -one.weight, at))
    return chosen if len(chosen) == count else None


def shrink(
    current: Mapping[str, int], shares: Sequence[Share], count: int
) -> list[str]:
    """Return the place of each node to go, never more than there are.

    Places that aren't named, or have no weight, are emptied first; then those
    that are above their cap.
    """
    known = {one.name: one for one in unique(shares)}
    have = {name: number for name, number in current.items() if number > 0}
    queue = [(_surplus(have[name], name, known), name) for name in have]
    heapq.heapify(queue)
    chosen: list[str] = []
    while len(chosen) < count and queue:
        _, name = heapq.heappop(queue)
        chosen.append(name)
        have[name] -= 1
        if have[name] > 0:
            heapq.heappush(queue, (_surplus(have[name], name, known), name))
    return chosen


def _surplus(
    number: int, name: str, known: Mapping[str, Share]
) -> tuple[int, fractions.Fraction]:
    """Give how urgently a place has to lose a node; the smallest goes first."""
    share = known.get(name)
    if share is None or share.weight <= 0:
        return (0, fractions.Fraction(-number))
    is_above = share.cap is not None and number > share.cap
    return (1 if is_above else 2, -fractions.Fraction(number, share.weight))


def unique(shares: Sequence[Share]) -> list[Share]:
    """Return the places, each once: as it is named first."""
    found: dict[str, Share] = {}
    for one in shares:
        found.setdefault(one.name, one)
    return list(found.values())
