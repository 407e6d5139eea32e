"""What must hold at rest of what policies have made in the cloud."""

import re
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from senlin_like.db.models import Binding, Cluster, Node
from senlin_like.db.session import Database
from senlin_like.policies.balancing import base as balancing
from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.world import World

_GENERATED = re.compile(r"server_group_([0-9a-f-]{36})")


def problems(db: Database, world: World) -> list[str]:
    """Return a sentence for each thing that no policy of a cluster needs."""
    bound = _rows(db, Binding)
    kept = {
        row.id: db.vault.unseal(row.sealed_data) if row.sealed_data else {}
        for row in bound
    }
    attached = {row.id for row in bound if row.is_attached}
    return [
        *_balancers(world, kept),
        *_bereft(world, {key: kept[key] for key in attached}),
        *_groups(world, kept),
        *_members(
            db, world, kept, {row.cluster_id for row in bound if not row.is_attached}
        ),
    ]


def _rows(db: Database, model: Any) -> list[Any]:
    with db.reader() as session:
        return list(session.execute(sa.select(model.__table__)))


def _cloud(world: World, table: sa.Table) -> list[Any]:
    return world.store.read(
        lambda connection: list(connection.execute(sa.select(table)))
    )


def _balancers(world: World, kept: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [
        f"Load balancer {row.id} isn't that of binding {row.mark}."
        for row in _cloud(world, tables.LOAD_BALANCERS)
        if row.deleted_at is None
        and row.mark is not None
        and kept.get(row.mark, {}).get("loadbalancer") != row.id
    ]


def _bereft(world: World, kept: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Look at what bindings that are attached believe to have."""
    live = {
        row.id for row in _cloud(world, tables.LOAD_BALANCERS) if row.deleted_at is None
    }
    return [
        f"Binding {key} is attached without load balancer {data['loadbalancer']}."
        for key, data in kept.items()
        if data.get("loadbalancer") not in {None, *live}
    ]


def _groups(world: World, kept: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Look at groups with names that only bindings have."""
    found = []
    for row in _cloud(world, tables.SERVER_GROUPS):
        match = _GENERATED.fullmatch(row.name)
        if match and kept.get(match[1], {}).get("servergroup_id") != row.id:
            found.append(f"Server group {row.id} isn't that of binding {match[1]}.")
    return found


def _members(
    db: Database,
    world: World,
    kept: Mapping[str, Mapping[str, Any]],
    half: Collection[str],
) -> list[str]:
    """Compare pools with what nodes say of their members.

    Those in the clusters of ``half`` attached policies may say what once was.
    """
    clusters = {row.id for row in _rows(db, Cluster)}
    known = {
        (row.data or {}).get("lb_member"): row
        for row in _rows(db, Node)
        if row.cluster_id in clusters
    }
    pools = {data["pool"] for data in kept.values() if "pool" in data}
    there = {
        row.id: row
        for row in _cloud(world, tables.MEMBERS)
        if any(tag.startswith(f"{balancing.BINDING_TAG}=") for tag in row.tags)
    }
    found = [
        f"Member {row.id} ({row.name}) of pool {row.pool_id} is no node's."
        for row in there.values()
        if row.pool_id in pools and row.id not in known
    ]
    found += [
        f"Node {node.name} is no member: there is no {member_id}."
        for member_id, node in known.items()
        if member_id is not None
        and member_id not in there
        and node.cluster_id not in half
    ]
    return found + [
        f"Member {row.id} of node {known[row.id].name} is drained for ever."
        for row in there.values()
        if row.id in known and not row.weight
    ]
