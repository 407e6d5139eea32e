"""What policies that spread nodes over places have alike."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from senlin_like.domain import plan, spreading
from senlin_like.domain.capacity import Refusal
from senlin_like.domain.enums import Kind
from senlin_like.domain.selection import Candidate
from senlin_like.policies import base

TARGETS = frozenset(
    {
        Kind.CLUSTER_SCALE_OUT,
        Kind.CLUSTER_SCALE_IN,
        Kind.CLUSTER_RESIZE,
        Kind.NODE_CREATE,
    }
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sort:
    """A sort of places: its property, and how it is read and decided."""

    plural: str
    of_member: Callable[[Candidate], str | None]
    of_place: Callable[[plan.Place], str | None]
    place: Callable[[str], plan.Place]
    decision: Callable[[Mapping[str, int], tuple[plan.Place, ...], str], plan.Decision]


ZONES = Sort(
    plural="zones",
    of_member=lambda node: node.zone,
    of_place=lambda place: place.zone,
    place=lambda name: plan.Place(zone=name),
    decision=lambda shares, places, reason: plan.Decision(
        zones=shares, places=places, reasons=(reason,)
    ),
)
REGIONS = Sort(
    plural="regions",
    of_member=lambda node: node.region,
    of_place=lambda place: place.region,
    place=lambda name: plan.Place(region=name),
    decision=lambda shares, places, reason: plan.Decision(
        regions=shares, places=places, reasons=(reason,)
    ),
)


def problem(properties: base.Properties, plural: str) -> str | None:
    """Tell why nodes can't be spread over the places, None if they can.

    ``plural`` names the property: each of its items has a name and a weight,
    and the weights are shares of a sum.
    """
    places: Sequence[dict[str, Any]] = properties[plural] or ()
    if not places:
        return f"the '{plural}' must name at least one place"
    for place in places:
        if not place["name"]:
            return f"the 'name' for '{plural}' must be given"
        too_small = base.too_small(place, {"weight": 0}, plural)
        if too_small:
            return too_small
    if not any(place["weight"] for place in places):
        return f"the 'weight' for '{plural}' must be > 0 at least once"
    return None


def names(properties: base.Properties, plural: str) -> tuple[str, ...]:
    """Return the names of the places."""
    return tuple(place["name"] for place in properties[plural])


def spread(
    sort: Sort, properties: base.Properties, facts: plan.Facts, ask: plan.Ask
) -> plan.Decision | Refusal:
    """Spread the nodes that come or go over the places, by weight.

    Nodes that another policy has put somewhere stay there. Members whose place
    isn't named by the policy, or isn't known, go first.
    """
    have = Counter(sort.of_member(node) or "" for node in facts.members)
    shares = [
        spreading.Share(
            name=place["name"], weight=place["weight"], cap=_cap(place.get("cap"))
        )
        for place in properties[sort.plural] or ()
    ]
    if ask.create > 0:
        return _grow(sort, have, shares, ask)
    if ask.delete > 0:
        leaving = Counter(spreading.shrink(have, shares, ask.delete))
        return sort.decision(dict(leaving), (), f"To go: {_told(leaving)}.")
    return plan.Decision()


def _cap(value: int | None) -> int | None:
    return None if value is None or value < 0 else value


def _grow(
    sort: Sort, have: Mapping[str, int], shares: list[spreading.Share], ask: plan.Ask
) -> plan.Decision | Refusal:
    decided = [sort.of_place(place) for place in ask.decided.places[: ask.create]]
    if decided and all(decided) and len(decided) == ask.create:
        return plan.Decision(reasons=(f"The {sort.plural} are decided already.",))
    chosen = spreading.grow(have, shares, ask.create)
    if chosen is None:
        return Refusal(
            reason="There is no feasible plan to accommodate all nodes "
            f"({ask.create} more, in {sort.plural} "
            f"{', '.join(share.name for share in shares)})."
        )
    coming = Counter(chosen)
    places = tuple(sort.place(name) for name in chosen)
    return sort.decision(dict(coming), places, f"To come: {_told(coming)}.")


def _told(numbers: Mapping[str, int]) -> str:
    parts = [
        f"{number} in {name or 'no known place'}"
        for name, number in sorted(numbers.items())
    ]
    return ", ".join(parts)
