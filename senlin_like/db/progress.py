"""What a running action writes: steps, parking, its end. All of it guarded.

Every function begins with an UPDATE of the action that holds only while owner
and lease number are still the caller's; what else is written in the same
transaction is kept or dropped with it.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import claims
from senlin_like.db.models import Action, WatchGroup
from senlin_like.db.types import db_now
from senlin_like.domain.enums import ActionStatus, Signal, WaitKind

TABLE = Action.__table__
Save = Callable[[orm.Session], None]


class LeaseLost(BaseException):
    """The action is in other hands now: stop at once and write nothing.

    Not an ``Exception``, so that no step takes it for a failure to be undone.
    """


@dataclasses.dataclass(frozen=True, kw_only=True)
class Hold:
    """The proof that an engine may write for an action."""

    action_id: str
    owner: str
    lease: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Parking:
    """How an action waits without a thread.

    ``wake_after_s`` bounds the wait; ``group``, ``object_id`` and ``wait``
    tell the watcher what to look for.
    """

    kind: WaitKind
    reason: str
    wake_after_s: float | None = None
    group: str | None = None
    object_id: str | None = None
    wait: Mapping[str, Any] | None = None


def guarded(session: orm.Session, hold: Hold, values: Mapping[str, Any]) -> None:
    """Change the action if it is still in the caller's hands.

    :raises LeaseLost: when it isn't.
    """
    changed = session.execute(
        sa.update(TABLE)
        .where(
            TABLE.c.id == hold.action_id,
            TABLE.c.owner == hold.owner,
            TABLE.c.lease == hold.lease,
            TABLE.c.status == ActionStatus.RUNNING,
        )
        .values(**values)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise LeaseLost(hold.action_id)


def record(session: orm.Session, hold: Hold, values: Mapping[str, Any]) -> None:
    """Keep a step's result (``values``: journal, outputs, undoing, …).

    :raises LeaseLost: when the action is in other hands.
    """
    guarded(session, hold, {**values, "seen": None})


def park(
    session: orm.Session, hold: Hold, values: Mapping[str, Any], parking: Parking
) -> None:
    """Keep a step's memo and let go of the action until it is woken.

    A parent whose children have all ended is claimable again at once, and so
    is an action that got a signal while the step was at work; one on its way
    back has no more signals to hear.

    :raises LeaseLost: when the action is in other hands.
    """
    goes_on: sa.ColumnElement[bool] = TABLE.c.signal.is_not(None)
    goes_on &= TABLE.c.signal != _heeded(values)
    if values.get("undoing") is not None:
        goes_on = sa.false()
    if parking.kind is WaitKind.CHILDREN:
        goes_on = goes_on | (TABLE.c.children_left <= 0)
    status = sa.case(
        (goes_on, ActionStatus.READY.value), else_=ActionStatus.WAITING.value
    )
    guarded(
        session,
        hold,
        {
            **values,
            "status": status,
            "status_reason": parking.reason,
            "owner": None,
            "lease_until": None,
            "ready_at": db_now(),
            "wait_kind": parking.kind,
            "wait_group": parking.group,
            "wait_object": parking.object_id,
            "wait": dict(parking.wait) if parking.wait is not None else None,
            "seen": None,
            "wake_at": None
            if parking.wake_after_s is None
            else db_now() + max(parking.wake_after_s, 0.0),
        },
    )


def suspend(session: orm.Session, hold: Hold, values: Mapping[str, Any]) -> None:
    """Let go of the action until somebody resumes it.

    It is claimable again at once when that, or a wish to cancel it, came while
    it was on its way here.

    :raises LeaseLost: when the action is in other hands.
    """
    stays = sa.func.coalesce(TABLE.c.signal, "") == Signal.SUSPEND
    status = sa.case(
        (stays, ActionStatus.SUSPENDED.value), else_=ActionStatus.READY.value
    )
    guarded(
        session,
        hold,
        {
            **values,
            "status": status,
            "status_reason": "Suspended on request.",
            "owner": None,
            "lease_until": None,
            "ready_at": db_now(),
        },
    )


def _heeded(values: Mapping[str, Any]) -> str:
    """Return the signal that the journal to be kept has taken in already."""
    return str((values.get("journal") or {}).get("heeded", ""))


def touch_group(session: orm.Session, key: str, after_s: float) -> None:
    """See to it that a group of waits is looked at in ``after_s`` seconds."""
    due = db_now() + after_s
    soon = session.execute(
        sa.update(WatchGroup)
        .where(WatchGroup.key == key)
        .values(
            due_at=sa.case((WatchGroup.due_at > due, due), else_=WatchGroup.due_at),
            pace=after_s,
        )
    )
    if soon.rowcount == 0:  # type: ignore[attr-defined]
        with session.begin_nested():
            session.execute(
                sa.insert(WatchGroup).values(key=key, due_at=due, pace=after_s)
            )


def finish(
    session: orm.Session,
    hold: Hold,
    values: Mapping[str, Any],
    *,
    parent_id: str | None,
    saves: Sequence[Save] = (),
) -> None:
    """End an action: its status, what its last steps write, those who wait.

    :raises LeaseLost: when the action is in other hands.
    """
    guarded(
        session,
        hold,
        {
            **values,
            "owner": None,
            "lease_until": None,
            "end_time": db_now(),
            "wait_kind": None,
            "wait_group": None,
            "wait": None,
            "seen": None,
        },
    )
    for save in saves:
        save(session)
    claims.free_turns(session, [hold.action_id])
    if parent_id is not None:
        child_ended(session, parent_id, 1)


def child_ended(session: orm.Session, parent_id: str, count: int) -> None:
    """Count ended children; the last one wakes the waiting parent.

    The order of the assignments matters on MariaDB, which evaluates them from
    left to right.
    """
    wakes = sa.and_(
        TABLE.c.status == ActionStatus.WAITING,
        TABLE.c.wait_kind == WaitKind.CHILDREN,
        TABLE.c.children_left <= count,
    )
    session.execute(
        sa.update(TABLE)
        .where(TABLE.c.id == parent_id)
        .ordered_values(
            (TABLE.c.ready_at, sa.case((wakes, db_now()), else_=TABLE.c.ready_at)),
            (
                TABLE.c.status,
                sa.case((wakes, ActionStatus.READY.value), else_=TABLE.c.status),
            ),
            (TABLE.c.children_left, TABLE.c.children_left - count),
        )
    )
