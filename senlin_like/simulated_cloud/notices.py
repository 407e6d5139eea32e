"""What the cloud tells of servers that were stopped, deleted or failed from outside.

A log with a cursor. What its owner does through the cloud's own API isn't told;
real clouds tell that too.
"""

import dataclasses
from typing import Any

import sqlalchemy as sa

from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.world import Owner, World

#: Seconds for which notices are told again, since a transaction that was begun
#: earlier than another may be seen later.
SETTLED_S = 5.0
#: Seconds after which notices are forgotten.
KEPT_S = 86_400.0
#: Notices that one call tells; the cursor leads to the others.
PAGE = 1000

_TABLE = tables.NOTICES


@dataclasses.dataclass(frozen=True, kw_only=True)
class Noted:
    """One notice; ``at`` in seconds since the epoch."""

    server_id: str
    event: str
    at: float


def write(connection: sa.Connection, row: Any, event: str, now: float) -> None:
    """Note what happened to a server, and forget what is old."""
    connection.execute(_TABLE.delete().where(_TABLE.c.at < now - KEPT_S))
    noted = {
        "project": row.project,
        "region": row.region,
        "server_id": row.id,
        "event": event,
        "at": now,
    }
    connection.execute(_TABLE.insert(), noted)


def since(world: World, owner: Owner, cursor: str | None) -> tuple[str, list[Noted]]:
    """Return the notices after a cursor, and the cursor to go on from."""
    if cursor is None or not cursor.isdecimal():
        newest = sa.select(sa.func.max(_TABLE.c.number))
        number = world.store.read(lambda connection: connection.scalar(newest))
        return str(number or 0), []
    query = (
        sa.select(_TABLE)
        .where(
            _TABLE.c.project == owner.project,
            _TABLE.c.region == owner.region,
            _TABLE.c.number > int(cursor),
        )
        .order_by(_TABLE.c.number)
        .limit(PAGE)
    )
    rows = world.store.read(lambda connection: connection.execute(query).all())
    settled = world.now() - SETTLED_S
    reached = int(cursor)
    for row in rows:
        if row.at > settled:
            break
        reached = row.number
    noted = [Noted(server_id=row.server_id, event=row.event, at=row.at) for row in rows]
    return str(reached), noted
