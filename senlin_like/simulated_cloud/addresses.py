"""Addresses of subnets: each is in use once at most.

A process takes a block of free numbers at a time; the key of the table of
addresses in use decides when two processes come upon the same one.
"""

import ipaddress
import threading
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.catalogue import Picture, Thing
from senlin_like.simulated_cloud.store import Store

_MAX_BLOCK = 64
#: Network, gateway and broadcast addresses are never given out.
_FIRST = 2


class Pool:
    """The free numbers that this process has taken, by subnet."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._free: dict[str, list[int]] = {}

    def take(self, subnet: Thing) -> int:
        """Return the number of an address that is most likely free.

        :raises CloudError: when all addresses of the subnet are in use.
        """
        with self._lock:
            free = self._free.get(subnet.id)
            if free:
                return free.pop()
        block = self._store.transact(lambda connection: _lease(connection, subnet))
        block.reverse()
        with self._lock:
            number = block.pop()
            self._free.setdefault(subnet.id, []).extend(block)
        return number


def _size(subnet: Thing) -> int:
    network = ipaddress.ip_network(subnet.attributes["cidr"])
    return network.num_addresses - _FIRST - 1


def _lease(connection: sa.Connection, subnet: Thing) -> list[int]:
    size = _size(subnet)
    # Blocks of small subnets are single addresses: none may lie idle.
    length = min(_MAX_BLOCK, max(1, size // 1024))
    start = _offset(connection, subnet.id)
    for step in range(0, max(size, 0), length):
        offset = (start + step) % size
        block = range(offset, min(offset + length, size))
        used = _used(connection, subnet.id, block)
        free = [number for number in block if number not in used]
        if free:
            _move(connection, subnet.id, block.stop % size)
            return free
    raise exceptions.CloudError(
        f"No more IP addresses available on network {subnet.attributes['network_id']}.",
        409,
    )


def _offset(connection: sa.Connection, subnet_id: str) -> int:
    pools = tables.POOLS
    offset = connection.execute(
        sa.select(pools.c.offset)
        .where(pools.c.subnet_id == subnet_id)
        .with_for_update()
    ).scalar_one_or_none()
    if offset is None:
        connection.execute(pools.insert(), {"subnet_id": subnet_id, "offset": 0})
        return 0
    return int(offset)


def _move(connection: sa.Connection, subnet_id: str, offset: int) -> None:
    pools = tables.POOLS
    connection.execute(
        pools.update().where(pools.c.subnet_id == subnet_id).values(offset=offset)
    )


def _used(connection: sa.Connection, subnet_id: str, block: range) -> set[int]:
    table = tables.ADDRESSES
    return set(
        connection.execute(
            sa.select(table.c.number).where(
                table.c.subnet_id == subnet_id,
                table.c.number.between(block.start, block.stop - 1),
            )
        ).scalars()
    )


def row(subnet: Thing, number: int, owner_id: str) -> dict[str, Any]:
    """Return the row that puts an address in use."""
    network = ipaddress.ip_network(subnet.attributes["cidr"])
    return {
        "subnet_id": subnet.id,
        "number": number,
        "owner_id": owner_id,
        "address": str(network[number + _FIRST]),
    }


def number_of(subnet: Thing, address: str) -> int:
    """Return the number of an address that somebody asks for by itself.

    :raises CloudError: when it isn't an address of the subnet.
    """
    network = ipaddress.ip_network(subnet.attributes["cidr"])
    try:
        wanted = ipaddress.ip_address(address)
    except ValueError as error:
        raise exceptions.CloudError(
            f"'{address}' is not a valid IP address.", 400
        ) from error
    number = int(wanted) - int(network.network_address) - _FIRST
    if wanted not in network or not 0 <= number < _size(subnet):
        raise exceptions.CloudError(
            f"IP address {address} is not a valid IP for the subnet {subnet.id}.", 400
        )
    return number


def check_free(connection: sa.Connection, subnet: Thing, number: int) -> None:
    """See to it that an address isn't in use.

    :raises CloudError: when it is.
    """
    if _used(connection, subnet.id, range(number, number + 1)):
        address = row(subnet, number, "")["address"]
        raise exceptions.CloudError(f"IP address {address} is already in use.", 409)


def subnet_of(picture: Picture, network_id: str) -> Thing:
    """Return the (first) subnet of a network.

    :raises CloudError: when the network has none.
    """
    for subnet in picture.of("subnet").values():
        if subnet.attributes["network_id"] == network_id:
            return subnet
    raise exceptions.CloudError(f"Network {network_id} requires a subnet.", 400)
