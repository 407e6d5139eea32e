"""Volumes, as far as servers start from them."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.catalogue import Picture
from senlin_like.simulated_cloud.world import Owner, World

_TABLE = tables.VOLUMES


def find(world: World, owner: Owner, identity: str) -> dict[str, Any]:
    """Return ``id``, ``status`` and ``image_id`` of a volume, by id or name.

    :raises CloudNotFound: when the project has no such volume.
    """

    def work(connection: sa.Connection) -> Any:
        return connection.execute(
            sa.select(_TABLE.c.id, _TABLE.c.status, _TABLE.c.image_id)
            .where(
                _TABLE.c.project == owner.project,
                _TABLE.c.region == owner.region,
                (_TABLE.c.id == identity) | (_TABLE.c.name == identity),
            )
            .limit(1)
        ).first()

    row = world.store.read(work)
    if row is None:
        raise exceptions.CloudNotFound("volume", identity)
    return dict(row._mapping)


def create(
    world: World,
    owner: Owner,
    name: str,
    *,
    size_gb: int = 1,
    image_id: str | None = None,
) -> str:
    """Make a volume that can be used at once, and return its id."""
    row = _row(owner, name=name, size_gb=size_gb, image_id=image_id)
    world.store.transact(lambda connection: connection.execute(_TABLE.insert(), row))
    return str(row["id"])


def for_server(
    connection: sa.Connection,
    picture: Picture,
    owner: Owner,
    server_id: str,
    devices: Sequence[Mapping[str, Any]],
) -> None:
    """Attach the volumes that a new server asks for; make those that lack.

    :raises CloudNotFound: when an image, volume or snapshot doesn't exist.
    :raises CloudError: when a volume is in use.
    """
    for device in devices:
        source = device.get("source_type")
        if source == "volume":
            _attach(connection, owner, server_id, device)
        elif device.get("destination_type") == "volume":
            image_id = None
            if source == "image":
                image_id = picture.get("image", str(device.get("uuid"))).id
            elif source == "snapshot":
                picture.get("snapshot", str(device.get("uuid")))
            row = _row(
                owner,
                name="",
                size_gb=int(device.get("volume_size") or 1),
                image_id=image_id,
            )
            row |= {
                "status": "in-use",
                "volume_type": device.get("volume_type"),
                "server_id": server_id,
                "goes_with_server": bool(device.get("delete_on_termination")),
            }
            connection.execute(_TABLE.insert(), row)


def release(connection: sa.Connection, server_id: str) -> None:
    """Detach a server's volumes; delete those that go with it."""
    attached = _TABLE.c.server_id == server_id
    connection.execute(_TABLE.delete().where(attached, _TABLE.c.goes_with_server))
    connection.execute(
        _TABLE.update().where(attached).values(server_id=None, status="available")
    )


def of_servers(
    connection: sa.Connection, server_ids: Sequence[str]
) -> dict[str, dict[str, bool]]:
    """Return the volumes of servers, and whether they are deleted with them."""
    found: dict[str, dict[str, bool]] = {}
    for row in connection.execute(
        sa.select(_TABLE.c.server_id, _TABLE.c.id, _TABLE.c.goes_with_server)
        .where(_TABLE.c.server_id.in_(server_ids))
        .order_by(_TABLE.c.id)
    ):
        found.setdefault(row.server_id, {})[row.id] = bool(row.goes_with_server)
    return found


def _attach(
    connection: sa.Connection, owner: Owner, server_id: str, device: Mapping[str, Any]
) -> None:
    volume_id = str(device.get("uuid"))
    goes = bool(device.get("delete_on_termination"))
    mine = (_TABLE.c.id == volume_id, _TABLE.c.project == owner.project)
    changed = connection.execute(
        _TABLE.update()
        .where(*mine, _TABLE.c.status == "available")
        .values(status="in-use", server_id=server_id, goes_with_server=goes)
    ).rowcount
    if changed:
        return
    if connection.execute(sa.select(_TABLE.c.id).where(*mine)).first() is None:
        raise exceptions.CloudNotFound("volume", volume_id)
    raise exceptions.CloudError(f"Volume {volume_id} is not available.", 400)


def _row(
    owner: Owner, *, name: str, size_gb: int, image_id: str | None
) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "project": owner.project,
        "region": owner.region,
        "name": name,
        "status": "available",
        "size_gb": size_gb,
        "volume_type": None,
        "image_id": image_id,
        "server_id": None,
        "goes_with_server": False,
    }
