"""Which nodes of a cluster are failed ones, and which of them are repaired now.

Facts go in, a decision comes out. What can't be told for sure harms nobody: a
node that wasn't seen isn't a failed one, and when there is reason to doubt
the looking itself, nothing is repaired.
"""

import dataclasses
import enum
from collections.abc import Mapping, Sequence

#: The name of health checks in events, beside those of actions.
EVENT = "HEALTH_CHECK"


class Mode(enum.StrEnum):
    """The ways to find failed nodes; the names are on the wire."""

    EVENTS = "LIFECYCLE_EVENTS"
    STATUS = "NODE_STATUS_POLLING"
    URL = "NODE_STATUS_POLL_URL"
    HYPERVISOR = "HYPERVISOR_STATUS_POLLING"
    MEMBER = "LB_MEMBER_STATUS_POLLING"


class Finding(enum.StrEnum):
    """What one look at a node has shown.

    ``DOUBTFUL``: it looks bad, but is asked again before that counts.
    """

    GOOD = "good"
    BAD = "bad"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"


class Halt(enum.StrEnum):
    """Why nothing is repaired though something may be wrong."""

    LATE = "late"
    CLOUD = "cloud"
    TOO_MANY = "too many"
    BROKEN = "broken"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seen:
    """A finding, and what it was in words."""

    finding: Finding
    reason: str = ""


GOOD = Seen(finding=Finding.GOOD)
UNKNOWN = Seen(finding=Finding.UNKNOWN)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Member:
    """A node of the cluster, as it was seen in each of the cluster's modes.

    ``is_at_work``: an action on it is unfinished; ``is_in_repair``: that is a
    recovery. ``is_fresh``: it was changed a short time ago and is left alone.
    """

    id: str
    seen: Mapping[Mode, Seen] = dataclasses.field(default_factory=dict)
    is_at_work: bool = False
    is_in_repair: bool = False
    is_fresh: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Round:
    """All that is known at the end of one look at a cluster.

    ``needs_all``: a node is failed only if all modes say so. ``is_late``: the
    look came, or took, too long. ``cloud_error``: why the cloud can't be
    trusted now. ``is_changing``: an action on the cluster is unfinished.
    ``unasked``: how many of the members there was no time for; shares are then
    those of the others.
    """

    members: Sequence[Member]
    needs_all: bool = False
    is_late: bool = False
    cloud_error: str = ""
    is_changing: bool = False
    unasked: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Breaker:
    """How much of a cluster may be repaired at once."""

    max_unhealthy_percent: int = 40
    max_repairs_in_flight: int = 10

    def allowance(self, size: int) -> int:
        """Return how many of so many nodes may be unwell while some are repaired.

        One at least, so that small clusters heal too; none with 0 percent.
        """
        if self.max_unhealthy_percent <= 0 or size <= 0:
            return 0
        return max(1, size * self.max_unhealthy_percent // 100)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Decision:
    """What follows from a round; ids are sorted.

    ``failed`` are the nodes that look bad and are nobody's work; ``repairs``
    are those of them to be repaired now. With ``halt`` there are no repairs.
    """

    failed: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    halt: Halt | None = None
    reason: str = ""


def verdict(seen: Mapping[Mode, Seen], *, needs_all: bool) -> Finding:
    """Sum up what the modes say of one node."""
    findings = [one.finding for one in seen.values()]
    if not findings:
        return Finding.UNKNOWN
    looks_bad = (Finding.BAD, Finding.DOUBTFUL)
    if needs_all:
        if not all(one in looks_bad for one in findings):
            return Finding.GOOD
        return Finding.DOUBTFUL if Finding.DOUBTFUL in findings else Finding.BAD
    for finding in looks_bad:
        if finding in findings:
            return finding
    return Finding.GOOD


def decide(facts: Round, breaker: Breaker) -> Decision:
    """Choose the nodes that are repaired now, or say why none is.

    The nodes under repair, those that look bad and those in doubt together
    may not be more than the breaker allows. The order of the members doesn't
    matter.
    """
    idle = [one for one in facts.members if not one.is_at_work]
    verdicts = {
        one.id: verdict(one.seen, needs_all=facts.needs_all)
        for one in idle
        if not one.is_in_repair
    }
    failed = tuple(sorted(id_ for id_, one in verdicts.items() if one is Finding.BAD))
    fresh = {one.id for one in facts.members if one.is_fresh}
    waiting = tuple(id_ for id_ in failed if id_ not in fresh)
    in_repair = sum(one.is_in_repair for one in facts.members)
    unwell = in_repair + sum(
        one in (Finding.BAD, Finding.DOUBTFUL) for one in verdicts.values()
    )
    halt, reason = _halt(facts, breaker, unwell, has_work=bool(waiting))
    if halt is not None or facts.is_changing:
        return Decision(failed=failed, halt=halt, reason=reason)
    room = max(0, breaker.max_repairs_in_flight - in_repair)
    return Decision(failed=failed, repairs=waiting[:room])


def _halt(
    facts: Round, breaker: Breaker, unwell: int, *, has_work: bool
) -> tuple[Halt | None, str]:
    """Tell what forbids repairs; that the cloud errs is told in any case."""
    if facts.cloud_error:
        return Halt.CLOUD, f"The cloud can't be asked: {facts.cloud_error}"
    if not has_work:
        return None, ""
    if facts.is_late:
        return Halt.LATE, (
            "The check came too late to be relied on; the next one decides."
        )
    size = max(0, len(facts.members) - facts.unasked)
    allowance = breaker.allowance(size)
    if unwell > allowance:
        return Halt.TOO_MANY, (
            f"{unwell} of {size} nodes look bad or are being repaired, and no more "
            f"than {allowance} may be ({breaker.max_unhealthy_percent} %)."
        )
    return None, ""
