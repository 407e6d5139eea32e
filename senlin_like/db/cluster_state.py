"""What engines read of clusters, and the columns they set."""

import datetime
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import checks, health_checks, member_checks, node_state
from senlin_like.db.models import Binding, Cluster, Event, Node, Profile, Receiver
from senlin_like.domain import cluster_status
from senlin_like.domain.capacity import Sizes

TABLE = Cluster.__table__


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
    count already. The only place that computes the status of a cluster.
    Returns None when the cluster is gone.
    """
    row = load(session, cluster_id, lock=True)
    if row is None:
        return None
    fresh = {**row._mapping, **(values or {})}
    _all, active = node_state.count(session, cluster_id)
    standing = cluster_status.evaluate(
        operation,
        active,
        desired_capacity=fresh["desired_capacity"],
        min_size=fresh["min_size"],
        max_size=fresh["max_size"],
    )
    change(
        session,
        cluster_id,
        {
            **(values or {}),
            "status": standing.status,
            "status_reason": standing.reason,
            "updated_at": now,
        },
    )
    return standing


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
