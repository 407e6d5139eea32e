"""Small changes of servers: name, metadata, ports."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import plugs, servers, tables
from senlin_like.simulated_cloud.world import Owner, World

_TABLE = tables.SERVERS


def rename(world: World, owner: Owner, server_id: str, name: str) -> None:
    """Give a server another name.

    :raises CloudNotFound: when the project has no such server.
    """
    servers.check_name(name)
    _change(world, owner, server_id, lambda _connection, _row: {"name": name})


def change_metadata(
    world: World,
    owner: Owner,
    server_id: str,
    values: Mapping[str, str | None],
    *,
    mark_key: str,
) -> None:
    """Set metadata keys, or remove those whose value is None.

    ``mark_key`` is the key whose value the server is found by.

    :raises CloudNotFound: when the project has no such server.
    """

    def merge(_connection: sa.Connection, row: sa.Row[Any]) -> dict[str, Any]:
        merged = {**row.metadata, **values}
        metadata = {key: value for key, value in merged.items() if value is not None}
        return {"metadata": metadata, "node_mark": metadata.get(mark_key)}

    _change(world, owner, server_id, merge)


def attach_port(world: World, owner: Owner, server_id: str, port_id: str) -> None:
    """Plug a port into a server; nothing happens if it is plugged in already.

    :raises CloudNotFound: when the project has no such server or port.
    :raises CloudError: when another server has the port.
    """

    def plug(connection: sa.Connection, _row: sa.Row[Any]) -> dict[str, Any]:
        plugs.plug(connection, owner, server_id, port_id)
        return {}

    _change(world, owner, server_id, plug)


def detach_port(world: World, owner: Owner, server_id: str, port_id: str) -> None:
    """Unplug a port; nothing happens if it isn't plugged in.

    A port that was made with the server is deleted, as Nova does.
    """
    ports = tables.PORTS

    def unplug(connection: sa.Connection) -> None:
        mine = (
            ports.c.id == port_id,
            ports.c.project == owner.project,
            ports.c.device_id == server_id,
        )
        row = connection.execute(sa.select(ports.c.is_of_server).where(*mine)).first()
        if row is None:
            return
        if row.is_of_server:
            plugs.delete(connection, [port_id])
        else:
            connection.execute(ports.update().where(*mine).values(device_id=None))

    world.store.transact(unplug)


def _change(
    world: World,
    owner: Owner,
    server_id: str,
    work: Callable[[sa.Connection, sa.Row[Any]], dict[str, Any]],
) -> None:
    now = world.now()

    def change(connection: sa.Connection) -> None:
        row = servers.lock(connection, owner, server_id, now)
        if row is None:
            raise exceptions.CloudNotFound("server", server_id)
        values = work(connection, row)
        connection.execute(
            _TABLE.update()
            .where(_TABLE.c.id == server_id)
            .values(**values, updated_at=now)
        )

    world.store.transact(change)
