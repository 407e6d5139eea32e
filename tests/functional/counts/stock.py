"""Rows to be read: policies, and clusters with nodes, actions and events."""

import uuid
from typing import Any

import sqlalchemy as sa

from senlin_like.db import models
from senlin_like.operations.deps import Deps

Row = dict[str, Any]
OWNER = {"user": "admin", "project": "admin"}


def a_profile(deps: Deps) -> Row:
    spec = {"type": "os.nova.server", "version": "1.0", "properties": {}}
    return OWNER | {
        "id": str(uuid.uuid4()),
        "name": "p",
        "type": "os.nova.server-1.0",
        "sealed_spec": deps.db.vault.seal(spec),
        "meta_data": {},
        "created_at": deps.clock(),
    }


def a_policy(deps: Deps) -> Row:
    spec = {"type": "senlin.policy.batch", "version": "1.0", "properties": {}}
    return OWNER | {
        "id": str(uuid.uuid4()),
        "name": "y",
        "type": "senlin.policy.batch-1.0",
        "sealed_spec": deps.db.vault.seal(spec),
        "data": {},
        "created_at": deps.clock(),
    }


def a_cluster(deps: Deps, profile: Row, size: int) -> Row:
    return OWNER | {
        "id": str(uuid.uuid4()),
        "name": "c",
        "profile_id": profile["id"],
        "init_at": deps.clock(),
        "min_size": 0,
        "max_size": -1,
        "desired_capacity": size,
        "timeout": 1,
        "status": "ACTIVE",
        "status_reason": "",
        **{key: {} for key in ("meta_data", "data", "dependents", "config")},
    }


def a_node(deps: Deps, cluster: Row, index: int) -> Row:
    return OWNER | {
        "id": str(uuid.uuid4()),
        "name": f"n-{index}",
        "cluster_id": cluster["id"],
        "profile_id": cluster["profile_id"],
        "index": index,
        "init_at": deps.clock(),
        "status": "ACTIVE",
        "status_reason": "",
        **{key: {} for key in ("meta_data", "data", "dependents")},
    }


def a_binding(cluster: Row, policy: Row) -> Row:
    return {
        "id": str(uuid.uuid4()),
        "cluster_id": cluster["id"],
        "policy_id": policy["id"],
        "enabled": True,
        "priority": 200,
        "is_attached": True,
    }


def an_action(deps: Deps, cluster: Row) -> Row:
    return OWNER | {
        "id": str(uuid.uuid4()),
        "name": "a",
        "kind": "CLUSTER_CHECK",
        "target": cluster["id"],
        "cluster_id": cluster["id"],
        "cause": "RPC Request",
        "created_at": deps.clock(),
        "timeout": 1,
        "status": "SUCCEEDED",
        **{key: {} for key in ("inputs", "outputs", "data", "journal")},
    }


def an_event(deps: Deps, cluster: Row) -> Row:
    return OWNER | {
        "id": str(uuid.uuid4()),
        "timestamp": deps.clock(),
        "oid": cluster["id"],
        "oname": "c",
        "otype": "CLUSTER",
        "cluster_id": cluster["id"],
        "level": 20,
        "action": "CLUSTER_CHECK",
        "status": "start",
        "status_reason": "",
        "meta_data": {},
    }


def fill(deps: Deps, count: int, nodes_each: int) -> dict[str, str]:
    """Store things of all kinds; give an id of each kind.

    There are ``count`` of each, but one profile, and ``nodes_each`` nodes for
    every cluster.
    """
    profile = a_profile(deps)
    found = [a_cluster(deps, profile, nodes_each) for _ in range(count)]
    nodes = [a_node(deps, c, n) for c in found for n in range(nodes_each)]
    policies = [a_policy(deps) for _ in range(count)]
    rows: dict[str, tuple[type[models.Base], list[Row]]] = {
        "profiles": (models.Profile, [profile]),
        "policies": (models.Policy, policies),
        "clusters": (models.Cluster, found),
        "bindings": (models.Binding, [*map(a_binding, found, policies)]),
        "nodes": (models.Node, nodes),
        "actions": (models.Action, [an_action(deps, cluster) for cluster in found]),
        "events": (models.Event, [an_event(deps, cluster) for cluster in found]),
    }

    def store(session: Any) -> None:
        for model, many in rows.values():
            if many:
                session.execute(sa.insert(model), many)

    deps.db.transact(store)
    return {kind: str(many[0]["id"]) for kind, (_, many) in rows.items() if many}
