"""Which nodes of a cluster go when it shrinks.

Nodes that are in trouble go first, then those that never came to be; only
the rest is chosen by a criterion.
"""

import dataclasses
import datetime
import enum
import math
import random
from collections.abc import Callable, Iterable, Sequence

from senlin_like.domain.enums import NodeStatus


class Criterion(enum.StrEnum):
    """By what good nodes are chosen; the values are wire format."""

    RANDOM = "RANDOM"
    OLDEST_FIRST = "OLDEST_FIRST"
    OLDEST_PROFILE_FIRST = "OLDEST_PROFILE_FIRST"
    YOUNGEST_FIRST = "YOUNGEST_FIRST"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Candidate:
    """What has to be known of a node to choose it.

    ``created_at`` is None as long as the node has never been active; others
    depend on a node that ``is_needed``. ``zone`` and ``region`` are None where
    nobody has looked, or nobody knows.
    """

    id: str
    status: str
    index: int
    tainted: bool = False
    created_at: datetime.datetime | None = None
    profile_created_at: datetime.datetime | None = None
    is_needed: bool = False
    profile_id: str = ""
    zone: str | None = None
    region: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Choice:
    """A node that was chosen, and why."""

    id: str
    why: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Groups:
    """Nodes by how easily they can be spared; each in the order given."""

    bad: tuple[Candidate, ...]
    not_created: tuple[Candidate, ...]
    good: tuple[Candidate, ...]


def is_bad(node: Candidate) -> bool:
    """Tell whether a node is in trouble, by its status or by its user's word."""
    return node.tainted or node.status in {NodeStatus.ERROR, NodeStatus.WARNING}


def partition(nodes: Iterable[Candidate]) -> Groups:
    """Sort nodes into bad, not created and good ones; each id counts once."""
    unique = list({node.id: node for node in nodes}.values())
    fine = [node for node in unique if not is_bad(node)]
    return Groups(
        bad=tuple(node for node in unique if is_bad(node)),
        not_created=tuple(node for node in fine if node.created_at is None),
        good=tuple(node for node in fine if node.created_at is not None),
    )


def choose(
    nodes: Iterable[Candidate],
    count: int,
    criterion: Criterion,
    source: random.Random,
) -> tuple[Choice, ...]:
    """Choose up to ``count`` different nodes, the first to go first.

    Those that are needed go last, whatever else is to be said of them. Gives
    fewer if there are fewer, none for a count below 1. Age has ties broken by
    index: the lower index counts as older. ``source`` is used for RANDOM only.
    """
    known = {node.id: node for node in nodes}.values()
    free = [node for node in known if not node.is_needed]
    choices = _rank(free, count, criterion, source)
    if len(choices) < count:
        needed = [node for node in known if node.is_needed]
        choices += _rank(needed, count - len(choices), criterion, source)
    return tuple(choices[: max(0, count)])


def _rank(
    nodes: Iterable[Candidate],
    count: int,
    criterion: Criterion,
    source: random.Random,
) -> list[Choice]:
    """Put nodes into the order in which they go, as far as ``count``."""
    groups = partition(nodes)
    choices = [
        *(Choice(id=node.id, why=_trouble(node)) for node in groups.bad),
        *(Choice(id=node.id, why="never created") for node in groups.not_created),
    ]
    missing = count - len(choices)
    if missing > 0:
        ordered = _order(groups.good, criterion, source)
        choices += [Choice(id=node.id, why=criterion.value) for node in ordered]
    return choices


def _trouble(node: Candidate) -> str:
    """Say why a node is a bad one."""
    return "tainted" if node.tainted else f"status {node.status}"


def _order(
    nodes: Sequence[Candidate], criterion: Criterion, source: random.Random
) -> list[Candidate]:
    """Put good nodes into the order in which they go."""
    if criterion == Criterion.RANDOM:
        return source.sample(nodes, k=len(nodes))
    keys: dict[Criterion, Callable[[Candidate], tuple[float, int]]] = {
        Criterion.OLDEST_FIRST: lambda node: (_moment(node.created_at), node.index),
        Criterion.YOUNGEST_FIRST: lambda node: (
            -_moment(node.created_at),
            -node.index,
        ),
        Criterion.OLDEST_PROFILE_FIRST: lambda node: (
            _moment(node.profile_created_at),
            node.index,
        ),
    }
    return sorted(nodes, key=keys[criterion])


def _moment(time: datetime.datetime | None) -> float:
    """Make a time comparable; an unknown one counts as the oldest."""
    return -math.inf if time is None else time.timestamp()
