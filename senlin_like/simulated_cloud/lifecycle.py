"""States of servers: what may follow what. No database, no clock.

A row holds what a server is until a moment, and what it becomes then, so that
nothing has to run while time passes.
"""

import dataclasses
import enum
import zlib
from collections.abc import Mapping
from typing import Any, Protocol


class Status(enum.StrEnum):
    """Statuses of servers, by Nova's names."""

    BUILD = "BUILD"
    ACTIVE = "ACTIVE"
    REBOOT = "REBOOT"
    HARD_REBOOT = "HARD_REBOOT"
    REBUILD = "REBUILD"
    RESIZE = "RESIZE"
    VERIFY_RESIZE = "VERIFY_RESIZE"
    REVERT_RESIZE = "REVERT_RESIZE"
    SHUTOFF = "SHUTOFF"
    PAUSED = "PAUSED"
    SUSPENDED = "SUSPENDED"
    RESCUE = "RESCUE"
    ERROR = "ERROR"
    #: No such server (any more).
    GONE = "GONE"


class Row(Protocol):
    """The columns that a server's state follows from."""

    status: str
    fault: str
    target: str
    target_fault: str
    ready_at: float
    host: str | None
    deleted_at: float | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class State:
    """What a server is at a moment. ``fault`` says what is wrong with it."""

    status: str
    fault: str = ""
    is_busy: bool = False
    is_deleting: bool = False


def state_of(row: Row, now: float, broken_hosts: Mapping[str, str]) -> State:
    """Tell a server's state at a time.

    ``broken_hosts``: hosts whose servers are in ERROR, with the reason.
    """
    if row.deleted_at is not None and row.deleted_at <= now:
        return State(status=Status.GONE)
    is_deleting = row.deleted_at is not None
    if row.host is not None and row.host in broken_hosts:
        return State(
            status=Status.ERROR, fault=broken_hosts[row.host], is_deleting=is_deleting
        )
    if now < row.ready_at:
        return State(
            status=row.status, fault=row.fault, is_busy=True, is_deleting=is_deleting
        )
    return State(status=row.target, fault=row.target_fault, is_deleting=is_deleting)


#: ``Move.target`` for "what it was before".
FORMER = "(former)"

_RUNS = frozenset({Status.ACTIVE})
_REBUILDS = frozenset({Status.ACTIVE, Status.SHUTOFF, Status.ERROR})
_RESIZES = frozenset({Status.ACTIVE, Status.SHUTOFF})
_ANY = frozenset(Status) - {Status.GONE}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Move:
    """An operation: from which statuses, by way of which, to which.

    ``way`` is None where the new status comes at once.
    """

    sources: frozenset[Status]
    target: str
    way: Status | None = None


MOVES: Mapping[str, Move] = {
    "reboot": Move(sources=_RUNS, way=Status.REBOOT, target=Status.ACTIVE),
    "hard_reboot": Move(
        sources=frozenset(
            {
                Status.ACTIVE,
                Status.SHUTOFF,
                Status.PAUSED,
                Status.SUSPENDED,
                Status.ERROR,
            }
        ),
        way=Status.HARD_REBOOT,
        target=Status.ACTIVE,
    ),
    "rebuild": Move(sources=_REBUILDS, way=Status.REBUILD, target=FORMER),
    "evacuate": Move(sources=_REBUILDS, way=Status.REBUILD, target=FORMER),
    "resize": Move(sources=_RESIZES, way=Status.RESIZE, target=Status.VERIFY_RESIZE),
    "migrate": Move(sources=_RESIZES, way=Status.RESIZE, target=Status.VERIFY_RESIZE),
    "confirm_resize": Move(sources=frozenset({Status.VERIFY_RESIZE}), target=FORMER),
    "revert_resize": Move(
        sources=frozenset({Status.VERIFY_RESIZE}),
        way=Status.REVERT_RESIZE,
        target=FORMER,
    ),
    "change_password": Move(sources=_RUNS, target=Status.ACTIVE),
    "pause": Move(sources=_RUNS, way=Status.ACTIVE, target=Status.PAUSED),
    "unpause": Move(
        sources=frozenset({Status.PAUSED}), way=Status.PAUSED, target=Status.ACTIVE
    ),
    "suspend": Move(sources=_RUNS, way=Status.ACTIVE, target=Status.SUSPENDED),
    "resume": Move(
        sources=frozenset({Status.SUSPENDED}),
        way=Status.SUSPENDED,
        target=Status.ACTIVE,
    ),
    "start": Move(
        sources=frozenset({Status.SHUTOFF}), way=Status.SHUTOFF, target=Status.ACTIVE
    ),
    "stop": Move(
        sources=frozenset({Status.ACTIVE, Status.ERROR}),
        way=Status.ACTIVE,
        target=Status.SHUTOFF,
    ),
    "rescue": Move(sources=_REBUILDS, way=Status.ACTIVE, target=Status.RESCUE),
    "unrescue": Move(
        sources=frozenset({Status.RESCUE}), way=Status.RESCUE, target=Status.ACTIVE
    ),
}

#: Metadata keys by which a profile alone can steer its servers.
WAIT_KEY = "simulated_wait_time"
FAIL_KEY = "simulated_fail"
STATUS_KEY = "simulated_status"


def wait_time(metadata: Mapping[str, Any]) -> int | None:
    """Return the seconds that creation and deletion take each, if it's set."""
    text = str(metadata.get(WAIT_KEY, ""))
    return int(text) if text.isascii() and text.isdigit() and int(text) else None


def fails(metadata: Mapping[str, Any], operation: str) -> bool:
    """Tell whether the metadata ask for an operation to fail."""
    named = str(metadata.get(FAIL_KEY, "")).split(",")
    return operation in (name.strip() for name in named)


def built_status(metadata: Mapping[str, Any]) -> str:
    """Return the status that a server has when it is built."""
    asked = str(metadata.get(STATUS_KEY, "")).upper()
    return asked if asked in _ANY else Status.ACTIVE


def spread(seconds: float, jitter: float, key: str) -> float:
    """Vary a time by a share of up to ``jitter``, the same for the same key."""
    dice = zlib.crc32(key.encode()) / 2**31 - 1
    return max(0.0, seconds * (1 + jitter * dice))
