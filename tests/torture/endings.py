"""How a scenario ends, in words that can be compared."""

import json
import re
from typing import Any

from senlin_like.db.aggregate_models import ImageTask
from senlin_like.db.models import Binding, Cluster, Event, Node, Profile
from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.world import World
from tests.torture import checks
from tests.torture.stage import Stage

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{8}\b|\[.*?\]")


def _mask(text: str) -> str:
    return _ID.sub("…", text)


def snapshot(stage: Stage) -> dict[str, Any]:
    """Return how all stands, without ids, times and what chance has chosen."""
    world = stage.driver.world
    names = {row.id: row.name for row in stage.rows(Profile)}
    return {
        "clusters": sorted(
            (
                row.name,
                row.status,
                _mask(row.status_reason),
                row.desired_capacity,
                row.min_size,
                row.max_size,
                names[row.profile_id],
            )
            for row in stage.rows(Cluster)
        ),
        "nodes": sorted(
            (
                bool(row.cluster_id),
                row.status,
                _mask(row.status_reason),
                str(row.role),
                names[row.profile_id],
                row.physical_id is not None,
            )
            for row in stage.rows(Node)
        ),
        "actions": sorted(
            (row.action, row.status, _mask(row.status_reason))
            for row in stage.actions()
        ),
        # How often progress is told depends on when it is looked at.
        "events": sorted(
            (row.otype, row.action, row.status)
            for row in stage.rows(Event)
            if row.status != "progress"
        ),
        **_things(world),
        "dependents": sorted(
            (len(row.dependents.get("nodes", ())), len(row.dependents))
            for row in [*stage.rows(Node), *stage.rows(Cluster)]
        ),
        "ports": len(checks.cloud_rows(world, tables.PORTS)),
        "queues": len(checks.cloud_rows(world, tables.QUEUES)),
        "images": _images(stage),
        "bindings": _bindings(stage),
        "balancers": _balancers(stage),
        "marks": sorted("mark" in row.data for row in stage.rows(Node)),
    }


def _things(world: World) -> dict[str, Any]:
    """Return what the nodes are made of."""
    return {
        "servers": sorted(
            (row.target, row.flavor_id, row.image_id, "cluster_id" in row.metadata)
            for row in checks.live_servers(world)
        ),
        "stacks": sorted(
            (row.target, row.reason, json.dumps(row.arguments, sort_keys=True))
            for row in checks.cloud_rows(world, tables.STACKS)
            if row.deleted_at is None
        ),
        "containers": sorted(
            (row.target, row.image, row.name if "." in row.name else "")
            for row in checks.cloud_rows(world, tables.CONTAINERS)
            if row.deleted_at is None
        ),
    }


def _images(stage: Stage) -> dict[str, Any]:
    """Return which images are on hosts, and what is known of that."""
    return {
        "tasks": sorted(
            (row.host, row.image_id, row.status) for row in stage.rows(ImageTask)
        ),
        "there": sorted(
            (row["host"], row["image_id"]) for row in stage.controls.image_caches()
        ),
    }


def _balancers(stage: Stage) -> dict[str, Any]:
    """Return what load balancers there are, and how nodes are their members."""
    world = stage.driver.world
    held = {row.id: row for row in checks.cloud_rows(world, tables.MEMBERS)}
    return {
        "live": sorted(
            row.target
            for row in checks.cloud_rows(world, tables.LOAD_BALANCERS)
            if row.deleted_at is None
        ),
        "parts": len(checks.cloud_rows(world, tables.BALANCER_PARTS)),
        "weights": sorted(row.weight for row in held.values()),
        "members": sorted(
            (row.status, bool(row.cluster_id), row.data["lb_member"] in held)
            for row in stage.rows(Node)
            if "lb_member" in row.data
        ),
        "shown": sorted(len(row.data) for row in stage.rows(Cluster)),
    }


def _bindings(stage: Stage) -> list[tuple[Any, ...]]:
    return sorted(
        (
            row.enabled,
            row.is_attached,
            row.priority,
            row.sealed_data is not None,
            row.last_op is not None,
        )
        for row in stage.rows(Binding)
    )
