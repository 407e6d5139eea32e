"""States of containers: what may follow what. No database, no clock.

Names and rules are Docker's.
"""

import dataclasses
import enum
from collections.abc import Mapping
from typing import Protocol


class Status(enum.StrEnum):
    """Statuses of containers."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    RESTARTING = "restarting"
    EXITED = "exited"
    DEAD = "dead"


class Row(Protocol):
    """The columns that a container's state follows from."""

    status: str
    target: str
    reason: str
    ready_at: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Move:
    """An operation: from which statuses, by way of which, to which.

    In the statuses ``idle`` it has nothing to do. ``way`` is None where the
    status stays until the new one comes.
    """

    sources: frozenset[Status]
    target: Status
    way: Status | None = None
    idle: frozenset[Status] = frozenset()


_OFF = frozenset({Status.CREATED, Status.EXITED})
_ON = frozenset({Status.RUNNING, Status.PAUSED, Status.RESTARTING})

MOVES: Mapping[str, Move] = {
    # Docker's own way is too short to be seen.
    "start": Move(
        sources=_OFF,
        target=Status.RUNNING,
        way=Status.RESTARTING,
        idle=frozenset({Status.RUNNING}),
    ),
    "stop": Move(sources=_ON, target=Status.EXITED, idle=_OFF),
    "restart": Move(
        sources=_OFF | {Status.RUNNING},
        target=Status.RUNNING,
        way=Status.RESTARTING,
    ),
    "pause": Move(sources=frozenset({Status.RUNNING}), target=Status.PAUSED),
    "unpause": Move(sources=frozenset({Status.PAUSED}), target=Status.RUNNING),
    "kill": Move(sources=_ON, target=Status.EXITED),
}


def state_of(row: Row, now: float) -> tuple[str, str]:
    """Tell a container's status at a time, and what is wrong with it."""
    if now < row.ready_at:
        return row.status, ""
    return row.target, row.reason
