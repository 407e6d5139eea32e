"""How a load balancer is shown: its record with the ids of its parts."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from senlin_like.simulated_cloud import balancer_states, tables
from senlin_like.simulated_cloud.catalogue import Picture

_PARTS = tables.BALANCER_PARTS


@dataclasses.dataclass(frozen=True, kw_only=True)
class LoadBalancer:
    """A load balancer, and the ids of its listeners and pools."""

    id: str
    name: str
    mark: str | None
    status: str
    reason: str
    operating_status: str
    #: Epoch seconds.
    created_at: float
    vip_address: str
    vip_port_id: str
    flavor_id: str | None
    zone: str | None
    listener_ids: tuple[str, ...]
    pool_ids: tuple[str, ...]


def describe(
    connection: sa.Connection,
    picture: Picture,
    now: float,
    rows: Sequence[Any],
) -> list[LoadBalancer]:
    """Make the records of load balancers, with a constant number of statements."""
    if not rows:
        return []
    ids = [row.id for row in rows]
    parts = connection.execute(
        sa.select(_PARTS.c.id, _PARTS.c.kind, _PARTS.c.load_balancer_id)
        .where(_PARTS.c.load_balancer_id.in_(ids))
        .order_by(_PARTS.c.id)
    ).all()
    health = balancer_states.of_load_balancers(connection, picture, now, ids)
    return [_record(row, now, parts, health[row.id]) for row in rows]


def _record(row: Any, now: float, parts: Sequence[Any], health: str) -> LoadBalancer:
    status, reason = balancer_states.provisioning(row, now)
    mine: dict[str, list[str]] = {"listener": [], "pool": [], "monitor": []}
    for part in parts:
        if part.load_balancer_id == row.id:
            mine[part.kind].append(part.id)
    return LoadBalancer(
        id=row.id,
        name=row.name,
        mark=row.mark,
        status=status,
        reason=reason,
        operating_status=health if row.is_up and mine["listener"] else "OFFLINE",
        created_at=row.created_at,
        vip_address=row.vip_address,
        vip_port_id=row.vip_port_id,
        flavor_id=row.flavor_id,
        zone=row.zone,
        listener_ids=tuple(mine["listener"]),
        pool_ids=tuple(mine["pool"]),
    )
