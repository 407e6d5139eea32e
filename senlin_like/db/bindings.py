"""Rows of bindings: the policies of clusters. Data stays sealed here."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db.models import Binding, Cluster, Policy

TABLE = Binding.__table__
_POLICY = Policy.__table__
_CLUSTER = Cluster.__table__
_ATTACHED = TABLE.c.is_attached == sa.true()

_SHOWN = (
    sa.select(
        TABLE.c.id,
        TABLE.c.cluster_id,
        TABLE.c.policy_id,
        TABLE.c.enabled,
        TABLE.c.priority,
        TABLE.c.sealed_data,
        TABLE.c.last_op,
        _CLUSTER.c.name.label("cluster_name"),
        _POLICY.c.name.label("policy_name"),
        _POLICY.c.type.label("policy_type"),
    )
    .join(_POLICY, _POLICY.c.id == TABLE.c.policy_id)
    .join(_CLUSTER, _CLUSTER.c.id == TABLE.c.cluster_id)
    .where(TABLE.c.cluster_id == sa.bindparam("cluster"))
)
_IDS = (
    sa.select(TABLE.c.cluster_id, TABLE.c.id)
    .where(TABLE.c.cluster_id.in_(sa.bindparam("clusters", expanding=True)), _ATTACHED)
    .order_by(TABLE.c.priority, TABLE.c.id)
)
_FULL = (
    sa.select(
        TABLE,
        _POLICY.c.name.label("policy_name"),
        _POLICY.c.type.label("policy_type"),
        _POLICY.c.sealed_spec,
    )
    .join(_POLICY, _POLICY.c.id == TABLE.c.policy_id)
    .where(TABLE.c.cluster_id == sa.bindparam("cluster"))
    .order_by(TABLE.c.priority, TABLE.c.id)
)
_ASKED = _FULL.where(_ATTACHED, TABLE.c.enabled == sa.true())
_ONE = _FULL.where(TABLE.c.policy_id == sa.bindparam("policy"))
_OF_TYPE = (
    sa.select(
        TABLE.c.cluster_id, TABLE.c.sealed_data, _CLUSTER.c.user, _CLUSTER.c.project
    )
    .join(_POLICY, _POLICY.c.id == TABLE.c.policy_id)
    .join(_CLUSTER, _CLUSTER.c.id == TABLE.c.cluster_id)
    .where(
        TABLE.c.cluster_id.in_(sa.bindparam("clusters", expanding=True)),
        TABLE.c.enabled == sa.true(),
        _ATTACHED,
    )
)
_RESTING = _ASKED.where(TABLE.c.last_op.is_not(None))
_COLUMNS = {
    "enabled": TABLE.c.enabled,
    "policy_name": _POLICY.c.name,
    "policy_type": _POLICY.c.type,
}


def list_of(
    session: orm.Session,
    cluster_id: str,
    filters: Mapping[str, Any],
    sort: Sequence[tuple[str, str]] = (),
) -> list[dict[str, Any]]:
    """Return what readers may see of a cluster's bindings, by id if not sorted.

    Filters are those of the API, each with one value; so are the sort keys.
    """
    query = _SHOWN.where(_ATTACHED)
    query = query.where(*(_COLUMNS[key] == value for key, value in filters.items()))
    orders = [
        _COLUMNS[key].desc() if direction == "desc" else _COLUMNS[key].asc()
        for key, direction in sort
    ]
    rows = session.execute(query.order_by(*orders, TABLE.c.id), {"cluster": cluster_id})
    return [dict(row._mapping) for row in rows]


def find(
    session: orm.Session, cluster_id: str, policy_id: str
) -> dict[str, Any] | None:
    """Return what readers may see of one binding, None if there is none."""
    query = _SHOWN.where(_ATTACHED, TABLE.c.policy_id == sa.bindparam("policy"))
    given = {"cluster": cluster_id, "policy": policy_id}
    row = session.execute(query, given).first()
    return None if row is None else dict(row._mapping)


def ids_of(session: orm.Session, cluster_ids: Sequence[str]) -> Mapping[str, list[str]]:
    """Return the ids of the bindings of clusters; takes one statement.

    A cluster without any may be left out.
    """
    if not cluster_ids:
        return {}
    found: dict[str, list[str]] = {}
    rows = session.connection().execute(_IDS, {"clusters": list(cluster_ids)})
    for cluster_id, binding_id in rows:
        found.setdefault(cluster_id, []).append(binding_id)
    return found


def asked(session: orm.Session, cluster_id: str) -> list[Any]:
    """Return the bindings that are asked about what is done to a cluster.

    Each with ``policy_name``, ``policy_type`` and ``sealed_spec``, in the
    order in which they are asked.
    """
    return list(session.execute(_ASKED, {"cluster": cluster_id}))


def of_type(
    session: orm.Session, cluster_ids: Collection[str], type_name: str
) -> list[Any]:
    """Return the enabled bindings of clusters to policies of a type.

    A row: ``cluster_id``, its ``user`` and ``project``, and ``sealed_data``.
    """
    query = _OF_TYPE.where(_POLICY.c.type.startswith(f"{type_name}-", autoescape=True))
    return list(session.execute(query, {"clusters": list(cluster_ids)}))


def all_of(session: orm.Session, cluster_id: str) -> list[Any]:
    """Return all bindings of a cluster, also half attached ones, as ``asked``."""
    return list(session.execute(_FULL, {"cluster": cluster_id}))


def resting(session: orm.Session, cluster_id: str) -> list[Any]:
    """Return those of ``asked`` under which the cluster was scaled before."""
    return list(session.execute(_RESTING, {"cluster": cluster_id}))


def load(session: orm.Session, cluster_id: str, policy_id: str) -> Any | None:
    """Return one binding, also a half attached one, as ``asked`` does."""
    given = {"cluster": cluster_id, "policy": policy_id}
    return session.execute(_ONE, given).first()


def uses_policy(session: orm.Session, policy_id: str) -> bool:
    """Tell whether any cluster has a policy, or is about to."""
    query = sa.select(TABLE.c.id).where(TABLE.c.policy_id == policy_id)
    return session.execute(query.limit(1)).first() is not None


def names_of_cluster(session: orm.Session, cluster_id: str, most: int) -> list[str]:
    """Return the names of a cluster's policies, ``most`` of them at most."""
    query = (
        sa.select(_POLICY.c.name)
        .join(TABLE, TABLE.c.policy_id == _POLICY.c.id)
        .where(TABLE.c.cluster_id == cluster_id)
        .order_by(_POLICY.c.name, TABLE.c.id)
        .limit(most)
    )
    return list(session.scalars(query))


def insert(session: orm.Session, row: Mapping[str, Any]) -> None:
    """Insert a binding; the keys are those of the table's columns."""
    session.execute(sa.insert(TABLE), dict(row))


def change(session: orm.Session, binding_id: str, values: Mapping[str, Any]) -> None:
    """Set columns of a binding."""
    session.execute(sa.update(TABLE).where(TABLE.c.id == binding_id), dict(values))


def remove(session: orm.Session, binding_id: str) -> None:
    """Delete a binding's row."""
    session.execute(sa.delete(TABLE).where(TABLE.c.id == binding_id))


def mark_scaled(
    session: orm.Session, binding_ids: Sequence[str], now: datetime.datetime
) -> None:
    """Write down when a cluster was scaled under policies."""
    session.execute(
        sa.update(TABLE).where(TABLE.c.id.in_(list(binding_ids))), {"last_op": now}
    )
