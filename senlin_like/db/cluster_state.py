"""What engines read of clusters, and the columns they set.

The only place that computes the status of a cluster.
"""

import datetime
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import checks, health_checks, member_checks, node_state
from senlin_like.db.models import Binding, Cluster, Event, Node, Profile, Receiver
from senlin_like.domain import cluster_status
from senlin_like.domain.capacity import Sizes
from senlin_like.domain.enums import ClusterStatus

TABLE = Cluster.__table__
_TROUBLED = frozenset({ClusterStatus.WARNING, ClusterStatus.ERROR})


def load(session: orm.Session, cluster_id: str, *, lock: bool = False) -> Any | None:
    """Return a cluster's row, with ``profile_type``; locked if wanted."""
    query = (
        sa.select(TABLE, Profile.type.label("profile_type"))
        .join(Profile, Profile.id == TABLE.c.profile_id)
        .where(TABLE.c.id == cluster_id)
    )
    if lock:
        query = query.with_for_update(of=TABLE)
    return session.execute(query).first()


def change(session: orm.Session, cluster_id: str, values: Mapping[str, Any]) -> bool:
    """Set columns of a cluster; tells whether there is such a cluster."""
    changed = session.execute(
        sa.update(TABLE).where(TABLE.c.id == cluster_id).values(**values)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def merge_data(
    session: orm.Session, cluster_id: str, changes: Mapping[str, Any]
) -> None:
    """Set keys of a cluster's data under its lock; None removes a key."""
    query = sa.select(TABLE.c.data).where(TABLE.c.id == cluster_id).with_for_update()
    row = session.execute(query).first()
    if row is None:
        return
    merged = {**(row.data or {}), **changes}
    kept = {key: value for key, value in merged.items() if value is not None}
    change(session, cluster_id, {"data": kept})


def settle(
    session: orm.Session,
    cluster_id: str,
    operation: str,
    now: datetime.datetime,
    values: Mapping[str, Any] | None = None,
) -> cluster_status.Standing | None:
    """Work out how a cluster stands, from its nodes, and write that down.

    ``values`` are columns to set in the same statement; sizes among them
    count already. Returns None when the cluster is gone.
    """
    row = load(session, cluster_id, lock=True)
    if row is None:
        return None
    standing = _standing(session, row, operation, values or {})
    _write(session, cluster_id, standing, now, values or {})
    return standing


def lock_troubled(session: orm.Session, cluster_id: str) -> Any | None:
    """Return the row of a cluster in WARNING or ERROR, locked; None for others.

    Others aren't locked: as many nodes as there are may ask at the same time.
    """
    status = session.scalar(sa.select(TABLE.c.status).where(TABLE.c.id == cluster_id))
    if status not in _TROUBLED:
        return None
    row = load(session, cluster_id, lock=True)
    return row if row is not None and row.status in _TROUBLED else None


def relieve(
    session: orm.Session, row: Any, operation: str, now: datetime.datetime
) -> None:
    """Work out how a cluster that was in trouble stands, now that a node is well.

    ``row`` is locked (``lock_troubled``). Good news makes no cluster worse: one
    that is in WARNING doesn't get into ERROR.
    """
    standing = _standing(session, row, operation, {})
    if row.status == ClusterStatus.ERROR or standing.status != ClusterStatus.ERROR:
        _write(session, row.id, standing, now, {})


def _standing(
    session: orm.Session, row: Any, operation: str, values: Mapping[str, Any]
) -> cluster_status.Standing:
    fresh = {**row._mapping, **values}
    _all, active = node_state.count(session, row.id)
    return cluster_status.evaluate(
        operation,
        active,
        desired_capacity=fresh["desired_capacity"],
        min_size=fresh["min_size"],
        max_size=fresh["max_size"],
    )


def _write(
    session: orm.Session,
    cluster_id: str,
    standing: cluster_status.Standing,
    now: datetime.datetime,
    values: Mapping[str, Any],
) -> None:
    columns = {"status": standing.status, "status_reason": standing.reason}
    change(session, cluster_id, {**values, **columns, "updated_at": now})


def remove(session: orm.Session, cluster_id: str) -> None:
    """Delete a cluster's row, receivers and bindings; its events lose its id.

    Nodes that are left over become orphans rather than vanish from sight.
    """
    session.execute(
        sa.update(Node)
        .where(Node.cluster_id == cluster_id)
        .values(cluster_id="", index=-1)
    )
    session.execute(
        sa.update(Event).where(Event.cluster_id == cluster_id).values(cluster_id="")
    )
    session.execute(sa.delete(Receiver).where(Receiver.cluster_id == cluster_id))
    for table in (health_checks.TABLE, member_checks.TABLE):
        checks.forget(session, table, cluster_id)
    session.execute(sa.delete(Binding).where(Binding.cluster_id == cluster_id))
    session.execute(sa.delete(TABLE).where(TABLE.c.id == cluster_id))


def sizes_of(row: Any) -> Sizes:
    """Return limits and wanted size of a cluster's row."""
    return Sizes(
        min_size=row.min_size,
        max_size=row.max_size,
        desired_capacity=row.desired_capacity,
    )
