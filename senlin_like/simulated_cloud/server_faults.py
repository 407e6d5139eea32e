"""What happens to servers behind everybody's back, and the view of all."""

from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import (
    lifecycle,
    notices,
    placement,
    servers,
    tables,
)
from senlin_like.simulated_cloud.catalogue import Picture
from senlin_like.simulated_cloud.lifecycle import Status
from senlin_like.simulated_cloud.world import World

_TABLE = tables.SERVERS

#: What ``list_page`` can choose by.
FILTERS = ("project", "name", "node_mark", "host")


def list_page(
    world: World,
    filters: dict[str, str],
    *,
    with_deleted: bool = False,
    marker: str | None = None,
    limit: int = 1000,
) -> list[dict[str, Any]]:
    """Return servers of all projects in the order of their ids.

    ``marker`` is the last id of the page before.
    """
    picture = world.picture
    now = world.now()
    query = sa.select(_TABLE).order_by(_TABLE.c.id).limit(limit)
    for name, value in filters.items():
        query = query.where(_TABLE.c[name] == value)
    if marker is not None:
        query = query.where(_TABLE.c.id > marker)
    if not with_deleted:
        query = query.where(_TABLE.c.deleted_at.is_(None) | (_TABLE.c.deleted_at > now))
    rows = world.store.read(lambda connection: connection.execute(query).all())
    return [_shown(row, picture, now) for row in rows]


def kill(world: World, server_id: str, status: Status, fault: str) -> dict[str, Any]:
    """Let a live server stand in another status from now on.

    :raises NotFound: when there is no such live server.
    """
    now = world.now()
    values = {
        "status": status,
        "fault": fault,
        "target": status,
        "target_fault": fault,
        "ready_at": now,
        "updated_at": now,
    }

    def work(connection: sa.Connection) -> None:
        row = _check_lives(connection, server_id, now)
        connection.execute(
            _TABLE.update().where(_TABLE.c.id == server_id).values(**values)
        )
        event = "failed" if status is Status.ERROR else "stopped"
        notices.write(connection, row, event, now)

    world.store.transact(work)
    return _get(world, server_id)


def vanish(world: World, server_id: str) -> dict[str, Any]:
    """Let a live server be gone, as if somebody else had deleted it.

    :raises NotFound: when there is no such live server.
    """
    now = world.now()

    def work(connection: sa.Connection) -> None:
        row = _check_lives(connection, server_id, now)
        servers.remove(connection, row, now)
        notices.write(connection, row, "deleted", now)

    world.store.transact(work)
    return _get(world, server_id)


def _check_lives(connection: sa.Connection, server_id: str, now: float) -> Any:
    row = connection.execute(
        sa.select(
            _TABLE.c.id,
            _TABLE.c.project,
            _TABLE.c.region,
            _TABLE.c.deleted_at,
            _TABLE.c.has_volumes,
        )
        .where(_TABLE.c.id == server_id)
        .with_for_update()
    ).first()
    if row is None or (row.deleted_at is not None and row.deleted_at <= now):
        raise exceptions.NotFound("server", server_id)
    return row


def _get(world: World, server_id: str) -> dict[str, Any]:
    query = sa.select(_TABLE).where(_TABLE.c.id == server_id)
    row = world.store.read(lambda connection: connection.execute(query).one())
    return _shown(row, world.picture, world.now())


def _shown(row: sa.Row[Any], picture: Picture, now: float) -> dict[str, Any]:
    state = lifecycle.state_of(row, now, placement.broken_hosts(picture))
    return {
        "id": row.id,
        "name": row.name,
        "project": row.project,
        "region": row.region,
        "status": str(state.status),
        "fault": state.fault,
        "node_mark": row.node_mark,
        "host": row.host,
        "zone": row.zone,
        "flavor_id": row.flavor_id,
        "image_id": row.image_id,
        "metadata": row.metadata,
        "created_at": row.created_at,
        "deleted_at": row.deleted_at,
    }
