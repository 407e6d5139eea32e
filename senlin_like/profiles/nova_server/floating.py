"""Public addresses that lead to a server's ports.

They are made when the server is there: then an address that a cut-off try has
made, but not recorded, is seen among the server's addresses. There is no
other mark on them.
"""

import logging
from collections.abc import Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.profiles import base, catalogue, waits
from senlin_like.profiles.nova_server import ports

LOG = logging.getLogger(__name__)


def add_missing(
    names: catalogue.Names,
    ask: base.Ask,
    server_id: str,
    records: Sequence[ports.Record],
) -> bool:
    """Lead public addresses to the ports that want one and have none.

    The records are completed in place; the answer is whether any was.

    :raises CloudError: when an address is wanted that something else uses, or
        that doesn't exist and that no network is named for.
    """
    lacking = _lacking(records)
    if not lacking:
        return False
    _add_all(names, ask, server_id, lacking)
    return True


def _add_all(
    names: catalogue.Names,
    ask: base.Ask,
    server_id: str,
    lacking: Sequence[ports.Record],
) -> None:
    """Complete records with addresses, those of a cut-off try first."""
    made = made_before(ask, server_id) if ask.turn.is_retry else {}
    for record in lacking:
        former = made.get(record["id"])
        if former is not None and not record["entry"].get("floating_ip"):
            record["floating"] = _record(former, remove=True)
        else:
            _add(names, ask, record)


def complete(ask: base.Ask, server_id: str, records: Sequence[ports.Record]) -> None:
    """Find what addresses a cut-off try has made, and record them in place."""
    lacking = _lacking(records)
    if not lacking:
        return
    try:
        made = made_before(ask, server_id)
    except exceptions.CloudNotFound:
        return
    for record in lacking:
        former = made.get(record["id"])
        if former is not None:
            is_ours = not record["entry"].get("floating_ip")
            record["floating"] = _record(former, remove=is_ours)


def records_of(
    ask: base.Ask, server_id: str | None, port_ids: Sequence[str]
) -> list[ports.Record]:
    """Make up the records of our ports that have none, with their addresses.

    Addresses that the user has named may be the user's own: they are let go.
    """
    named = set(waits.begun_addresses(ask.node))
    made: dict[str, objects.FloatingIp] = {}
    if port_ids and server_id is not None:
        try:
            made = made_before(ask, server_id)
        except exceptions.CloudNotFound:
            LOG.info("Server %s is gone, and what is known of its ports.", server_id)
    records: list[ports.Record] = []
    for port_id in port_ids:
        record: ports.Record = {"id": port_id, "remove": True}
        if port_id in made:
            is_ours = made[port_id].address not in named
            record["floating"] = _record(made[port_id], remove=is_ours)
        records.append(record)
    return records


def made_before(ask: base.Ask, server_id: str) -> dict[str, objects.FloatingIp]:
    """Find the public addresses that a server has, by the ids of their ports."""
    server = ask.cloud.compute.get_server(server_id)
    found: dict[str, objects.FloatingIp] = {}
    for addresses in server.addresses.values():
        for address in addresses:
            if address.get("OS-EXT-IPS:type") != "floating":
                continue
            public = ask.cloud.network.find_floating_ip(str(address["addr"]))
            if public is not None and public.port_id is not None:
                found[public.port_id] = public
    return found


def _lacking(records: Sequence[ports.Record]) -> list[ports.Record]:
    """Pick the records whose entries want an address that isn't recorded."""
    return [
        record
        for record in records
        if not record.get("floating")
        and any(
            (record.get("entry") or {}).get(key)
            for key in ("floating_ip", "floating_network")
        )
    ]


def _add(names: catalogue.Names, ask: base.Ask, record: ports.Record) -> None:
    """Lead the address that a record's entry asks for to its port."""
    cloud = ask.cloud
    wanted = record["entry"].get("floating_ip")
    network = record["entry"].get("floating_network")
    existing = cloud.network.find_floating_ip(wanted) if wanted else None
    if existing is not None:
        if existing.port_id != record["id"]:
            _refuse_used(ask, existing)
            cloud.network.associate_floating_ip(existing.id, record["id"])
        # An address named by the user may be the user's own: it stays.
        record["floating"] = _record(existing, remove=False)
        return
    if not network:
        raise exceptions.CloudError("Must specify a network to create floating IP", 400)
    made = cloud.network.create_floating_ip(
        names.network(network), port_id=record["id"], address=wanted
    )
    record["floating"] = _record(made, remove=True)


def _refuse_used(ask: base.Ask, address: objects.FloatingIp) -> None:
    """See to it that an address leads nowhere, or to a port of the node's own.

    :raises CloudError: when it leads to somebody else's port.
    """
    if address.port_id is None:
        return
    marked = ask.cloud.network.find_ports_marked(ask.node.id)
    if address.port_id not in {port.id for port in marked}:
        raise exceptions.CloudError(
            f"The floating IP {address.address} has been used: it leads to another "
            "port.",
            409,
        )


def _record(address: objects.FloatingIp, *, remove: bool) -> dict[str, Any]:
    return {
        "id": address.id,
        "floating_ip_address": address.address,
        "floating_network_id": address.network_id,
        "remove": remove,
    }
