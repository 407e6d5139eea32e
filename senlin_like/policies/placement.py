"""``senlin.policy.zone_placement`` and ``senlin.policy.region_placement``.

How nodes are spread over places. The two differ in their words, in what they ask
of a profile, and in that regions may have a cap.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from senlin_like.domain import plan, spreading
from senlin_like.domain import spec as specs
from senlin_like.domain.capacity import Refusal
from senlin_like.domain.enums import Kind
from senlin_like.domain.selection import Candidate
from senlin_like.domain.spec_types import Property
from senlin_like.policies import base, references
from senlin_like.policies.references import Reference


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sort:
    """A sort of places: its words, and how it is read and decided.

    ``word`` is what people call such a place; ``of_profile`` tells whether the
    profile names one by itself, ``there`` which of them can be used now.
    """

    type: str
    priority: int
    profile_types: tuple[str, ...] = ()
    kind: references.Kind
    word: str
    has_cap: bool = False
    of_profile: Callable[[plan.Facts], bool]
    there: Callable[[plan.Facts], Collection[str] | None]
    of_member: Callable[[Candidate], str | None]
    of_place: Callable[[plan.Place], str | None]
    place: Callable[[str], plan.Place]
    shares: Callable[[Mapping[str, int]], plan.Decision]


ZONES = Sort(
    type="senlin.policy.zone_placement",
    priority=300,
    profile_types=("os.nova.server-1.0",),
    kind=references.Kind.ZONES,
    word="availability zone",
    of_profile=lambda facts: facts.has_zone,
    there=lambda facts: facts.zones,
    of_member=lambda node: node.zone,
    of_place=lambda place: place.zone,
    place=lambda name: plan.Place(zone=name),
    shares=lambda shares: plan.Decision(zones=shares),
)
REGIONS = Sort(
    type="senlin.policy.region_placement",
    priority=200,
    kind=references.Kind.REGIONS,
    word="region",
    has_cap=True,
    of_profile=lambda facts: facts.has_region,
    there=lambda facts: facts.regions,
    of_member=lambda node: node.region,
    of_place=lambda place: place.region,
    place=lambda name: plan.Place(region=name),
    shares=lambda shares: plan.Decision(regions=shares),
)


def zones() -> "Placement":
    """Give the type that says in which zone a node is made or removed."""
    return Placement(ZONES)


def regions() -> "Placement":
    """Give the type that says in which region a node is made or removed."""
    return Placement(REGIONS)


class Placement(base.Plain):
    """Where a node is made or removed."""

    targets = frozenset(
        {
            Kind.CLUSTER_SCALE_OUT,
            Kind.CLUSTER_SCALE_IN,
            Kind.CLUSTER_RESIZE,
            Kind.NODE_CREATE,
        }
    )
    wants_places = True
    support: Mapping[str, base.Statuses] = {
        "1.0": base.experimental("2016.04", "2016.10")
    }

    def __init__(self, sort: Sort) -> None:
        self.sort = sort
        self.name = sort.type
        self.priority = sort.priority
        self.profile_types = sort.profile_types
        self.spec_schema = _properties_of(sort)

    def problem(self, properties: base.Properties, limits: base.Limits) -> str | None:
        """Tell why nodes can't be spread over the places, None if they can.

        Each place has a name and a weight; the weights are shares of a sum.
        """
        plural = self.sort.kind
        named = self._named(properties)
        if not named:
            return f"the '{plural}' must name at least one place"
        for place in named:
            if not place["name"]:
                return f"the 'name' for '{plural}' must be given"
            too_small = base.too_small(place, {"weight": 0}, plural)
            if too_small:
                return too_small
        if not any(place["weight"] for place in named):
            return f"the 'weight' for '{plural}' must be > 0 at least once"
        return None

    def references(self, properties: base.Properties) -> Sequence[Reference]:
        """Return the places."""
        names = tuple(place["name"] for place in self._named(properties))
        return (Reference(kind=self.sort.kind, names=names),)

    def decide(
        self, policy: plan.Attached, facts: plan.Facts, ask: plan.Ask
    ) -> plan.Decision | Refusal:
        """Spread the nodes that come or go over the places, by weight.

        A single new node whose profile names its place goes there. Nodes that
        another policy has put somewhere stay there. Members whose place isn't
        named by the policy, or isn't known, go first.
        """
        sort = self.sort
        if ask.kind == Kind.NODE_CREATE and sort.of_profile(facts):
            return plan.Decision()
        have = Counter(sort.of_member(node) or "" for node in facts.members)
        shares = [
            spreading.Share(
                name=place["name"], weight=place["weight"], cap=_cap(place.get("cap"))
            )
            for place in self._named(policy.properties)
        ]
        if ask.create > 0:
            return _grow(sort, have, shares, facts, ask)
        if ask.delete > 0:
            leaving = Counter(spreading.shrink(have, shares, ask.delete))
            return _decision(sort, leaving, f"To go: {_told(leaving)}.")
        return plan.Decision()

    def _named(self, properties: base.Properties) -> Sequence[Mapping[str, Any]]:
        return properties[self.sort.kind] or ()


def _properties_of(sort: Sort) -> specs.Schema:
    item: dict[str, Property] = {
        "name": specs.String(description=f"Name of the {sort.word}."),
        "weight": specs.Integer(
            description=f"The {sort.word}'s share, as part of the sum of all weights.",
            default=100,
        ),
    }
    cap = specs.Integer(
        description=f"Most nodes in the {sort.word}; -1 for no limit.", default=-1
    )
    if sort.has_cap:
        item |= {"cap": cap}
    description = f"The {sort.word}s to choose from."
    schema = specs.Map(description=f"One {sort.word}.", schema=item)
    return {sort.kind.value: specs.List(description=description, item=schema)}


def _cap(value: int | None) -> int | None:
    return None if value is None or value < 0 else value


def _grow(
    sort: Sort,
    have: Mapping[str, int],
    shares: Sequence[spreading.Share],
    facts: plan.Facts,
    ask: plan.Ask,
) -> plan.Decision | Refusal:
    """Give each new node a place, among those that can be used now."""
    decided = [sort.of_place(place) for place in ask.decided.places[: ask.create]]
    if decided and all(decided) and len(decided) == ask.create:
        return plan.Decision(reasons=(f"The {sort.kind} are decided already.",))
    there = sort.there(facts)
    named = spreading.unique(shares)
    usable = [one for one in named if there is None or one.name in there]
    closed = sorted(one.name for one in named if one not in usable)
    if closed and not any(one.weight for one in usable):
        return Refusal(
            reason=f"None of the {sort.kind} that may get new nodes can be used now: "
            f"{', '.join(closed)} can't be found or isn't available."
        )
    chosen = spreading.grow(have, usable, ask.create)
    if chosen is None:
        return Refusal(
            reason="There is no feasible plan to accommodate all nodes "
            f"({ask.create} more, in {sort.kind} "
            f"{', '.join(share.name for share in usable)}).{_told_closed(closed)}"
        )
    coming = Counter(chosen)
    reason = f"To come: {_told(coming)}.{_told_closed(closed)}"
    places = tuple(sort.place(name) for name in chosen)
    return dataclasses.replace(_decision(sort, coming, reason), places=places)


def _decision(sort: Sort, shares: Mapping[str, int], reason: str) -> plan.Decision:
    return dataclasses.replace(sort.shares(dict(shares)), reasons=(reason,))


def _told_closed(names: Sequence[str]) -> str:
    return f" Can't be used now: {', '.join(names)}." if names else ""


def _told(numbers: Mapping[str, int]) -> str:
    parts = [
        f"{number} in {name or 'no known place'}"
        for name, number in sorted(numbers.items())
    ]
    return ", ".join(parts)
