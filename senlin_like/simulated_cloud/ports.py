"""Ports that are made by themselves, for a server to come."""

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import addresses, owned, plugs, tables
from senlin_like.simulated_cloud.catalogue import Picture, Thing
from senlin_like.simulated_cloud.records import Port
from senlin_like.simulated_cloud.world import Owner, World

_TABLE = tables.PORTS


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewPort:
    """A port to be made. ``fixed_ips``: ``subnet_id``, ``ip_address`` or both."""

    network_id: str
    mark: str | None = None
    fixed_ips: Sequence[Mapping[str, str]] = ()
    security_group_ids: Sequence[str] | None = None
    vnic_type: str | None = None


def create(world: World, owner: Owner, new: NewPort) -> Port:
    """Make a port with its own addresses.

    :raises CloudNotFound: when the network, a subnet or a group doesn't exist.
    :raises CloudError: when an address is in use, or none is left.
    """
    picture = world.picture
    network = picture.get("network", new.network_id)
    wanted = _wanted(picture, network, new.fixed_ips)
    row = _new_row(picture, owner, network, new)
    taken: list[tuple[Thing, int]] = []

    def take() -> None:
        taken[:] = [
            (subnet, world.addresses.take(subnet) if number is None else number)
            for subnet, number in wanted
        ]

    def work(connection: sa.Connection) -> Port:
        for subnet, number in wanted:
            if number is not None:
                addresses.check_free(connection, subnet, number)
        in_use = [addresses.row(subnet, number, row["id"]) for subnet, number in taken]
        connection.execute(_TABLE.insert(), row)
        connection.execute(tables.ADDRESSES.insert(), in_use)
        return _record(row, in_use)

    return world.store.transact(work, before=take)


def find(world: World, owner: Owner, identity: str) -> Port:
    """Return a port by id or name.

    :raises CloudNotFound: when the project has no such port.
    """
    by_name = sa.and_(_TABLE.c.name == identity, _TABLE.c.name != "")
    found = _records(world, owner, sa.or_(_TABLE.c.id == identity, by_name))
    if not found:
        raise exceptions.CloudNotFound("port", identity)
    return found[0]


def find_marked(world: World, owner: Owner, mark: str) -> list[Port]:
    """Return the ports that carry a mark."""
    return _records(world, owner, _TABLE.c.node_mark == mark)


def update(
    world: World, owner: Owner, port_id: str, *, security_group_ids: Sequence[str]
) -> None:
    """Give a port other security groups.

    :raises CloudNotFound: when there is no such port or group.
    """
    picture = world.picture
    ids = [picture.get("security_group", one).id for one in security_group_ids]

    def work(connection: sa.Connection) -> None:
        changed = connection.execute(
            _TABLE.update()
            .where(_TABLE.c.id == port_id, *owned.mine(_TABLE, owner))
            .values(security_group_ids=ids)
        ).rowcount
        if (
            not changed
            and not connection.execute(
                sa.select(_TABLE.c.id).where(
                    _TABLE.c.id == port_id, *owned.mine(_TABLE, owner)
                )
            ).first()
        ):
            raise exceptions.CloudNotFound("port", port_id)

    world.store.transact(work)


def delete(world: World, owner: Owner, port_id: str) -> None:
    """Delete a port, also one that is plugged in; fine if it is gone."""

    def work(connection: sa.Connection) -> None:
        mine = (_TABLE.c.id == port_id, *owned.mine(_TABLE, owner))
        if connection.execute(sa.select(_TABLE.c.id).where(*mine)).first():
            plugs.delete(connection, [port_id])

    world.store.transact(work)


def _wanted(
    picture: Picture, network: Thing, fixed_ips: Sequence[Mapping[str, str]]
) -> list[tuple[Thing, int | None]]:
    """Return subnets, each with the number of the address if one is asked for."""
    wanted: list[tuple[Thing, int | None]] = []
    for asked in fixed_ips or [{}]:
        if asked.get("subnet_id"):
            subnet = picture.get("subnet", asked["subnet_id"])
        else:
            subnet = addresses.subnet_of(picture, network.id)
        if subnet.attributes["network_id"] != network.id:
            raise exceptions.CloudError(
                f"Subnet {subnet.id} isn't part of network {network.id}.", 400
            )
        address = asked.get("ip_address")
        number = addresses.number_of(subnet, address) if address else None
        wanted.append((subnet, number))
    return wanted


def _new_row(
    picture: Picture, owner: Owner, network: Thing, new: NewPort
) -> dict[str, Any]:
    groups = new.security_group_ids
    if groups is None:
        groups = ["default"]
    return {
        "id": str(uuid.uuid4()),
        "project": owner.project,
        "region": owner.region,
        "name": "",
        "network_id": network.id,
        "device_id": None,
        "is_of_server": False,
        "node_mark": new.mark,
        "vnic_type": new.vnic_type,
        "security_group_ids": [picture.get("security_group", one).id for one in groups],
    }


def _records(
    world: World, owner: Owner, condition: sa.ColumnElement[bool]
) -> list[Port]:
    used = tables.ADDRESSES

    def work(connection: sa.Connection) -> list[Port]:
        rows = connection.execute(
            sa.select(_TABLE)
            .where(condition, *owned.mine(_TABLE, owner))
            .order_by(_TABLE.c.id)
        ).all()
        if not rows:
            return []
        in_use = connection.execute(
            sa.select(used).where(used.c.owner_id.in_([row.id for row in rows]))
        ).all()
        return [
            _record(
                dict(row._mapping),
                [dict(one._mapping) for one in in_use if one.owner_id == row.id],
            )
            for row in rows
        ]

    return world.store.read(work)


def _record(row: Mapping[str, Any], in_use: Sequence[Mapping[str, Any]]) -> Port:
    return Port(
        id=row["id"],
        network_id=row["network_id"],
        name=row["name"],
        device_id=row["device_id"],
        fixed_ips=tuple(
            {"subnet_id": one["subnet_id"], "ip_address": one["address"]}
            for one in in_use
        ),
        security_group_ids=tuple(row["security_group_ids"]),
    )
