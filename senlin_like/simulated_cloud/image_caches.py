"""Images kept on hosts, so that servers start quicker there."""

from typing import Any

import sqlalchemy as sa

from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.world import World

_TABLE = tables.IMAGE_CACHES


def start(world: World, host: str, image_id: str) -> None:
    """Begin to bring an image to a host; fine if it is there or on its way.

    :raises CloudNotFound: when there is no such host or image.
    """
    picture = world.picture
    row = {
        "host": picture.get("host", host).id,
        "image_id": picture.get("image", image_id).id,
        "ready_at": world.now() + picture.settings["cache_seconds"],
    }

    def work(connection: sa.Connection) -> None:
        known = connection.execute(
            sa.select(_TABLE.c.host).where(
                _TABLE.c.host == row["host"], _TABLE.c.image_id == row["image_id"]
            )
        ).first()
        if known is None:
            connection.execute(_TABLE.insert(), row)

    world.store.transact(work)


def list_all(world: World) -> list[dict[str, Any]]:
    """Return ``host``, ``image_id`` and ``is_ready`` of every cached image."""
    now = world.now()
    query = sa.select(_TABLE).order_by(_TABLE.c.host, _TABLE.c.image_id)
    rows = world.store.read(lambda connection: connection.execute(query).all())
    return [
        {"host": row.host, "image_id": row.image_id, "is_ready": row.ready_at <= now}
        for row in rows
    ]
