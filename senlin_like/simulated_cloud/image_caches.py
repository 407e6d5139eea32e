"""Images kept on hosts, so that servers are built quicker there.

An image is on a host because somebody asked for it: servers that are built leave
none behind, so that a cloud where nobody asks builds all in the same time. What
is there stays there while the host is down; what is on its way is lost. Rebuilds
take ``operation_seconds`` wherever the image is.
"""

import enum
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import placement, tables
from senlin_like.simulated_cloud.catalogue import Picture
from senlin_like.simulated_cloud.world import World

_TABLE = tables.CACHED_IMAGES
#: Images that one statement asks for.
_PAGE = 1000


class Status(enum.StrEnum):
    """How far an image is on a host."""

    CACHING = "caching"
    CACHED = "cached"
    ERROR = "error"


def start(
    world: World, region: str, host: str, image_id: str, *, fault: str | None = None
) -> None:
    """Begin to bring an image to a host; fine if it is there or on its way.

    One that has failed there is tried anew. With ``fault`` it ends in ERROR, but
    for images that are there or on their way.

    :raises CloudNotFound: when there is no such host or image.
    :raises HostUnreachable: when the host is down.
    """
    picture, now = world.picture, world.now()
    key = {
        "host": _host(picture, region, host),
        "image_id": _image(picture, image_id),
    }
    values = {
        "ready_at": now + picture.settings["cache_seconds"],
        "fault": fault or "",
    }
    same = (_TABLE.c.host == key["host"], _TABLE.c.image_id == key["image_id"])

    def work(connection: sa.Connection) -> None:
        known = connection.execute(
            sa.select(_TABLE.c.ready_at, _TABLE.c.fault).where(*same).with_for_update()
        ).first()
        if known is None:
            connection.execute(_TABLE.insert(), {**key, **values})
        elif known.fault and known.ready_at <= now:
            connection.execute(_TABLE.update().where(*same).values(**values))

    world.store.transact(work)


def look(world: World, region: str, image_ids: Collection[str]) -> list[dict[str, Any]]:
    """Tell how far images are on a region's hosts; shaped as in ``list_all``.

    With one statement per 1,000 images.
    """
    ids = list(image_ids)

    def work(connection: sa.Connection) -> list[Any]:
        rows: list[Any] = []
        for begin in range(0, len(ids), _PAGE):
            page = ids[begin : begin + _PAGE]
            rows += connection.execute(
                sa.select(_TABLE).where(_TABLE.c.image_id.in_(page))
            )
        return rows

    rows, now = world.store.read(work), world.now()
    known = placement.zones_of_hosts(world.picture, region)
    return [_shown(world.picture, row, now) for row in rows if row.host in known]


def list_all(world: World) -> list[dict[str, Any]]:
    """Return ``host``, ``image_id``, ``status``, ``reason`` of the images on hosts.

    And ``is_ready``: whether servers are built quicker with it.
    """
    now = world.now()
    query = sa.select(_TABLE).order_by(_TABLE.c.host, _TABLE.c.image_id)
    rows = world.store.read(lambda connection: connection.execute(query).all())
    return [_shown(world.picture, row, now) for row in rows]


def clear(world: World) -> None:
    """Take all images from all hosts."""
    world.store.transact(lambda connection: connection.execute(_TABLE.delete()))


def interrupt(connection: sa.Connection, host: str, reason: str, now: float) -> None:
    """Let what is on its way to a host fail."""
    connection.execute(
        _TABLE.update()
        .where(_TABLE.c.host == host, _TABLE.c.ready_at > now)
        .values(ready_at=now, fault=reason)
    )


def is_ready(connection: sa.Connection, host: str, image_id: str, now: float) -> bool:
    """Tell whether an image is on a host, with one look at the key."""
    row = connection.execute(
        sa.select(_TABLE.c.ready_at, _TABLE.c.fault).where(
            _TABLE.c.host == host, _TABLE.c.image_id == image_id
        )
    ).first()
    return row is not None and _status(row, now) is Status.CACHED


def _status(row: Any, now: float) -> Status:
    if row.ready_at > now:
        return Status.CACHING
    return Status.ERROR if row.fault else Status.CACHED


def _shown(picture: Picture, row: Any, now: float) -> dict[str, Any]:
    status = _status(row, now)
    host = picture.of("host").get(row.host)
    return {
        "host": host.name if host else row.host,
        "image_id": row.image_id,
        "status": status.value,
        "reason": row.fault if status is Status.ERROR else "",
        "is_ready": status is Status.CACHED,
    }


def _host(picture: Picture, region: str, name: str) -> str:
    host = picture.get("host", name)
    if placement.region_of(picture, host) != region:
        raise exceptions.CloudNotFound("host", name)
    if not placement.is_reachable(picture, host.id):
        raise exceptions.HostUnreachable(host.name, "it is down.")
    return host.id


def _image(picture: Picture, image_id: str) -> str:
    """Find an image by its id alone: looks go by ids."""
    if image_id not in picture.of("image"):
        raise exceptions.CloudNotFound("image", image_id)
    return image_id
