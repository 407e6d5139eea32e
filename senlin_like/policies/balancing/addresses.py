"""Which address of a server is its member's."""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.drivers import objects


def choose(
    addresses: Mapping[str, Sequence[Mapping[str, Any]]], subnet: objects.Subnet
) -> str | None:
    """Return a server's address in the network of a subnet, None without one.

    ``addresses`` as Nova shows them, by network name. It is the first one of
    the subnet's IP version, as in Senlin; where a network has several subnets,
    one that is in this subnet goes first, and public ones go last.
    """
    network = ipaddress.ip_network(subnet.cidr, strict=False)
    found = [
        (
            one.get("OS-EXT-IPS:type") == "floating",
            ipaddress.ip_address(one["addr"]) not in network,
            order,
            str(one["addr"]),
        )
        for order, one in enumerate(addresses.get(subnet.network_name, ()))
        if one.get("version") == subnet.ip_version
    ]
    return min(found)[-1] if found else None
