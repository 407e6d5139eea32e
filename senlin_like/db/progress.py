"""What a running action writes: steps, parking, its end. All of it guarded.

Every function begins with an UPDATE of the action that holds only while owner
and lease number are still the caller's; what else is written in the same
transaction is kept or dropped with it.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import claims, statements
from senlin_like.db.models import Action
from senlin_like.db.statements import NOW, After
from senlin_like.db.types import db_now
from senlin_like.db.work_models import WatchGroup
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


def guarded(
    session: orm.Session, hold: Hold, values: Mapping[str, Any], **given: Any
) -> None:
    """Change the action if it is still in the caller's hands.

    ``values`` and ``given`` as in ``statements.update``.

    :raises LeaseLost: when it isn't.
    """
    mine = {
        "id": hold.action_id,
        "owner": hold.owner,
        "lease": hold.lease,
        "status": ActionStatus.RUNNING.value,
    }
    if statements.update(session, TABLE, mine, values, **given) != 1:
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
    given: dict[str, Any] = {}
    hears = values.get("undoing") is None
    if hears:
        given["heeded"] = _heeded(values)
    guarded(
        session,
        hold,
        {
            **values,
            "status": _PARKED[hears, parking.kind],
            "status_reason": parking.reason,
            "owner": None,
            "lease_until": None,
            "ready_at": NOW,
            "wait_kind": parking.kind,
            "wait_group": parking.group,
            "wait_object": parking.object_id,
            "wait": dict(parking.wait) if parking.wait is not None else None,
            "seen": None,
            "wake_at": None
            if parking.wake_after_s is None
            else After(max(parking.wake_after_s, 0.0)),
        },
        **given,
    )


def put_off(session: orm.Session, hold: Hold, reason: str, *, after_s: float) -> None:
    """Let go of an action that this engine can't work on, untouched, for a while.

    That is no try of it; what it waited for and what was seen of that is kept.

    :raises LeaseLost: when the action is in other hands.
    """
    values = {
        "status": ActionStatus.WAITING.value,
        "status_reason": reason,
        "owner": None,
        "lease_until": None,
        "ready_at": NOW,
        "wait_kind": WaitKind.TIME,
        "wait_group": None,
        "wake_at": After(after_s),
    }
    guarded(session, hold, values)


def suspend(session: orm.Session, hold: Hold, values: Mapping[str, Any]) -> None:
    """Let go of the action until somebody resumes it.

    It is claimable again at once when that, or a wish to cancel it, came while
    it was on its way here.

    :raises LeaseLost: when the action is in other hands.
    """
    guarded(
        session,
        hold,
        {
            **values,
            "status": _SUSPENDED,
            "status_reason": "Suspended on request.",
            "owner": None,
            "lease_until": None,
            "ready_at": NOW,
        },
    )


def _heeded(values: Mapping[str, Any]) -> str:
    """Return the signal that the journal to be kept has taken in already."""
    return str((values.get("journal") or {}).get("heeded", ""))


def touch_group(session: orm.Session, key: str, after_s: float) -> None:
    """See to it that a group of waits is looked at in ``after_s`` seconds."""
    session.execute(
        _touch(session.get_bind().dialect.name), {"of_key": key, "after_s": after_s}
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
            "end_time": NOW,
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


def amend(session: orm.Session, action_id: str, outputs: Mapping[str, Any]) -> None:
    """Set the outputs of an action in the transaction that ends it."""
    statements.update(session, TABLE, {"id": action_id}, {"outputs": outputs})


def child_ended(session: orm.Session, parent_id: str, count: int) -> None:
    """Count ended children; the last one wakes the waiting parent."""
    session.execute(_CHILD_ENDED, {"parent": parent_id, "count": count})


@functools.cache
def _touch(dialect: str) -> sa.Insert:
    table = WatchGroup.__table__
    after_s: sa.BindParameter[float] = sa.bindparam("after_s", type_=sa.Double())
    due = db_now() + after_s
    return statements.put(
        dialect,
        table,
        {"key": sa.bindparam("of_key"), "due_at": due, "pace": after_s},
        {
            "due_at": sa.case((table.c.due_at > due, due), else_=table.c.due_at),
            "pace": after_s,
        },
    )


def _status_of_parked(*, hears: bool, kind: WaitKind) -> sa.ColumnElement[Any]:
    """Return READY for what has a reason to go on at once, else that it waits."""
    goes_on: sa.ColumnElement[bool] = sa.false()
    if hears:
        goes_on = TABLE.c.signal.is_not(None)
        goes_on &= TABLE.c.signal != sa.bindparam("heeded", type_=sa.String())
    if kind is WaitKind.CHILDREN:
        goes_on = goes_on | (TABLE.c.children_left <= 0)
    waits = ActionStatus.WAITING
    if kind is WaitKind.HOOK:
        waits = ActionStatus.WAITING_LIFECYCLE_COMPLETION
    return sa.case((goes_on, ActionStatus.READY.value), else_=waits.value)


def _child_ended() -> sa.Update:
    """Make the UPDATE of a parent.

    The order of the assignments matters on MariaDB, which evaluates them from
    left to right.
    """
    count = sa.bindparam("count", type_=sa.Integer())
    wakes = sa.and_(
        TABLE.c.status == ActionStatus.WAITING,
        TABLE.c.wait_kind == WaitKind.CHILDREN,
        TABLE.c.children_left <= count,
    )
    return (
        sa.update(TABLE)
        .where(TABLE.c.id == sa.bindparam("parent"))
        .ordered_values(
            (TABLE.c.ready_at, sa.case((wakes, db_now()), else_=TABLE.c.ready_at)),
            (
                TABLE.c.status,
                sa.case((wakes, ActionStatus.READY.value), else_=TABLE.c.status),
            ),
            (TABLE.c.children_left, TABLE.c.children_left - count),
        )
    )


_PARKED = {
    (hears, kind): _status_of_parked(hears=hears, kind=kind)
    for hears in (True, False)
    for kind in WaitKind
}
_SUSPENDED = sa.case(
    (
        sa.func.coalesce(TABLE.c.signal, "") == Signal.SUSPEND,
        ActionStatus.SUSPENDED.value,
    ),
    else_=ActionStatus.READY.value,
)
_CHILD_ENDED = _child_ended()
