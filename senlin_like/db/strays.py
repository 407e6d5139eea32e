"""Nodes for which a lost engine may still make something, watched for a while."""

import json
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db.models import Action, Node, Profile
from senlin_like.db.types import db_now
from senlin_like.db.work_models import StrayWatch
from senlin_like.domain.enums import UNFINISHED

#: Seconds to the first look.
FIRST_LOOK_S = 5.0
#: Seconds after its time in which a watch waits for a cloud that can't be asked.
GIVE_UP_S = 3600.0
#: How far the cloud's clock may be behind the database's, in seconds.
CLOCKS_S = 60.0


def remember(
    session: orm.Session,
    node_ids: Sequence[str],
    watch_s: float,
    *,
    since: float | None = None,
) -> None:
    """Watch these nodes for ``watch_s`` seconds from now.

    What was made before ``since`` (epoch seconds) is left alone; by default
    that is when the first of the nodes' unfinished actions began.
    """
    if not node_ids:
        return
    began = _began(watch_s) if since is None else sa.literal(since, sa.Double())
    # This locks those that are there: none is forgotten in between.
    session.execute(
        sa.update(StrayWatch)
        .where(StrayWatch.node_id.in_(node_ids))
        .values(until=db_now() + watch_s)
    )
    columns = {
        "node_id": Node.id,
        "project": Node.project,
        "user": Node.user,
        "profile_id": Node.profile_id,
        "profile_type": Profile.type,
        "sealed_spec": Profile.sealed_spec,
        "data": Node.data,
        "since": began - CLOCKS_S,
        "until": db_now() + watch_s,
        "due_at": db_now() + FIRST_LOOK_S,
    }
    session.execute(
        sa.insert(StrayWatch).from_select(
            list(columns),
            sa.select(*columns.values())
            .join_from(Node, Profile, Profile.id == Node.profile_id)
            .where(
                Node.id.in_(node_ids),
                ~sa.exists().where(StrayWatch.node_id == Node.id),
            ),
        )
    )


def _began(watch_s: float) -> sa.ColumnElement[Any]:
    """Return when the first of a node's unfinished actions began."""
    first = sa.select(sa.func.min(Action.start_time)).where(
        Action.target == Node.id, Action.status.in_(list(UNFINISHED))
    )
    return sa.func.coalesce(first.scalar_subquery(), db_now() - watch_s)


def take(session: orm.Session, *, every_s: float, limit: int = 20) -> list[Any]:
    """Take nodes for which a second object may turn up.

    ``is_over`` tells that this look is the last one if it sees to everything,
    ``is_hopeless`` that it is the last one anyway. A node that is gone is still
    watched (``Node`` columns None).
    """
    due = session.execute(
        sa.select(
            StrayWatch,
            Node.physical_id,
            Node.name,
            Node.data,
            (StrayWatch.until < db_now()).label("is_over"),
            (StrayWatch.until + GIVE_UP_S < db_now()).label("is_hopeless"),
        )
        .outerjoin(Node, Node.id == StrayWatch.node_id)
        .where(StrayWatch.due_at <= db_now())
        .order_by(StrayWatch.due_at)
        .limit(limit)
    ).all()
    taken = []
    for row in due:
        mine = session.execute(
            sa.update(StrayWatch)
            .where(
                StrayWatch.node_id == row.StrayWatch.node_id,
                StrayWatch.due_at == row.StrayWatch.due_at,
            )
            .values(due_at=db_now() + every_s)
        )
        if mine.rowcount:  # type: ignore[attr-defined]
            taken.append(row)
    return taken


def busy_targets(session: orm.Session, node_ids: Collection[str]) -> set[str]:
    """Return those of the nodes that have an unfinished action."""
    return set(
        session.scalars(
            sa.select(Action.target).where(
                Action.target.in_(list(node_ids)), Action.status.in_(list(UNFINISHED))
            )
        )
    )


def forget(session: orm.Session, node_ids: Collection[str]) -> None:
    """Forget nodes whose watch is over, unless it was prolonged meanwhile."""
    session.execute(
        sa.delete(StrayWatch).where(
            StrayWatch.node_id.in_(list(node_ids)), StrayWatch.until < db_now()
        )
    )


def is_one(session: orm.Session, node_id: str, object_id: str) -> bool | None:
    """Tell whether an object is surely not one that a node uses or will use.

    None when that can't be told, because somebody is at work on the node.
    """
    if busy_targets(session, [node_id]):
        return None
    used = session.scalar(sa.select(Node.id).where(Node.physical_id == object_id))
    data = session.scalar(sa.select(Node.data).where(Node.id == node_id))
    return used is None and object_id not in json.dumps(data)
