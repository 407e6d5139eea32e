"""Nodes that objects of other nodes are put on, and who depends on them.

``dependents`` of a node: ``{"nodes": [ids], "profiles": [ids]}``, of a cluster only
the profiles; a key that would be empty isn't there. Everything here works under
the lock of the row that it changes, a cluster's before those of nodes.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import conflicts
from senlin_like.db.models import Action, Cluster, Node, Profile
from senlin_like.domain.enums import UNFINISHED, ClusterStatus, Kind, NodeStatus
from senlin_like.domain.hosting import Candidate

#: Key of a node's ``data``: the id of the node that its object is put on.
KEY = "host_node"
_NODES = Node.__table__
_CLUSTERS = Cluster.__table__
_HOST = sa.select(
    _NODES.c.id,
    _NODES.c.physical_id,
    _NODES.c.data,
    _NODES.c.user,
    _NODES.c.project,
    _NODES.c.profile_id,
    Profile.type.label("profile_type"),
    Profile.sealed_spec,
).join(Profile, Profile.id == _NODES.c.profile_id)


def load(session: orm.Session, node_ids: Collection[str]) -> Sequence[Any]:
    """Return nodes as hosts: ids, owner and profile."""
    query = _HOST.where(_NODES.c.id.in_(list(node_ids)))
    return session.execute(query).all()


def load_cluster(session: orm.Session, cluster_id: str) -> Sequence[Any]:
    """Return all nodes of a cluster as hosts."""
    query = _HOST.where(_NODES.c.cluster_id == cluster_id)
    return session.execute(query.order_by(_NODES.c.index)).all()


def candidates(
    session: orm.Session, project: str, *, node_id: str = "", cluster_id: str = ""
) -> list[Candidate]:
    """Return the node, or a cluster's nodes, that something can be put on now.

    They are the project's, ACTIVE, have an object and aren't about to be deleted.
    The cluster is locked: who chooses there comes after the other. So is the node.
    """
    if node_id:
        found = session.scalar(sa.select(Node.cluster_id).where(Node.id == node_id))
        cluster_id = found or ""
    if cluster_id and not _hold_cluster(session, cluster_id):
        return []
    if node_id:
        conflicts.lock_nodes(session, [node_id])
    chosen = _NODES.c.id == node_id if node_id else _NODES.c.cluster_id == cluster_id
    rows = session.execute(
        sa.select(_NODES.c.id, _NODES.c.index, _NODES.c.dependents)
        .where(
            chosen,
            _NODES.c.project == project,
            _NODES.c.status == NodeStatus.ACTIVE,
            _NODES.c.physical_id.is_not(None),
        )
        .order_by(_NODES.c.id)
    ).all()
    doomed = _doomed(session, [row.id for row in rows])
    return [
        Candidate(
            id=row.id,
            # A row is a tuple, and a tuple has a method of that name.
            index=row._mapping["index"],
            load=len(row.dependents.get("nodes", ())),
        )
        for row in rows
        if row.id not in doomed
    ]


def _hold_cluster(session: orm.Session, cluster_id: str) -> bool:
    """Lock a cluster's row; tell whether it stays."""
    status = session.scalar(
        sa.select(Cluster.status).where(Cluster.id == cluster_id).with_for_update()
    )
    return status not in (None, ClusterStatus.DELETING)


def _doomed(session: orm.Session, node_ids: Sequence[str]) -> set[str]:
    return set(
        session.scalars(
            sa.select(Action.target).where(
                Action.target.in_(list(node_ids)),
                Action.kind == Kind.NODE_DELETE,
                Action.status.in_(list(UNFINISHED)),
            )
        )
    )


def put_on(session: orm.Session, host_id: str, node_id: str) -> bool:
    """Let a host know that a node's object is put on it; False if it can't be now."""
    status = session.scalar(
        sa.select(Node.status).where(Node.id == host_id).with_for_update()
    )
    if status != NodeStatus.ACTIVE:
        return False
    _change(session, _NODES, host_id, "nodes", added=[node_id])
    return True


def take_off(session: orm.Session, rows: Sequence[Any]) -> None:
    """Let hosts know that nodes are gone; ``rows`` have ``id`` and ``data``."""
    gone: dict[str, list[str]] = {}
    for row in rows:
        host_id = (row.data or {}).get(KEY)
        if host_id:
            gone.setdefault(host_id, []).append(row.id)
    for host_id in sorted(gone):
        _change(session, _NODES, host_id, "nodes", removed=gone[host_id])


def name(session: orm.Session, host_id: str, profile_id: str, *, of: str) -> None:
    """Let a host, a ``node`` or a ``cluster``, know that a profile names it."""
    _change(session, _TABLES[of], host_id, "profiles", added=[profile_id])


def forget(session: orm.Session, host_id: str, profile_id: str, *, of: str) -> None:
    """Let a host, a ``node`` or a ``cluster``, know that a profile is gone."""
    _change(session, _TABLES[of], host_id, "profiles", removed=[profile_id])


def needed_members(session: orm.Session, cluster_id: str) -> list[str]:
    """Return the nodes of a cluster that other nodes depend on."""
    rows = session.execute(
        sa.select(_NODES.c.id, _NODES.c.dependents)
        .where(_NODES.c.cluster_id == cluster_id, _NODES.c.dependents != {})
        .order_by(_NODES.c.index)
    )
    return [row.id for row in rows if row.dependents.get("nodes")]


_TABLES: Mapping[str, Any] = {"node": _NODES, "cluster": _CLUSTERS}


def _change(
    session: orm.Session,
    table: Any,
    host_id: str,
    key: str,
    *,
    added: Sequence[str] = (),
    removed: Sequence[str] = (),
) -> None:
    row = session.execute(
        sa.select(table.c.dependents).where(table.c.id == host_id).with_for_update()
    ).first()
    if row is None:
        return
    before = list(row.dependents.get(key, ()))
    kept = [one for one in before if one not in removed]
    after = kept + [one for one in added if one not in kept]
    if after == before:
        return
    dependents = {**row.dependents, key: after}
    if not after:
        del dependents[key]
    session.execute(
        sa.update(table).where(table.c.id == host_id).values(dependents=dependents)
    )
