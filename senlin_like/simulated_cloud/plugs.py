"""Ports of servers: making them with a server, plugging, and pulling out."""

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import addresses, tables
from senlin_like.simulated_cloud.catalogue import Picture, Thing
from senlin_like.simulated_cloud.world import Owner

#: The network that a server gets when none is asked for.
DEFAULT_NETWORK = "private"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wanted:
    """The network side of a new server: subnets for new ports, given ports."""

    subnets: tuple[Thing, ...]
    port_ids: tuple[str, ...]


def wanted(picture: Picture, networks: Sequence[Mapping[str, str]]) -> Wanted:
    """Sort out what networks a server asks for.

    :raises CloudNotFound: when there is no such network.
    """
    if not networks:
        networks = [{"network": DEFAULT_NETWORK}]
    names = [item["network"] for item in networks if "port" not in item]
    return Wanted(
        subnets=tuple(
            addresses.subnet_of(picture, picture.get("network", name).id)
            for name in names
        ),
        port_ids=tuple(item["port"] for item in networks if "port" in item),
    )


def insert(
    connection: sa.Connection,
    owner: Owner,
    server_id: str,
    taken: Sequence[tuple[Thing, int]],
) -> None:
    """Make the ports that come and go with a server."""
    if not taken:
        return
    ports: list[dict[str, Any]] = []
    in_use: list[dict[str, Any]] = []
    for subnet, number in taken:
        port_id = str(uuid.uuid4())
        ports.append(
            {
                "id": port_id,
                "project": owner.project,
                "region": owner.region,
                "network_id": subnet.attributes["network_id"],
                "device_id": server_id,
                "is_of_server": True,
                "security_group_ids": [],
            }
        )
        in_use.append(addresses.row(subnet, number, port_id))
    connection.execute(tables.PORTS.insert(), ports)
    connection.execute(tables.ADDRESSES.insert(), in_use)


def plug(connection: sa.Connection, owner: Owner, server_id: str, port_id: str) -> None:
    """Give a port to a server.

    :raises CloudNotFound: when the project has no such port.
    :raises CloudError: when another server has it.
    """
    ports = tables.PORTS
    mine = (ports.c.id == port_id, ports.c.project == owner.project)
    changed = connection.execute(
        ports.update()
        .where(*mine, ports.c.device_id.is_(None))
        .values(device_id=server_id)
    ).rowcount
    if changed:
        return
    row = connection.execute(sa.select(ports.c.device_id).where(*mine)).first()
    if row is None:
        raise exceptions.CloudNotFound("port", port_id)
    if row.device_id != server_id:
        raise exceptions.CloudError(f"Port {port_id} is still in use.", 409)


def release(connection: sa.Connection, server_id: str) -> None:
    """Pull out a server's ports; delete those that came with it."""
    ports = tables.PORTS
    floating = tables.FLOATING_IPS
    rows = connection.execute(
        sa.select(ports.c.id, ports.c.is_of_server, floating.c.id.label("floating_id"))
        .outerjoin(floating, floating.c.port_id == ports.c.id)
        .where(ports.c.device_id == server_id)
    ).all()
    ours = [row for row in rows if row.is_of_server]
    _disconnect(connection, [row.id for row in ours if row.floating_id is not None])
    _drop(connection, [row.id for row in ours])
    kept = [row.id for row in rows if not row.is_of_server]
    if kept:
        connection.execute(
            ports.update().where(ports.c.id.in_(kept)).values(device_id=None)
        )


def delete(connection: sa.Connection, port_ids: Sequence[str]) -> None:
    """Delete ports, give their addresses back, and free what leads to them."""
    _disconnect(connection, port_ids)
    _drop(connection, port_ids)


def _disconnect(connection: sa.Connection, port_ids: Sequence[str]) -> None:
    floating = tables.FLOATING_IPS
    if port_ids:
        connection.execute(
            floating.update()
            .where(floating.c.port_id.in_(port_ids))
            .values(port_id=None)
        )


def _drop(connection: sa.Connection, port_ids: Sequence[str]) -> None:
    if not port_ids:
        return
    used = tables.ADDRESSES
    connection.execute(used.delete().where(used.c.owner_id.in_(port_ids)))
    connection.execute(tables.PORTS.delete().where(tables.PORTS.c.id.in_(port_ids)))


def of_servers(
    connection: sa.Connection, picture: Picture, server_ids: Sequence[str]
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return the addresses of servers as Nova shows them, by network name."""
    ports, used, floating = tables.PORTS, tables.ADDRESSES, tables.FLOATING_IPS
    rows = connection.execute(
        sa.select(
            ports.c.id,
            ports.c.device_id,
            ports.c.network_id,
            used.c.address,
            floating.c.address.label("public"),
        )
        .join(used, used.c.owner_id == ports.c.id)
        .outerjoin(floating, floating.c.port_id == ports.c.id)
        .where(ports.c.device_id.in_(server_ids))
        .order_by(ports.c.id)
    ).all()
    networks = picture.of("network")
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in rows:
        network = networks.get(row.network_id)
        name = network.name if network else row.network_id
        shown = found.setdefault(row.device_id, {}).setdefault(name, [])
        shown.append(_shown(row.address, row.id, "fixed"))
        if row.public is not None:
            shown.append(_shown(row.public, row.id, "floating"))
    return found


def _shown(address: str, port_id: str, kind: str) -> dict[str, Any]:
    # Derived from the port, so that it stays the same.
    mac = "fa:16:3e:" + ":".join(port_id[i : i + 2] for i in (0, 2, 4))
    return {
        "addr": address,
        "version": 6 if ":" in address else 4,
        "OS-EXT-IPS:type": kind,
        "OS-EXT-IPS-MAC:mac_addr": mac,
    }
