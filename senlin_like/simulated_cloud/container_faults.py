"""What happens to containers behind everybody's back, and the view of all."""

from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import container_states, tables
from senlin_like.simulated_cloud.world import World

_TABLE = tables.CONTAINERS
_SERVERS = tables.SERVERS
MAX_PAGE = 1000


def list_all(world: World, project: str | None = None) -> list[dict[str, Any]]:
    """Return the oldest 1,000 containers, of one project or of all.

    ``status`` is what a container is while its host can be reached.
    """
    now = world.now()
    query = (
        sa.select(_TABLE)
        .join(_SERVERS, _SERVERS.c.id == _TABLE.c.server_id)
        .where(
            _TABLE.c.deleted_at.is_(None),
            _SERVERS.c.deleted_at.is_(None) | (_SERVERS.c.deleted_at > now),
        )
        .order_by(_TABLE.c.created_at, _TABLE.c.id)
        .limit(MAX_PAGE)
    )
    if project is not None:
        query = query.where(_TABLE.c.project == project)
    rows = world.store.read(lambda connection: connection.execute(query).all())
    return [_shown(row, now) for row in rows]


def vanish(world: World, container_id: str) -> None:
    """Let a container be gone, as if somebody else had removed it.

    :raises NotFound: when there is no such container.
    """
    now = world.now()

    def work(connection: sa.Connection) -> int:
        return connection.execute(
            _TABLE.update()
            .where(_TABLE.c.id == container_id, _TABLE.c.deleted_at.is_(None))
            .values(deleted_at=now)
        ).rowcount

    if not world.store.transact(work):
        raise exceptions.NotFound("container", container_id)


def _shown(row: sa.Row[Any], now: float) -> dict[str, Any]:
    status, reason = container_states.state_of(row, now)
    return {
        "id": row.id,
        "name": row.name,
        "project": row.project,
        "server_id": row.server_id,
        "image": row.image,
        "command": row.command,
        "status": str(status),
        "reason": reason,
        "node_mark": row.node_mark,
        "created_at": row.created_at,
    }
