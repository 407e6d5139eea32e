"""What happens to load balancers behind everybody's back, and the view of all."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import balancer_states, balancers, tables
from senlin_like.simulated_cloud.balancer_states import Health, Status
from senlin_like.simulated_cloud.world import World

_TABLE = tables.LOAD_BALANCERS
#: What ``list_all`` can choose by.
FILTERS = ("project", "name", "mark")
#: Longer than anybody waits, in seconds.
_FOR_EVER = 1e9


def list_all(world: World, filters: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return live load balancers of all projects, in the order of their ids.

    :raises Invalid: when a filter is unknown.
    """
    now = world.now()
    query = sa.select(_TABLE).order_by(_TABLE.c.id)
    query = query.where(_TABLE.c.deleted_at.is_(None) | (_TABLE.c.deleted_at > now))
    for name, value in filters.items():
        if name not in FILTERS:
            raise exceptions.Invalid(f"Load balancers can't be chosen by '{name}'.")
        query = query.where(_TABLE.c[name] == value)
    return world.store.read(
        lambda connection: [
            _shown(world, connection, row, now)
            for row in connection.execute(query).all()
        ]
    )


def put_status(world: World, load_balancer_id: str, status: str) -> dict[str, Any]:
    """Let a live load balancer be in a provisioning status from now on.

    :raises Invalid: when it can't be in that status.
    :raises NotFound: when there is no such live load balancer.
    """
    allowed = (Status.ACTIVE, Status.ERROR, Status.PENDING_UPDATE)
    if status not in allowed:
        raise exceptions.Invalid(
            f"The 'status' of a load balancer is {', '.join(allowed)}."
        )
    now = world.now()
    is_stuck = status == Status.PENDING_UPDATE
    values = {
        "status": status,
        "target": status,
        "reason": "The load balancer failed." if status == Status.ERROR else "",
        "ready_at": now + _FOR_EVER if is_stuck else now,
        "updated_at": now,
    }

    def work(connection: sa.Connection) -> dict[str, Any]:
        row = _living(connection, load_balancer_id, now)
        connection.execute(_TABLE.update().where(_TABLE.c.id == row.id).values(values))
        changed = connection.execute(sa.select(_TABLE).where(_TABLE.c.id == row.id))
        return _shown(world, connection, changed.one(), now)

    return world.store.transact(work)


def put_member_status(
    world: World, member_id: str, status: str | None
) -> dict[str, Any]:
    """Let a member have an operating status; None: that of its server again.

    It ends with the server: another one at the same address is as it is.

    :raises Invalid: when it can't be in that status.
    :raises NotFound: when there is no such member.
    """
    allowed = [one for one in Health if one is not Health.DEGRADED]
    if status is not None and status not in allowed:
        raise exceptions.Invalid(
            f"The 'operating_status' of a member is {', '.join(allowed)} or null."
        )
    members, statuses = tables.MEMBERS, tables.MEMBER_STATUSES
    now = world.now()

    def work(connection: sa.Connection) -> dict[str, Any]:
        query = sa.select(members).where(members.c.id == member_id)
        member = connection.execute(query).first()
        if member is None:
            raise exceptions.NotFound("member", member_id)
        mine = statuses.c.member_id == member_id
        connection.execute(statuses.delete().where(mine))
        if status is not None:
            behind = balancer_states.servers_behind(
                connection, world.picture, now, {member.address}
            )
            server_id, _ = behind.get(member.address, (None, False))
            row = {"member_id": member_id, "server_id": server_id}
            connection.execute(statuses.insert(), row | {"operating_status": status})
        shown = _members(world, connection, member.load_balancer_id, now)
        return next(one for one in shown if one["id"] == member_id)

    return world.store.transact(work)


def vanish(world: World, load_balancer_id: str) -> dict[str, Any]:
    """Let a live load balancer be gone, with all that is in it.

    :raises NotFound: when there is no such live load balancer.
    """
    now = world.now()

    def work(connection: sa.Connection) -> dict[str, Any]:
        row = _living(connection, load_balancer_id, now)
        shown = _shown(world, connection, row, now)
        balancers.remove_all(connection, row)
        connection.execute(
            _TABLE.update().where(_TABLE.c.id == row.id).values(deleted_at=now)
        )
        return {**shown, "status": Status.GONE.value}

    return world.store.transact(work)


def _living(connection: sa.Connection, load_balancer_id: str, now: float) -> Any:
    row = connection.execute(
        sa.select(_TABLE)
        .where(
            _TABLE.c.id == load_balancer_id,
            _TABLE.c.deleted_at.is_(None) | (_TABLE.c.deleted_at > now),
        )
        .with_for_update()
    ).first()
    if row is None:
        raise exceptions.NotFound("load balancer", load_balancer_id)
    return row


def _shown(
    world: World, connection: sa.Connection, row: Any, now: float
) -> dict[str, Any]:
    status, reason = balancer_states.provisioning(row, now)
    return {
        "id": row.id,
        "name": row.name,
        "project": row.project,
        "region": row.region,
        "mark": row.mark,
        "status": str(status),
        "reason": reason,
        "vip_address": row.vip_address,
        "flavor_id": row.flavor_id,
        "zone": row.zone,
        "created_at": row.created_at,
        "parts": _parts(connection, row.id),
        "members": _members(world, connection, row.id, now),
    }


def _parts(connection: sa.Connection, load_balancer_id: str) -> list[dict[str, Any]]:
    parts = tables.BALANCER_PARTS
    rows = connection.execute(
        sa.select(parts)
        .where(parts.c.load_balancer_id == load_balancer_id)
        .order_by(parts.c.kind, parts.c.id)
    )
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "parent_id": row.parent_id,
            "name": row.name,
            "attributes": row.attributes,
        }
        for row in rows
    ]


def _members(
    world: World, connection: sa.Connection, load_balancer_id: str, now: float
) -> list[dict[str, Any]]:
    members = tables.MEMBERS
    rows = connection.execute(
        sa.select(members)
        .where(members.c.load_balancer_id == load_balancer_id)
        .order_by(members.c.id)
    ).all()
    health = balancer_states.of_members(connection, world.picture, now, rows)
    return [
        {
            "id": row.id,
            "pool_id": row.pool_id,
            "address": row.address,
            "port": row.port,
            "name": row.name,
            "weight": row.weight,
            "tags": row.tags,
            "operating_status": str(health[row.id]),
        }
        for row in rows
    ]
