"""Servers: create, look, delete. What is done to them stands elsewhere."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import (
    build_times,
    lifecycle,
    owned,
    placement,
    plugs,
    quotas,
    server_details,
    server_groups,
    tables,
    volumes,
)
from senlin_like.simulated_cloud.catalogue import Picture, Thing
from senlin_like.simulated_cloud.lifecycle import Status
from senlin_like.simulated_cloud.records import NewServer, Seen, Server
from senlin_like.simulated_cloud.world import Owner, World

#: Objects that one statement asks for.
PAGE = 1000
MAX_NAME = 255

_TABLE = tables.SERVERS
_STATE = (
    _TABLE.c.id,
    _TABLE.c.project,
    _TABLE.c.region,
    _TABLE.c.status,
    _TABLE.c.fault,
    _TABLE.c.target,
    _TABLE.c.target_fault,
    _TABLE.c.ready_at,
    _TABLE.c.host,
    _TABLE.c.deleted_at,
)


def create(
    world: World, owner: Owner, new: NewServer, fault: str | None = None
) -> Server:
    """Ask for a server; with ``fault`` it ends in ERROR.

    :raises CloudNotFound: when something that it needs doesn't exist.
    :raises CloudError: when a quota, a zone or a port forbids it.
    """
    picture = world.picture
    wanted = plugs.wanted(picture, new.networks)
    turn = world.next_turn()
    row = _new_row(world, owner, new)
    taken: list[tuple[Thing, int]] = []

    def take() -> None:
        taken[:] = [(subnet, world.addresses.take(subnet)) for subnet in wanted.subnets]

    def work(connection: sa.Connection) -> Server:
        quotas.check(connection, picture, owner, row["flavor_id"], row["created_at"])
        wish = placement.ANY
        if new.group is not None:
            wish = server_groups.join(connection, picture, owner, new.group, row)
        host = placement.choose(picture, new.zone, owner.region, turn, wish)
        row.update(_placed(connection, picture, new, row, host, fault))
        connection.execute(_TABLE.insert(), row)
        plugs.insert(connection, owner, row["id"], taken)
        for port_id in wanted.port_ids:
            plugs.plug(connection, owner, row["id"], port_id)
        if row["has_volumes"]:
            volumes.for_server(connection, picture, owner, row["id"], new.block_devices)
        return _just_made(row)

    return world.store.transact(work, before=take)


def get(world: World, owner: Owner, server_id: str) -> Server:
    """Return one server.

    :raises CloudNotFound: when the project has no such server.
    """
    found = _records(world, owner, _TABLE.c.id == server_id)
    if not found:
        raise exceptions.CloudNotFound("server", server_id)
    return found[0]


def find_marked(world: World, owner: Owner, mark: str) -> list[Server]:
    """Return the servers that carry a mark, the oldest first."""
    return _records(world, owner, _TABLE.c.node_mark == mark)


def list_addresses(
    world: World, owner: Owner, server_ids: Collection[str]
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return the addresses of live servers by network name."""
    ids = list(server_ids)
    picture = world.picture
    now = world.now()

    def work(connection: sa.Connection) -> dict[str, dict[str, list[dict[str, Any]]]]:
        found: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for start in range(0, len(ids), PAGE):
            page = connection.execute(
                sa.select(_TABLE.c.id).where(
                    _TABLE.c.id.in_(ids[start : start + PAGE]),
                    *owned.visible(_TABLE, owner, now),
                )
            ).scalars()
            live = list(page)
            addresses = plugs.of_servers(connection, picture, live)
            found.update((one, addresses.get(one, {})) for one in live)
        return found

    return world.store.read(work)


def look(world: World, owner: Owner, server_ids: Collection[str]) -> list[Seen]:
    """Tell how far servers are, with one statement per 1,000 of them."""
    ids = list(server_ids)
    broken = placement.broken_hosts(world.picture)
    now = world.now()

    def work(connection: sa.Connection) -> dict[str, Any]:
        rows: dict[str, Any] = {}
        for start in range(0, len(ids), PAGE):
            page = connection.execute(
                sa.select(*_STATE).where(_TABLE.c.id.in_(ids[start : start + PAGE]))
            )
            # Whose they are is asked here and not in the statement, where it
            # may lead SQLite to read a whole project.
            rows.update(
                (row.id, row)
                for row in page
                if (row.project, row.region) == (owner.project, owner.region)
            )
        return rows

    rows = world.store.read(work)
    seen = []
    for server_id in ids:
        row = rows.get(server_id)
        if row is None:
            seen.append(Seen(id=server_id, status=Status.GONE))
        else:
            state = lifecycle.state_of(row, now, broken)
            seen.append(Seen(id=server_id, status=state.status, reason=state.fault))
    return seen


def delete(world: World, owner: Owner, server_id: str, *, force: bool = False) -> None:
    """Ask for a server to be deleted; nothing happens if it is gone.

    :raises CloudError: when it is locked and ``force`` isn't set, or its
        metadata ask for the deletion to fail.
    """
    picture = world.picture
    now = world.now()

    def work(connection: sa.Connection) -> None:
        row = lock(connection, owner, server_id, now)
        if row is None or row.deleted_at is not None:
            return
        if row.is_locked and not force:
            raise exceptions.CloudError(f"Instance {server_id} is locked", 409)
        if lifecycle.fails(row.metadata, "delete"):
            raise exceptions.CloudError(
                f"Simulated failure of the deletion of server {server_id}.", 500
            )
        seconds = lifecycle.wait_time(row.metadata)
        if seconds is None:
            seconds = picture.settings["delete_seconds"]
        remove(connection, row, now + seconds)

    world.store.transact(work)


def remove(connection: sa.Connection, row: Any, deleted_at: float) -> None:
    """Let a server be gone from a time on, and free what it used at once."""
    connection.execute(
        _TABLE.update().where(_TABLE.c.id == row.id).values(deleted_at=deleted_at)
    )
    plugs.release(connection, row.id)
    if row.has_volumes:
        volumes.release(connection, row.id)


def lock(
    connection: sa.Connection, owner: Owner, server_id: str, now: float
) -> sa.Row[Any] | None:
    """Return a server's row, locked until the transaction ends."""
    return owned.lock(connection, _TABLE, owner, server_id, now)


def _records(
    world: World, owner: Owner, condition: sa.ColumnElement[bool]
) -> list[Server]:
    picture = world.picture
    now = world.now()

    def work(connection: sa.Connection) -> list[Server]:
        rows = connection.execute(
            sa.select(_TABLE)
            .where(condition, *owned.visible(_TABLE, owner, now))
            .order_by(_TABLE.c.created_at, _TABLE.c.id)
        ).all()
        return describe(connection, picture, now, rows)

    return world.store.read(work)


def check_name(name: str) -> None:
    """See to it that a name can be stored.

    :raises CloudError: when it is too long.
    """
    if not 0 < len(name) <= MAX_NAME:
        raise exceptions.CloudError(
            f"The name of a server has 1 to {MAX_NAME} characters.", 400
        )


def describe(
    connection: sa.Connection,
    picture: Picture,
    now: float,
    rows: Sequence[sa.Row[Any]],
) -> list[Server]:
    """Make the records of servers, with a constant number of statements."""
    if not rows:
        return []
    ids = [row.id for row in rows]
    addresses = plugs.of_servers(connection, picture, ids)
    with_volumes = [row.id for row in rows if row.has_volumes]
    attached = volumes.of_servers(connection, with_volumes) if with_volumes else {}
    return [
        server_details.record(
            row, picture, now, addresses.get(row.id, {}), attached.get(row.id, {})
        )
        for row in rows
    ]


def _new_row(world: World, owner: Owner, new: NewServer) -> dict[str, Any]:
    picture = world.picture
    now = world.now()
    check_name(new.name)
    flavor = picture.get("flavor", new.flavor_id)
    if flavor.attributes.get("is_disabled"):
        raise exceptions.CloudError(f"Flavor {flavor.id} is disabled.", 403)
    image = picture.get("image", new.image_id) if new.image_id else None
    if new.key_name is not None:
        picture.get("keypair", new.key_name)
    if new.zone is not None:
        placement.check_zone(picture, new.zone, owner.region)
    for group in new.security_groups:
        picture.get("security_group", group)
    return {
        "id": str(uuid.uuid4()),
        "project": owner.project,
        "region": owner.region,
        "user_id": owner.user,
        "name": new.name,
        "node_mark": new.mark,
        "status": Status.BUILD,
        "fault": "",
        "asked_zone": new.zone,
        "flavor_id": flavor.id,
        "image_id": image.id if image else None,
        "key_name": new.key_name,
        "is_locked": False,
        "has_volumes": bool(new.block_devices),
        "metadata": dict(new.metadata),
        "security_groups": list(new.security_groups) or ["default"],
        "attributes": dict(new.attributes),
        "created_at": now,
        "updated_at": now,
    }


def _placed(
    connection: sa.Connection,
    picture: Picture,
    new: NewServer,
    row: Mapping[str, Any],
    host: Thing | None,
    fault: str | None,
) -> dict[str, Any]:
    """Return the columns that follow from the host; without one it's an ERROR."""
    ready_at = row["created_at"]
    if host is None:
        fault = placement.NO_HOST
    else:
        ready_at += build_times.seconds(connection, picture, new, row, host)
        if fault is None and lifecycle.fails(new.metadata, "create"):
            fault = "Simulated failure of the creation."
    target = lifecycle.built_status(new.metadata) if fault is None else Status.ERROR
    return {
        "target": target,
        "target_fault": fault or "",
        "ready_at": ready_at,
        "host": host.id if host else None,
        "zone": placement.zone_of(picture, host) if host else new.zone,
        "launched_at": ready_at if fault is None else None,
    }


def _just_made(row: dict[str, Any]) -> Server:
    """Make the short record that an accepted request is answered with."""
    return Server(
        id=row["id"],
        name=row["name"],
        status=Status.BUILD,
        fault="",
        flavor_id=row["flavor_id"],
        image_id=row["image_id"],
        zone=row["zone"],
        host=row["host"],
        key_name=row["key_name"],
        metadata=row["metadata"],
        addresses={},
        security_groups=tuple(row["security_groups"]),
        volume_ids=(),
        created_at=row["created_at"],
        details={"id": row["id"], "status": Status.BUILD.value},
    )
