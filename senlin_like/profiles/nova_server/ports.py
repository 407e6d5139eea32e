"""Ports and public addresses that are made for a server, and their records.

Each entry of the property ``networks`` becomes a port. What is recorded of it
in ``node.data["internal_ports"]`` tells what has to be removed later:
``{id, network_id, security_group_ids, fixed_ips, remove, floating, entry}``,
where ``floating`` is ``{id, floating_ip_address, floating_network_id,
remove}``, ``remove`` is True for what was made here, and ``entry`` is the
entry of ``networks`` that the port stands for.
"""

import ipaddress
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.profiles import base, catalogue

LOG = logging.getLogger(__name__)

#: Key of the records in the node's ``data``.
KEY = "internal_ports"

Record = dict[str, Any]


def recorded(node: base.NodeFacts) -> list[Record]:
    """Return what is recorded of a node's ports."""
    return [dict(record) for record in node.data.get(KEY) or ()]


def entries_of(properties: Mapping[str, Any]) -> list[Record]:
    """Return the wanted networks, each without the keys that say nothing.

    Groups of the whole server are those of each port that names none: a cloud
    doesn't apply them to ports that it is given.
    """
    entries = []
    for wanted in properties.get("networks") or ():
        entry = {key: value for key, value in wanted.items() if value is not None}
        if properties.get("security_groups") and not entry.get("port"):
            entry.setdefault("security_groups", properties["security_groups"])
        entries.append(entry)
    return entries


def make_all(
    names: catalogue.Names,
    ask: base.Ask,
    entries: Sequence[Mapping[str, Any]],
) -> list[Record]:
    """Make the ports of some entries, or none of them.

    :raises CloudBusy: when a call has to be asked again later, or
    :raises CloudUnsure: when one broke off: some ports may have been made.
    :raises CloudError: when the cloud refuses one; none is left.
    """
    records: list[Record] = []
    try:
        for entry in entries:
            records.append(make_port(names, ask, entry))
    except (exceptions.CloudBusy, exceptions.CloudUnsure):
        raise
    except exceptions.CloudError:
        clean_up(ask.cloud, records)
        raise
    return records


def make_port(
    names: catalogue.Names,
    ask: base.Ask,
    entry: Mapping[str, Any],
    server_id: str | None = None,
) -> Record:
    """Make the port of one entry, or take the existing port that it names.

    :raises CloudError: when something else than the server has that port.
    """
    cloud = ask.cloud
    groups = [
        names.security_group(group) for group in entry.get("security_groups") or ()
    ]
    if entry.get("port"):
        port = cloud.network.find_port(entry["port"])
        if port.device_id not in (None, server_id):
            raise exceptions.CloudError(f"Port {port.id} is still in use.", 409)
        if groups:
            cloud.network.update_port(port.id, security_group_ids=groups)
    else:
        port = cloud.network.create_port(
            names.network(entry["network"]),
            node_id=ask.node.id,
            fixed_ips=fixed_ips(names, entry),
            security_group_ids=groups or None,
            vnic_type=entry.get("vnic_type"),
        )
    return _record(port, entry, groups or list(port.security_group_ids))


def fixed_ips(names: catalogue.Names, entry: Mapping[str, Any]) -> list[dict[str, str]]:
    """Say in Neutron's words which address a port is to have."""
    address: dict[str, str] = {}
    if entry.get("fixed_ip"):
        address["ip_address"] = entry["fixed_ip"]
    if entry.get("subnet"):
        address["subnet_id"] = names.subnet(entry["subnet"])
    return [address] if address else []


def match(
    names: catalogue.Names,
    ask: base.Ask,
    entries: Sequence[Mapping[str, Any]],
    marked: Iterable[objects.Port],
) -> tuple[list[Record], list[Record]]:
    """Work out the records of ports that a cut-off try has made and plugged.

    ``marked`` are the ports that may be taken, the best ones first. The answer
    is the records, and the entries that there is no port for.
    """
    free = list(marked)
    named = {address for entry in entries for address in _wanted(entry)}
    records: list[Record] = []
    missing: list[Record] = []
    for entry in entries:
        if entry.get("port"):
            port = ask.cloud.network.find_port(entry["port"])
        else:
            network_id = names.network(entry["network"])
            fitting = [
                one
                for one in free
                if one.network_id == network_id
                and _addresses(one) & named == _wanted(entry)
            ]
            if not fitting:
                missing.append(dict(entry))
                continue
            port = fitting[0]
            free.remove(port)
        records.append(_record(port, entry, list(port.security_group_ids)))
    return records, missing


def _addresses(port: objects.Port) -> set[str]:
    return {_plain(address.get("ip_address", "")) for address in port.fixed_ips}


def _wanted(entry: Mapping[str, Any]) -> set[str]:
    return {_plain(entry["fixed_ip"])} if entry.get("fixed_ip") else set()


def _plain(address: str) -> str:
    """Write an address the way that a cloud shows it; IPv6 has several."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address


def _record(port: objects.Port, entry: Mapping[str, Any], groups: list[str]) -> Record:
    return {
        "id": port.id,
        "network_id": port.network_id,
        "security_group_ids": groups,
        "fixed_ips": [dict(address) for address in port.fixed_ips],
        "remove": not entry.get("port"),
        "entry": dict(entry),
    }


def remove(cloud: clouds.Cloud, records: Iterable[Mapping[str, Any]]) -> None:
    """Remove the ports and addresses that were made here; gone ones don't matter.

    :raises CloudError: when the cloud refuses.
    """
    for record in records:
        floating = record.get("floating") or {}
        if floating.get("remove"):
            cloud.network.delete_floating_ip(floating["id"])
        elif floating.get("id"):
            _release(cloud, record["id"], floating)
        if record.get("remove"):
            cloud.network.delete_port(record["id"])


def _release(cloud: clouds.Cloud, port_id: str, floating: Mapping[str, Any]) -> None:
    """Lead an address of the user's to nowhere, if it still leads to the port."""
    address = str(floating["floating_ip_address"])
    found = cloud.network.find_floating_ip(address)
    if found is None or (found.id, found.port_id) != (floating["id"], port_id):
        LOG.info("Floating IP %s leads elsewhere already.", floating["id"])
        return
    try:
        cloud.network.associate_floating_ip(found.id, None)
    except exceptions.CloudNotFound:
        LOG.info("Floating IP %s is gone already.", found.id)


def remove_marked(
    cloud: clouds.Cloud, node_id: str, keep: Iterable[str] = ()
) -> list[str]:
    """Remove the ports that carry a node's mark; return their ids."""
    kept = set(keep)
    ids = [
        port.id
        for port in cloud.network.find_ports_marked(node_id)
        if port.id not in kept
    ]
    for port_id in ids:
        cloud.network.delete_port(port_id)
    return ids


def clean_up(cloud: clouds.Cloud, records: Iterable[Mapping[str, Any]]) -> None:
    """Remove what was made for a server that can't be made, as far as possible.

    What can't be removed now carries the node's mark and is found when the
    node is deleted; the error that led here is the one to be told.
    """
    try:
        remove(cloud, records)
    except exceptions.CloudError as error:
        LOG.warning("Ports of a failed server are left: %s", error.message)
