"""Public addresses that lead to a server's ports.

Those that are made here carry the node's mark, by which one that a cut-off try has
made, but not recorded, is found. Others are the user's own.
"""

from collections.abc import Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.profiles import base, catalogue, waits
from senlin_like.profiles.nova_server import ports

#: What an entry of ``networks`` says when it wants a public address.
_KEYS = ("floating_ip", "floating_network")


def add_missing(
    names: catalogue.Names, ask: base.Ask, records: Sequence[ports.Record]
) -> bool:
    """Lead public addresses to the ports that want one and have none.

    The records are completed in place, those of a cut-off try first; the answer is
    whether any was.

    :raises CloudError: when an address is wanted that something else uses, or
        that doesn't exist and that no network is named for.
    """
    lacking = _lacking(records)
    if not lacking:
        return False
    made = made_before(ask) if ask.turn.is_retry else {}
    for record in lacking:
        if record["id"] in made:
            record["floating"] = _record(made[record["id"]], remove=True)
        else:
            _add(names, ask, record)
    return True


def is_wanted(ask: base.Ask, records: Sequence[ports.Record]) -> bool:
    """Tell whether the node may have public addresses."""
    entries = ports.entries_of(ask.properties)
    entries += [record.get("entry") or {} for record in records]
    if "networks" in waits.begun_properties(ask.node):
        return True
    return any(entry.get(key) for entry in entries for key in _KEYS)


def find_unrecorded(
    ask: base.Ask, records: Sequence[ports.Record], port_ids: Sequence[str]
) -> list[ports.Record]:
    """Find the node's addresses that aren't recorded: a cut-off try has made them.

    The records of their ports are completed in place. Returned are records for the
    ports ``port_ids``, which have none, and for addresses that lead nowhere. What
    leads to somebody else's port isn't ours any more.
    """
    marked = ask.cloud.network.find_floating_ips_marked(ask.node.id)
    known = {(record.get("floating") or {}).get("id") for record in records}
    loose = [one for one in marked if one.id not in known]
    by_port = {one.port_id: _record(one, remove=True) for one in loose if one.port_id}
    for record in records:
        if record["id"] in by_port and not record.get("floating"):
            record["floating"] = by_port[record["id"]]
    found: list[ports.Record] = [
        {"id": port_id, "remove": True, "floating": by_port.get(port_id)}
        for port_id in port_ids
    ]
    return found + [
        {"id": None, "remove": False, "floating": _record(one, remove=True)}
        for one in loose
        if one.port_id is None
    ]


def made_before(ask: base.Ask) -> dict[str, objects.FloatingIp]:
    """Find the public addresses made for a node, by the ids of their ports."""
    marked = ask.cloud.network.find_floating_ips_marked(ask.node.id)
    return {one.port_id: one for one in marked if one.port_id is not None}


def _lacking(records: Sequence[ports.Record]) -> list[ports.Record]:
    """Pick the records whose entries want an address that isn't recorded."""
    return [
        record
        for record in records
        if not record.get("floating")
        and any((record.get("entry") or {}).get(key) for key in _KEYS)
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
        names.network(network),
        port_id=record["id"],
        node_id=ask.node.id,
        address=wanted,
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
