"""Nodes for which a lost engine may still make something, watched for a while."""

import json
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import stray_watches
from senlin_like.db.models import Action, Node, Profile
from senlin_like.db.types import db_now
from senlin_like.db.work_models import StrayWatch
from senlin_like.domain.enums import UNFINISHED

TABLE = StrayWatch.__table__


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
    stray_watches.prolong(session, TABLE, TABLE.c.node_id.in_(node_ids), watch_s)
    wanted = (
        sa.select(
            Node.id.label("node_id"),
            Node.project,
            Node.user,
            Node.profile_id,
            Profile.type.label("profile_type"),
            Profile.sealed_spec,
            Node.data,
        )
        .join_from(Node, Profile, Profile.id == Node.profile_id)
        .where(
            Node.id.in_(node_ids),
            ~sa.exists().where(StrayWatch.node_id == Node.id),
        )
    )
    stray_watches.begin(session, TABLE, wanted, began, watch_s)


def _began(watch_s: float) -> sa.ColumnElement[Any]:
    """Return when the first of a node's unfinished actions began."""
    first = sa.select(sa.func.min(Action.start_time)).where(
        Action.target == Node.id, Action.status.in_(list(UNFINISHED))
    )
    return sa.func.coalesce(first.scalar_subquery(), db_now() - watch_s)


def take(session: orm.Session, *, every_s: float, limit: int = 20) -> list[Any]:
    """Take nodes for which a second object may turn up and that nobody works on.

    A node that is gone is still watched (``physical_id``, ``name`` and ``data``
    None); ``watched_data`` is what the watch itself keeps.
    """
    query = sa.select(
        TABLE.c.node_id,
        TABLE.c.project,
        TABLE.c.user,
        TABLE.c.profile_id,
        TABLE.c.profile_type,
        TABLE.c.sealed_spec,
        TABLE.c.data.label("watched_data"),
        TABLE.c.since,
        TABLE.c.due_at,
        Node.physical_id,
        Node.name,
        Node.data,
    ).outerjoin_from(TABLE, Node, Node.id == TABLE.c.node_id)
    due = stray_watches.take(
        session, query, TABLE.c.node_id, every_s=every_s, limit=limit
    )
    if not due:
        return []
    busy = stray_watches.busy_targets(session, [row.node_id for row in due])
    return [row for row in due if row.node_id not in busy]


def forget(session: orm.Session, rows: Collection[Any]) -> None:
    """Forget nodes whose watch is over."""
    stray_watches.forget(session, TABLE.c.node_id, rows)


def may_claim(session: orm.Session, node_id: str) -> bool:
    """Tell whether what carries a node's mark may be taken by it, or for it.

    By the node while there is one, and by the sweeper as long as it watches.
    """
    lives = sa.select(Node.id).where(Node.id == node_id)
    watched = sa.select(TABLE.c.node_id).where(TABLE.c.node_id == node_id)
    return session.scalar(lives) is not None or session.scalar(watched) is not None


def is_one(session: orm.Session, node_id: str, object_id: str) -> bool | None:
    """Tell whether an object is surely not one that a node uses or will use.

    None when that can't be told, because somebody is at work on the node.
    """
    if stray_watches.busy_targets(session, [node_id]):
        return None
    used = session.scalar(sa.select(Node.id).where(Node.physical_id == object_id))
    data = session.scalar(sa.select(Node.data).where(Node.id == node_id))
    return used is None and object_id not in json.dumps(data)
