"""What the cloud has told of nodes: kept until a check of their cluster has seen it.

There is one row for a node at most, so a flood can't fill the table.
"""

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import statements
from senlin_like.db.models import Binding, Node, Policy
from senlin_like.db.types import db_now
from senlin_like.db.work_models import HealthCheck, NodeNotice

TABLE = NodeNotice.__table__
_NODES = Node.__table__
_CHECKS = HealthCheck.__table__
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_CHECKED = (
    sa.select(
        _NODES.c.id,
        _NODES.c.physical_id,
        _NODES.c.status,
        _NODES.c.cluster_id,
        _CHECKS.c.binding_id,
        Binding.policy_id,
        Policy.type.label("policy_type"),
        Policy.sealed_spec,
    )
    .join_from(_NODES, _CHECKS, _CHECKS.c.cluster_id == _NODES.c.cluster_id)
    .join(Binding, Binding.id == _CHECKS.c.binding_id)
    .join(Policy, Policy.id == Binding.policy_id)
    .where(_NODES.c.id.in_(_IDS))
    .order_by(_NODES.c.id)
)
_OF_CLUSTERS = sa.select(TABLE).where(TABLE.c.cluster_id.in_(_IDS))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Told:
    """Something that was told of the object of a node."""

    node_id: str
    cluster_id: str
    object_id: str
    event: str


def checked(session: orm.Session, node_ids: Collection[str]) -> list[Any]:
    """Return those of the nodes whose clusters' health is checked, and by which policy.

    A row: ``id``, ``physical_id``, ``status`` and ``cluster_id`` of the node,
    ``binding_id``, ``policy_id``, ``policy_type``, ``sealed_spec``.
    """
    return list(session.execute(_CHECKED, {"ids": sorted(node_ids)}))


def keep(session: orm.Session, told: Sequence[Told]) -> None:
    """Keep what was told, in place of what was told of the same nodes before."""
    now = session.scalar(sa.select(db_now()))
    rows = [dataclasses.asdict(one) | {"at": now} for one in told]
    rows.sort(key=lambda row: row["node_id"])
    statement = statements.put_rows(session.get_bind().dialect.name, TABLE)
    session.execute(statement, rows)


def of_clusters(session: orm.Session, cluster_ids: Collection[str]) -> list[Any]:
    """Return what was told of the nodes of clusters."""
    return list(session.execute(_OF_CLUSTERS, {"ids": list(cluster_ids)}))


def forget(session: orm.Session, cluster_id: str, until: float) -> None:
    """Remove what was told of the nodes of a cluster up to a time."""
    session.execute(
        sa.delete(TABLE).where(TABLE.c.cluster_id == cluster_id, TABLE.c.at <= until)
    )


def forget_old(session: orm.Session, older_s: float) -> int:
    """Remove what no check has seen for so long; returns how much."""
    gone = session.execute(sa.delete(TABLE).where(TABLE.c.at < db_now() - older_s))
    return int(gone.rowcount)  # type: ignore[attr-defined]
