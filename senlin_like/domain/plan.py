"""What policies decide about an action, and how that is put together.

A policy looks at facts and at what is asked, and answers with a decision or a
refusal; it changes nothing. All policies of a cluster are asked one after the
other, in an order that doesn't depend on how they were found, and each sees
what those before it have decided.
"""

import dataclasses
import datetime
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from senlin_like.domain import selection
from senlin_like.domain.capacity import Refusal, Sizes
from senlin_like.domain.enums import Kind
from senlin_like.domain.selection import Candidate, Choice, Criterion


@dataclasses.dataclass(frozen=True, kw_only=True)
class Facts:
    """The cluster as it is. ``has_...``: the profile says so by itself.

    ``zones`` and ``regions`` are the names of those that can be used now, None
    where nobody has looked; ``region`` is where new nodes are if nobody decides.
    """

    members: tuple[Candidate, ...]
    sizes: Sizes
    max_nodes: int
    now: datetime.datetime
    region: str | None = None
    has_zone: bool = False
    has_region: bool = False
    zones: frozenset[str] | None = None
    regions: frozenset[str] | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Place:
    """Where a new node is to be; None where nobody has decided."""

    region: str | None = None
    zone: str | None = None
    group: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Hook:
    """Who is told before a node goes, and how long an answer is waited for.

    ``place`` is the queue, or where the address leads to without what may be
    secret in it; the whole address is in the policy ``policy_id``.
    """

    type: str
    place: str
    timeout_s: int
    policy_id: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Removal:
    """How nodes go: destroyed or set free, after a time, and what stays wanted.

    ``hook`` is told of each node before it goes.
    """

    destroy: bool
    grace_s: int
    reduces_desired: bool
    hook: Hook | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Batches:
    """How many nodes are at work together, and how long to wait in between.

    ``size`` is 1 or more.
    """

    size: int
    pause_s: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Decision:
    """What one policy has decided, or several together; None means nothing.

    ``count`` is how many nodes come or go; ``regions`` and ``zones`` say how
    many of them where, ``places`` where each new one is to be. A place
    without a name is where nobody knows. ``reasons`` are sentences for people.
    """

    count: int | None = None
    regions: Mapping[str, int] | None = None
    zones: Mapping[str, int] | None = None
    places: tuple[Place, ...] = ()
    candidates: tuple[Choice, ...] | None = None
    removal: Removal | None = None
    batches: Batches | None = None
    reasons: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ask:
    """What is to be done.

    ``count`` is the number that a request to scale names, None if it names
    none; ``create`` and ``delete`` are how many nodes come and go, once that
    is settled; ``candidates`` are nodes that a request names. ``chance`` is
    for choices that nothing else decides.
    """

    kind: Kind
    count: int | None = None
    create: int = 0
    delete: int = 0
    candidates: tuple[str, ...] = ()
    decided: Decision = Decision()
    chance: random.Random = dataclasses.field(default_factory=random.Random)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attached:
    """A policy as its cluster has it.

    ``data`` is what its type keeps for the cluster, ``region`` where that is, if
    it's known, ``last_op`` when the last scaling under it has ended.
    """

    id: str
    policy_id: str
    name: str
    type: str
    priority: int
    properties: Mapping[str, Any]
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    region: str | None = None
    last_op: datetime.datetime | None = None


Answer = Decision | Refusal


@dataclasses.dataclass(frozen=True, kw_only=True)
class Adviser:
    """A policy that is asked, and how."""

    policy: Attached
    decide: Callable[[Attached, Facts, Ask], Answer]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Said:
    """What one policy gave as its reasons."""

    policy: str
    reasons: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """What all policies have decided together, and what each has said."""

    decision: Decision
    said: tuple[Said, ...] = ()


def order(policy: Attached) -> tuple[int, str, str]:
    """Give the key by which policies are asked: priority, type, binding."""
    return (policy.priority, policy.type, policy.id)


def decide(advisers: Iterable[Adviser], facts: Facts, ask: Ask) -> Outcome | Refusal:
    """Ask all policies; the first that refuses refuses for all."""
    decided, said = ask.decided, []
    for adviser in sorted(advisers, key=lambda one: order(one.policy)):
        now = dataclasses.replace(ask, decided=decided)
        answer = adviser.decide(adviser.policy, facts, now)
        name = adviser.policy.name
        if isinstance(answer, Refusal):
            return Refusal(reason=f"Failed policy '{name}': {answer.reason}")
        decided = merge(decided, answer)
        said.append(Said(policy=name, reasons=answer.reasons))
    return Outcome(decision=decided, said=tuple(said))


def merge(first: Decision, second: Decision) -> Decision:
    """Put two decisions together; ``first`` was made first.

    What is decided later counts, but for the places of new nodes: there each
    part stays as it was decided first.
    """
    given = {
        field.name: getattr(second, field.name)
        for field in dataclasses.fields(Decision)
        if getattr(second, field.name) is not None
    }
    given["reasons"] = first.reasons + second.reasons
    given["places"] = _merge_places(first.places, second.places)
    return dataclasses.replace(first, **given)


def _merge_places(first: Sequence[Place], second: Sequence[Place]) -> tuple[Place, ...]:
    longer = max(len(first), len(second))
    none = Place()
    return tuple(
        _merge_place(
            first[at] if at < len(first) else none,
            second[at] if at < len(second) else none,
        )
        for at in range(longer)
    )


def _merge_place(first: Place, second: Place) -> Place:
    return Place(
        region=first.region or second.region,
        zone=first.zone or second.zone,
        group=first.group or second.group,
    )


def region_of(data: Mapping[str, Any] | None, default: str | None) -> str | None:
    """Return where a node's object is: as was decided, else as its profile says."""
    placement = (data or {}).get("placement") or {}
    return placement.get("region_name") or default


def victims(
    members: Sequence[Candidate],
    count: int,
    criterion: Criterion,
    decided: Decision,
    chance: random.Random,
) -> tuple[Choice, ...]:
    """Choose the nodes to go: as spread over places, there by the criterion.

    Never more than ``count``, and none twice.
    """
    if decided.regions is not None:
        parts = _by_place(members, decided.regions, lambda node: node.region)
    elif decided.zones is not None:
        parts = _by_place(members, decided.zones, lambda node: node.zone)
    else:
        parts = [("", members, count)]
    chosen: list[Choice] = []
    for name, there, share in parts:
        wanted = min(share, count - len(chosen))
        for choice in selection.choose(there, wanted, criterion, chance):
            where = f", in {name}" if name else ""
            chosen.append(dataclasses.replace(choice, why=f"{choice.why}{where}"))
    return tuple(chosen)


def portions(
    members: Sequence[Candidate], ids: Iterable[str], size: int
) -> tuple[tuple[str, ...], ...]:
    """Portion nodes: those in trouble first, then those that never came to be.

    Otherwise they stay in the order given. Each is in one portion, once; those
    that aren't members come last.
    """
    known = {node.id: node for node in members}
    wanted = list(dict.fromkeys(ids))
    groups = selection.partition(known[one] for one in wanted if one in known)
    ordered = [one.id for one in (*groups.bad, *groups.not_created, *groups.good)]
    ordered += [one for one in wanted if one not in known]
    return tuple(
        tuple(ordered[start : start + size]) for start in range(0, len(ordered), size)
    )


def _by_place(
    members: Sequence[Candidate],
    shares: Mapping[str, int],
    place_of: Callable[[Candidate], str | None],
) -> list[tuple[str, Sequence[Candidate], int]]:
    return [
        (name, [node for node in members if (place_of(node) or "") == name], share)
        for name, share in sorted(shares.items())
    ]
