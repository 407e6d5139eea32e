"""States of load balancers: how far they are, and how their members do.

The provisioning status follows from the time of reading, as with servers. The
operating status follows from the servers behind the members: one that doesn't
run is found by a health monitor, if there is one. It can be set by hand as well.
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
_STATUSES = tables.MEMBER_STATUSES


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
    OFFLINE = "OFFLINE"


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
    behind = servers_behind(connection, picture, now, {row.address for row in rows})
    by_hand = _set_by_hand(connection, [row.id for row in rows])
    found = {}
    for row in rows:
        server_id, is_running = behind.get(row.address, (None, False))
        status, of_server = by_hand.get(row.id, (None, None))
        if status is None or of_server != server_id:
            status = _health(row, monitored, is_running=is_running)
        found[row.id] = status
    return found


def _set_by_hand(
    connection: sa.Connection, ids: list[str]
) -> dict[str, tuple[str, str | None]]:
    """Return operating statuses that were set, and for which servers."""
    found: dict[str, tuple[str, str | None]] = {}
    for start in range(0, len(ids), _PAGE):
        some = _STATUSES.c.member_id.in_(ids[start : start + _PAGE])
        for row in connection.execute(sa.select(_STATUSES).where(some)):
            found[row.member_id] = (row.operating_status, row.server_id)
    return found


def _health(row: Any, monitored: set[Any], *, is_running: bool) -> str:
    if row.weight == 0:
        return Health.DRAINING
    if row.pool_id not in monitored:
        return Health.NO_MONITOR
    return Health.ONLINE if is_running else Health.ERROR


def _sum(members: Sequence[str]) -> str:
    """Return the status of what is made of members of these statuses."""
    failed = sum(one == Health.ERROR for one in members)
    if not failed:
        return Health.ONLINE
    return Health.ERROR if failed == len(members) else Health.DEGRADED


def servers_behind(
    connection: sa.Connection, picture: Picture, now: float, addresses: Collection[str]
) -> dict[str, tuple[str, bool]]:
    """Return which server has an address, and whether it runs and answers there."""
    used, ports, servers = tables.ADDRESSES, tables.PORTS, tables.SERVERS
    broken = placement.broken_hosts(picture)
    wanted = sorted(addresses)
    found: dict[str, tuple[str, bool]] = {}
    for start in range(0, len(wanted), _PAGE):
        rows = connection.execute(
            sa.select(servers, used.c.address)
            .join(ports, ports.c.device_id == servers.c.id)
            .join(used, used.c.owner_id == ports.c.id)
            .where(used.c.address.in_(wanted[start : start + _PAGE]))
        ).all()
        for row in rows:
            status = lifecycle.state_of(row, now, broken).status
            is_up = status == lifecycle.Status.ACTIVE and placement.is_reachable(
                picture, row.host
            )
            if is_up or row.address not in found:
                found[row.address] = (row.id, is_up)
    return found
