"""The children of an action: made in bulk, counted, asked to stop."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import conflicts, progress
from senlin_like.db.models import Action
from senlin_like.db.types import db_now
from senlin_like.domain.enums import UNFINISHED, ActionStatus, Signal, WaitKind

TABLE = Action.__table__
_BULK = 1000


def insert(
    session: orm.Session,
    parent_id: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    may_be_busy: bool,
) -> None:
    """Insert children; the parent's count grows with them.

    ``may_be_busy``: the targets existed before, so a user's own action may be
    at work on them; such children stand in line behind it.
    """
    busy: dict[str, list[str]] = {}
    if may_be_busy:
        targets = sorted({row["target"] for row in rows})
        for start in range(0, len(targets), 500):
            part = targets[start : start + 500]
            conflicts.lock_nodes(session, part)
            busy |= conflicts.busy_nodes(session, part, parent_id)
    ready = [_in_line(row, busy.get(row["target"], [])) for row in rows]
    for start in range(0, len(ready), _BULK):
        conflicts.insert(session, ready[start : start + _BULK])
    for row in ready:
        after = busy.get(row["target"])
        if after:
            conflicts.wait_for(session, row["id"], after)
    session.execute(
        sa.update(TABLE)
        .where(TABLE.c.id == parent_id)
        .values(children_left=TABLE.c.children_left + len(ready))
    )


def _in_line(row: Mapping[str, Any], after: Sequence[str]) -> dict[str, Any]:
    if not after:
        return dict(row)
    return {
        **row,
        "status": ActionStatus.WAITING,
        "wait_kind": WaitKind.TURN,
        "status_reason": f"Waiting for its turn, after action(s) {', '.join(after)}.",
    }


def unsuccessful(
    session: orm.Session, parent_id: str, first: int, last: int
) -> list[Any]:
    """Return (id, target, status, status_reason) of children that didn't succeed.

    Only those with a sequence from ``first`` up to ``last``, without it.
    """
    return list(
        session.execute(
            sa.select(TABLE.c.id, TABLE.c.target, TABLE.c.status, TABLE.c.status_reason)
            .where(
                TABLE.c.parent_id == parent_id,
                TABLE.c.sequence >= first,
                TABLE.c.sequence < last,
                TABLE.c.status != ActionStatus.SUCCEEDED,
            )
            .order_by(TABLE.c.sequence)
        )
    )


def cancel(session: orm.Session, parent_id: str) -> None:
    """Ask all unfinished children to stop; those never started end at once."""
    unstarted = list(
        session.scalars(
            sa.select(Action.id)
            .where(
                Action.parent_id == parent_id,
                Action.status.in_([ActionStatus.READY, ActionStatus.INIT]),
                Action.start_time.is_(None),
            )
            .with_for_update(skip_locked=True)
        )
    )
    ended = 0
    for start in range(0, len(unstarted), 500):
        done = session.execute(
            sa.update(TABLE)
            .where(
                TABLE.c.id.in_(unstarted[start : start + 500]),
                TABLE.c.status.in_([ActionStatus.READY, ActionStatus.INIT]),
                TABLE.c.start_time.is_(None),
            )
            .values(
                status=ActionStatus.CANCELLED,
                status_reason="Action execution cancelled",
                end_time=db_now(),
            )
        )
        ended += done.rowcount  # type: ignore[attr-defined]
    if ended:
        progress.child_ended(session, parent_id, ended)
    others = list(
        session.scalars(
            sa.select(Action.id).where(
                Action.parent_id == parent_id, Action.status.in_(list(UNFINISHED))
            )
        )
    )
    conflicts.signal(session, others, Signal.CANCEL)


def left(session: orm.Session, action_id: str) -> int:
    """Return how many children have not ended."""
    return (
        session.scalar(sa.select(Action.children_left).where(Action.id == action_id))
        or 0
    )
