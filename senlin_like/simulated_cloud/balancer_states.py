"""States of load balancers: how far they are, and how their members do.

The provisioning status follows from the time of reading, as with servers. The
operating status follows from the servers behind the members: one that doesn't
run is found by a health monitor, if there is one.
"""

import enum
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import lifecycle, placement, tables
from senlin_like.simulated_cloud.catalogue import Picture

_PAGE = 500
_MEMBERS = tables.MEMBERS
_PARTS = tables.BALANCER_PARTS


class Status(enum.StrEnum):
    """Provisioning statuses, by Octavia's names."""

    PENDING_CREATE = "PENDING_CREATE"
    PENDING_UPDATE = "PENDING_UPDATE"
    PENDING_DELETE = "PENDING_DELETE"
    ACTIVE = "ACTIVE"
    ERROR = "ERROR"
    #: No such load balancer (any more).
    GONE = "GONE"


class Health(enum.StrEnum):
    """Operating statuses, by Octavia's names."""

    ONLINE = "ONLINE"
    DRAINING = "DRAINING"
    DEGRADED = "DEGRADED"
    ERROR = "ERROR"
    NO_MONITOR = "NO_MONITOR"


def provisioning(row: Any, now: float) -> tuple[str, str]:
    """Return the provisioning status and what is wrong."""
    if row.deleted_at is not None and row.deleted_at <= now:
        return Status.GONE, ""
    if now < row.ready_at:
        return row.status, ""
    return row.target, row.reason


def refuse_change(row: Any, now: float, *, may_be_broken: bool = False) -> None:
    """See to it that a load balancer may be changed now.

    :raises CloudBusy: while something of it changes.
    :raises CloudError: when it is in ERROR, and that matters.
    """
    status, _ = provisioning(row, now)
    if status.startswith("PENDING_"):
        raise exceptions.CloudBusy(
            f"Load Balancer {row.id} is immutable and cannot be updated ({status})."
        )
    if status == Status.ERROR and not may_be_broken:
        raise exceptions.CloudError(
            f"Load Balancer {row.id} is in ERROR and cannot be updated.", 409
        )


def of_load_balancers(
    connection: sa.Connection, picture: Picture, now: float, ids: Collection[str]
) -> dict[str, str]:
    """Return the operating status of each load balancer."""
    rows = connection.execute(
        sa.select(_MEMBERS).where(_MEMBERS.c.load_balancer_id.in_(list(ids)))
    ).all()
    health = of_members(connection, picture, now, rows)
    return {
        one: _sum([health[row.id] for row in rows if row.load_balancer_id == one])
        for one in ids
    }


def of_members(
    connection: sa.Connection, picture: Picture, now: float, rows: Sequence[Any]
) -> dict[str, str]:
    """Return the operating status of each member."""
    pools = sorted({row.pool_id for row in rows})
    monitored = set(
        connection.execute(
            sa.select(_PARTS.c.parent_id).where(
                _PARTS.c.kind == "monitor", _PARTS.c.parent_id.in_(pools)
            )
        ).scalars()
        if pools
        else ()
    )
    watched = sorted({row.address for row in rows if row.pool_id in monitored})
    running = _running(connection, picture, now, watched)
    return {row.id: _health(row, monitored, running) for row in rows}


def _health(row: Any, monitored: set[Any], running: set[str]) -> str:
    if row.weight == 0:
        return Health.DRAINING
    if row.pool_id not in monitored:
        return Health.NO_MONITOR
    return Health.ONLINE if row.address in running else Health.ERROR


def _sum(members: Sequence[str]) -> str:
    """Return the status of what is made of members of these statuses."""
    failed = sum(one == Health.ERROR for one in members)
    if not failed:
        return Health.ONLINE
    return Health.ERROR if failed == len(members) else Health.DEGRADED


def _running(
    connection: sa.Connection, picture: Picture, now: float, addresses: list[str]
) -> set[str]:
    """Return those of the addresses that a running server answers at."""
    used, ports, servers = tables.ADDRESSES, tables.PORTS, tables.SERVERS
    broken = placement.broken_hosts(picture)
    running: set[str] = set()
    for start in range(0, len(addresses), _PAGE):
        rows = connection.execute(
            sa.select(servers, used.c.address)
            .join(ports, ports.c.device_id == servers.c.id)
            .join(used, used.c.owner_id == ports.c.id)
            .where(used.c.address.in_(addresses[start : start + _PAGE]))
        ).all()
        running |= {
            row.address
            for row in rows
            if lifecycle.state_of(row, now, broken).status == lifecycle.Status.ACTIVE
            and placement.is_reachable(picture, row.host)
        }
    return running
