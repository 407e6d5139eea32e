"""What engines read of nodes, and the columns they set. No row is saved whole."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import hosts, statements
from senlin_like.db.models import Cluster, Node, Profile
from senlin_like.domain.enums import ClusterStatus, NodeStatus
from senlin_like.domain.selection import Candidate

TABLE = Node.__table__
_PROFILES = Profile.__table__
_TROUBLED = frozenset({NodeStatus.ERROR, NodeStatus.WARNING})
_LOAD = (
    sa.select(TABLE, _PROFILES.c.type.label("profile_type"), _PROFILES.c.sealed_spec)
    .join(_PROFILES, _PROFILES.c.id == TABLE.c.profile_id)
    .where(TABLE.c.id == sa.bindparam("node_id"))
)


def load(session: orm.Session, node_id: str) -> Any | None:
    """Return a node with its profile (``profile_type``, ``sealed_spec``)."""
    return session.execute(_LOAD, {"node_id": node_id}).first()


def profile(session: orm.Session, profile_id: str) -> Any | None:
    """Return ``type`` and ``sealed_spec`` of a profile."""
    return session.execute(
        sa.select(Profile.type, Profile.sealed_spec).where(Profile.id == profile_id)
    ).first()


def profiles(session: orm.Session, profile_ids: Collection[str]) -> list[Any]:
    """Return ``id``, ``type`` and ``sealed_spec`` of some profiles."""
    query = sa.select(Profile.id, Profile.type, Profile.sealed_spec)
    return list(session.execute(query.where(Profile.id.in_(sorted(profile_ids)))))


def change(session: orm.Session, node_id: str, values: Mapping[str, Any]) -> bool:
    """Set columns of a node; tells whether there is such a node."""
    return bool(statements.update(session, TABLE, {"id": node_id}, values))


def change_if_alike(
    session: orm.Session, row: Any, column: str, values: Mapping[str, Any]
) -> bool:
    """Set columns of a node that has in one column what a row that was read has."""
    alike = {"id": row.id, column: row._mapping[column]}
    return bool(statements.update(session, TABLE, alike, values))


def set_back(
    session: orm.Session,
    node_ids: Collection[str],
    words: str,
    values: Mapping[str, Any],
) -> int:
    """Set columns of nodes in WARNING whose reason has some words; counts them."""
    if not node_ids:
        return 0
    changed = session.execute(
        sa.update(TABLE)
        .where(
            TABLE.c.id.in_(sorted(node_ids)),
            TABLE.c.status == NodeStatus.WARNING,
            TABLE.c.status_reason.contains(words, autoescape=True),
        )
        .values(**values)
    )
    return int(changed.rowcount)  # type: ignore[attr-defined]


def change_profile(session: orm.Session, node_id: str, old: str, new: str) -> None:
    """Let a node that has one profile have another."""
    session.execute(
        sa.update(TABLE)
        .where(TABLE.c.id == node_id, TABLE.c.profile_id == old)
        .values(profile_id=new)
    )


def remove(session: orm.Session, row: Any) -> None:
    """Delete a node's row; the node that its object was put on is told."""
    session.execute(sa.delete(TABLE).where(TABLE.c.id == row.id))
    hosts.take_off(session, [row])


def tell_cluster(
    session: orm.Session, cluster_id: str, name: str, status: str, reason: str
) -> None:
    """Let a cluster at rest show that one of its nodes is in trouble."""
    if not cluster_id or status not in _TROUBLED:
        return
    session.execute(
        sa.update(Cluster)
        .where(
            Cluster.id == cluster_id,
            Cluster.status.in_([ClusterStatus.ACTIVE, ClusterStatus.WARNING]),
        )
        .values(status=ClusterStatus.WARNING, status_reason=f"Node {name}: {reason}")
    )


def members(
    session: orm.Session, cluster_id: str, *, with_places: bool = False
) -> list[Candidate]:
    """Return a cluster's nodes as candidates for removal, by index.

    ``with_places`` reads their data too, for the zone and region that are noted
    there: what was left to the profile or the cloud isn't.
    """
    columns = [
        TABLE.c.id,
        TABLE.c.status,
        TABLE.c.index,
        TABLE.c.tainted,
        TABLE.c.created_at,
        TABLE.c.dependents,
        TABLE.c.profile_id,
        Profile.created_at.label("profile_created_at"),
    ]
    rows = session.execute(
        sa.select(*columns, *([TABLE.c.data] if with_places else []))
        .join(Profile, Profile.id == TABLE.c.profile_id)
        .where(TABLE.c.cluster_id == cluster_id)
        .order_by(TABLE.c.index, TABLE.c.id)
    )
    return [
        Candidate(
            id=row.id,
            status=row.status,
            # A row is a tuple, and a tuple has a method of that name.
            index=row._mapping["index"],
            tainted=row.tainted,
            created_at=row.created_at,
            profile_created_at=row.profile_created_at,
            is_needed=bool(row.dependents.get("nodes")),
            profile_id=row.profile_id,
            **(_places_of(row.data) if with_places else {}),
        )
        for row in rows
    ]


def _places_of(data: Any) -> dict[str, str | None]:
    placement = (data or {}).get("placement") or {}
    return {"zone": placement.get("zone"), "region": placement.get("region_name")}


def rows_of(session: orm.Session, node_ids: Collection[str]) -> dict[str, Any]:
    """Return id → row (id, name, cluster_id, status, physical_id, type)."""
    found: dict[str, Any] = {}
    ids = list(node_ids)
    for start in range(0, len(ids), 500):
        rows = session.execute(
            sa.select(
                TABLE.c.id,
                TABLE.c.name,
                TABLE.c.cluster_id,
                TABLE.c.status,
                TABLE.c.physical_id,
                Profile.type.label("profile_type"),
            )
            .join(Profile, Profile.id == TABLE.c.profile_id)
            .where(TABLE.c.id.in_(ids[start : start + 500]))
        )
        found.update({row.id: row for row in rows})
    return found


def with_data(session: orm.Session, cluster_id: str) -> list[Any]:
    """Return (id, name, physical_id, status, data) of a cluster's nodes."""
    query = (
        sa.select(
            TABLE.c.id, TABLE.c.name, TABLE.c.physical_id, TABLE.c.status, TABLE.c.data
        )
        .where(TABLE.c.cluster_id == cluster_id)
        .order_by(TABLE.c.index, TABLE.c.id)
    )
    return list(session.execute(query))


def merge_data(session: orm.Session, node_id: str, changes: Mapping[str, Any]) -> None:
    """Set keys of a node's data under its lock; None removes a key."""
    query = sa.select(TABLE.c.data).where(TABLE.c.id == node_id).with_for_update()
    row = session.execute(query).first()
    if row is None:
        return
    merged = {**(row.data or {}), **changes}
    kept = {key: value for key, value in merged.items() if value is not None}
    change(session, node_id, {"data": kept})


def remove_never_made(session: orm.Session, node_ids: Sequence[str]) -> set[str]:
    """Delete rows of nodes that never had anything in the cloud; return their ids."""
    removed: set[str] = set()
    for start in range(0, len(node_ids), 500):
        never_made = sa.and_(
            TABLE.c.id.in_(list(node_ids[start : start + 500])),
            TABLE.c.created_at.is_(None),
            TABLE.c.physical_id.is_(None),
        )
        rows = session.execute(
            sa.select(TABLE.c.id, TABLE.c.data).where(never_made).with_for_update()
        ).all()
        session.execute(sa.delete(TABLE).where(never_made))
        hosts.take_off(session, rows)
        removed.update(row.id for row in rows)
    return removed


def count(session: orm.Session, cluster_id: str) -> tuple[int, int]:
    """Return how many nodes a cluster has, and how many of them are ACTIVE."""
    row = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(
                sa.func.sum(sa.case((TABLE.c.status == NodeStatus.ACTIVE, 1), else_=0)),
                0,
            ),
        ).where(TABLE.c.cluster_id == cluster_id)
    ).one()
    return int(row[0]), int(row[1])


def going(session: orm.Session, cluster_id: str, but: str) -> int:
    """Return how many nodes of a cluster are being deleted, not counting one."""
    return int(
        session.scalars(
            sa.select(sa.func.count()).where(
                TABLE.c.cluster_id == cluster_id,
                TABLE.c.status == NodeStatus.DELETING,
                TABLE.c.id != but,
            )
        ).one()
    )


def leave(session: orm.Session, node_id: str, now: datetime.datetime) -> None:
    """Make a node an orphan."""
    change(
        session,
        node_id,
        {"cluster_id": "", "index": -1, "role": None, "updated_at": now},
    )
