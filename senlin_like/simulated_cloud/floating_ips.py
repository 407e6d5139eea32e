"""Public addresses."""

import uuid
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import addresses, owned, tables
from senlin_like.simulated_cloud.records import FloatingIp
from senlin_like.simulated_cloud.world import Owner, World

_TABLE = tables.FLOATING_IPS
_COLUMNS = (_TABLE.c.id, _TABLE.c.address, _TABLE.c.network_id, _TABLE.c.port_id)


def find(world: World, owner: Owner, address: str) -> FloatingIp | None:
    """Return the public address, if the project has it."""
    query = sa.select(*_COLUMNS).where(
        _TABLE.c.address == address, *owned.mine(_TABLE, owner)
    )
    row = world.store.read(lambda connection: connection.execute(query).first())
    return None if row is None else FloatingIp(**row._mapping)


def find_marked(world: World, owner: Owner, mark: str) -> list[FloatingIp]:
    """Return the public addresses that carry a mark."""
    query = sa.select(*_COLUMNS).where(
        _TABLE.c.node_mark == mark, *owned.mine(_TABLE, owner)
    )
    rows = world.store.read(lambda connection: connection.execute(query).all())
    return [FloatingIp(**row._mapping) for row in rows]


def create(
    world: World,
    owner: Owner,
    network_id: str,
    *,
    port_id: str | None = None,
    address: str | None = None,
    mark: str | None = None,
) -> FloatingIp:
    """Make a public address, this one if ``address`` is given.

    :raises CloudNotFound: when the network or the port doesn't exist.
    :raises CloudError: when the network isn't public, or the address is in use.
    """
    picture = world.picture
    network = picture.get("network", network_id)
    if not network.attributes["is_external"]:
        raise exceptions.CloudError(
            f"Network {network.id} is not a valid external network.", 400
        )
    subnet = addresses.subnet_of(picture, network.id)
    asked = None if address is None else addresses.number_of(subnet, address)
    number = 0

    def take() -> None:
        nonlocal number
        number = world.addresses.take(subnet) if asked is None else asked

    def work(connection: sa.Connection) -> FloatingIp:
        if asked is not None:
            addresses.check_free(connection, subnet, asked)
        if port_id is not None:
            _check_port(connection, owner, port_id)
        in_use = addresses.row(subnet, number, str(uuid.uuid4()))
        shown: dict[str, Any] = {
            "id": in_use["owner_id"],
            "address": in_use["address"],
            "network_id": network.id,
            "port_id": port_id,
        }
        hidden = {"project": owner.project, "region": owner.region, "node_mark": mark}
        connection.execute(tables.ADDRESSES.insert(), in_use)
        connection.execute(_TABLE.insert(), {**shown, **hidden})
        return FloatingIp(**shown)

    return world.store.transact(work, before=take)


def associate(
    world: World, owner: Owner, floating_ip_id: str, port_id: str | None
) -> None:
    """Lead a public address to a port, or to none.

    :raises CloudNotFound: when the address or the port doesn't exist.
    """

    def work(connection: sa.Connection) -> None:
        mine = (_TABLE.c.id == floating_ip_id, *owned.mine(_TABLE, owner))
        if connection.execute(sa.select(_TABLE.c.id).where(*mine)).first() is None:
            raise exceptions.CloudNotFound("floating IP", floating_ip_id)
        if port_id is not None:
            _check_port(connection, owner, port_id)
        connection.execute(_TABLE.update().where(*mine).values(port_id=port_id))

    world.store.transact(work)


def delete(world: World, owner: Owner, floating_ip_id: str) -> None:
    """Give a public address back; nothing happens if it is gone."""
    used = tables.ADDRESSES

    def work(connection: sa.Connection) -> None:
        mine = (_TABLE.c.id == floating_ip_id, *owned.mine(_TABLE, owner))
        if connection.execute(_TABLE.delete().where(*mine)).rowcount:
            connection.execute(used.delete().where(used.c.owner_id == floating_ip_id))

    world.store.transact(work)


def _check_port(connection: sa.Connection, owner: Owner, port_id: str) -> None:
    ports = tables.PORTS
    found = connection.execute(
        sa.select(ports.c.id).where(
            ports.c.id == port_id, ports.c.project == owner.project
        )
    ).first()
    if found is None:
        raise exceptions.CloudNotFound("port", port_id)
