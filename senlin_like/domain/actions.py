"""Facts on each kind of action, and which of them stand in each other's way.

An unfinished action *is* the lock on its target: there are no lock rows, so
nothing can be stolen or left behind. The wire answers are those of Senlin's
API (locked: claimed at least once; conflict: still waiting for its first
claim).
"""

import dataclasses
from collections.abc import Iterable

from senlin_like.domain.enums import Kind

CLUSTER_KINDS = frozenset(kind for kind in Kind if kind.startswith("CLUSTER_"))
NODE_KINDS = frozenset(kind for kind in Kind if kind.startswith("NODE_"))
AGGREGATE_KINDS = frozenset(kind for kind in Kind if kind.startswith("AGGREGATE_"))
#: A user may ask for these at any time; they stand in line behind the others.
QUEUED = AGGREGATE_KINDS | {
    Kind.CLUSTER_DELETE,
    Kind.NODE_DELETE,
    Kind.NODE_OPERATION,
}
DELETING = frozenset({Kind.CLUSTER_DELETE, Kind.NODE_DELETE})
SCALING = frozenset({Kind.CLUSTER_SCALE_IN, Kind.CLUSTER_SCALE_OUT})
#: These may make cloud objects, so a lost engine may leave one too many.
CREATING = frozenset({Kind.NODE_CREATE, Kind.NODE_RECOVER, Kind.NODE_UPDATE})
#: These may make what a policy needs, with the same danger.
FURNISHING = frozenset({Kind.CLUSTER_ATTACH_POLICY})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Active:
    """An unfinished action, as far as conflicts are concerned."""

    id: str
    kind: Kind
    target: str
    cluster_id: str
    is_root: bool
    has_started: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a new action may do: nothing, or go on after some others.

    ``locked_by`` and ``conflicts`` refuse it; ``after`` are the ids of the
    actions that it has to wait for.
    """

    locked_by: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def target_type(kind: Kind) -> str:
    """Tell what a kind of action works on: ``cluster``, ``node`` or ``aggregate``."""
    if kind in AGGREGATE_KINDS:
        return "aggregate"
    return "cluster" if kind in CLUSTER_KINDS else "node"


def overlaps(kind: Kind, target: str, cluster_id: str, other: Active) -> bool:
    """Tell whether two root actions may not be at work at the same time.

    A cluster action excludes everything else that a user asked for in that
    cluster; node actions exclude each other only on the same node.
    """
    if other.target == target:
        return True
    if not cluster_id or other.cluster_id != cluster_id:
        return False
    return kind in CLUSTER_KINDS or other.kind in CLUSTER_KINDS


def judge(
    kind: Kind, target: str, cluster_id: str, unfinished: Iterable[Active]
) -> Verdict:
    """Decide on a new action that a user asks for.

    ``unfinished`` are the unfinished actions of the target and of its
    cluster, children included (a child holds its node).
    """
    rivals = [
        other
        for other in unfinished
        if (other.is_root or other.target == target)
        and overlaps(kind, target, cluster_id, other)
    ]
    after = tuple(other.id for other in rivals)
    if kind in QUEUED:
        return Verdict(after=after)
    holding = [other for other in rivals if _holds(kind, target, other)]
    locked_by = tuple(other.id for other in holding if other.has_started)
    if locked_by:
        return Verdict(locked_by=locked_by)
    conflicts = tuple(other.id for other in holding if other.target == target)
    if conflicts:
        return Verdict(conflicts=conflicts)
    return Verdict(after=after)


def _holds(kind: Kind, target: str, other: Active) -> bool:
    """Tell whether a rival refuses the newcomer instead of letting it queue.

    An action on a node of a busy cluster isn't refused but stands in line.
    """
    return other.target == target or kind in CLUSTER_KINDS


def supersedes(kind: Kind, target: str, other: Active) -> bool:
    """Tell whether a deletion makes an earlier action pointless.

    Such an action is asked to stop; a deletion never stops another one.
    """
    if other.kind in DELETING:
        return False
    if kind is Kind.CLUSTER_DELETE:
        return True
    return kind is Kind.NODE_DELETE and other.target == target
