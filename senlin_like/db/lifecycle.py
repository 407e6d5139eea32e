"""What actions that wait for a lifecycle hook have in the database.

Whoever is told of a token may complete it before the action that told of it is
parked. So a completion is written into the column ``wait`` of an action at
work too, where the transaction that would park it finds it.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db.models import Action, Node
from senlin_like.db.types import db_now
from senlin_like.domain.enums import ActionStatus, Cause, NodeStatus, WaitKind

TABLE = Action.__table__

COMPLETED = "completed"
#: Keys of the action's data: its hook, and in that how it has passed it.
HOOKS, ENDED_BY = "hooks", "ended_by"
#: An action with a hook is in one of these before it has passed it; a ``wait``
#: that is written later is for nobody.
_BEFORE = (
    ActionStatus.INIT,
    ActionStatus.READY,
    ActionStatus.RUNNING,
    ActionStatus.SUSPENDED,
)


def complete(session: orm.Session, action_id: str) -> None:
    """Let an action go on that waits for its hook, or that is about to.

    Does nothing to any other action.
    """
    mine = TABLE.c.id == action_id
    done = {COMPLETED: True}
    # What is being parked at this moment is seen as it will be: without this
    # lock, an UPDATE on PostgreSQL passes over a row that fits only afterwards.
    session.execute(sa.select(TABLE.c.id).where(mine).with_for_update()).all()
    session.execute(
        sa.update(TABLE)
        .where(mine, TABLE.c.status == ActionStatus.WAITING_LIFECYCLE_COMPLETION)
        .values(
            status=ActionStatus.READY,
            status_reason="Lifecycle complete.",
            ready_at=db_now(),
            wake_at=None,
            wait=done,
        )
    )
    # In line, or put off for want of a key.
    waits_before = sa.and_(
        TABLE.c.status == ActionStatus.WAITING,
        TABLE.c.wait_kind.in_([WaitKind.TURN, WaitKind.TIME]),
    )
    session.execute(
        sa.update(TABLE)
        .where(
            mine,
            TABLE.c.cause == Cause.DERIVED_WITH_HOOK,
            sa.or_(TABLE.c.status.in_(_BEFORE), waits_before),
        )
        .values(wait=done)
    )


def is_completed(session: orm.Session, action_id: str) -> bool:
    """Tell whether an action's hook has been completed.

    Its row has to be locked, so that no completion is missed.
    """
    wait = session.scalar(sa.select(Action.wait).where(Action.id == action_id))
    return bool((wait or {}).get(COMPLETED))


def is_telling(row: Any) -> bool:
    """Tell whether an action at work hasn't passed its hook yet.

    To whoever is told that looks like waiting: they may ask before an answer has
    come to the engine, and it has parked the action. The row has ``cause``,
    ``status``, ``wait`` and ``data``.
    """
    return (
        row.cause == Cause.DERIVED_WITH_HOOK
        and row.status == ActionStatus.RUNNING
        and not (row.wait or {}).get(COMPLETED)
        and ENDED_BY not in (row.data or {}).get(HOOKS, {})
    )


def told(session: orm.Session, parent_id: str) -> set[str]:
    """Return the nodes of whose going a hook is told by children of an action."""
    return set(
        session.scalars(
            sa.select(Action.target).where(
                Action.parent_id == parent_id,
                Action.cause == Cause.DERIVED_WITH_HOOK,
            )
        )
    )


def well(session: orm.Session, node_ids: Collection[str]) -> set[str]:
    """Return those nodes that a hook is told of: in use, with an object."""
    found: set[str] = set()
    ids = list(node_ids)
    for start in range(0, len(ids), 500):
        rows: Any = session.scalars(
            sa.select(Node.id).where(
                Node.id.in_(ids[start : start + 500]),
                Node.status == NodeStatus.ACTIVE,
                Node.physical_id.is_not(None),
            )
        )
        found |= set(rows)
    return found
