"""Changes the networks of a server that exists, or puts them right."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.profiles import base, catalogue, waits
from senlin_like.profiles.nova_server import floating, ports

LOG = logging.getLogger(__name__)


def change(
    names: catalogue.Names,
    ask: base.Ask,
    new: Mapping[str, Any],
    server: objects.Server,
) -> list[ports.Record]:
    """Plug and unplug until the server has the new networks; return the records.

    Entries that stay the same keep their ports; where only the security
    groups differ the port gets others.

    :raises CloudError: when the cloud refuses, or when nothing is recorded of
        a port that has to go.
    """
    records = told = ports.recorded(ask.node)
    if ask.turn.is_retry or "networks" in waits.begun_properties(ask.node):
        records = _put_right(ask, server, records)
    kept, missing = _sort_out(records, ports.entries_of(new))
    kept_ids = {record["id"] for record in kept}
    surplus = [record for record in records if record["id"] not in kept_ids]
    surplus += _unrecorded(ask, ports.entries_of(new), told)
    for record in kept:
        _change_groups(names, ask.cloud, record)
    for record in surplus:
        ask.cloud.compute.detach_port(server.id, record["id"])
        ports.remove(ask.cloud, [record])
    return kept + _add(names, ask, server.id, missing)


def settle(names: catalogue.Names, ask: base.Ask, server_id: str) -> list[ports.Record]:
    """Put right the ports of a server that another try made; return the records.

    Before the server runs nobody can tell which ports are its own: a cloud may
    plug them while it builds. Now marked ports that are plugged into nothing
    were made by a try whose server never came, and go; a port that was taken
    from the server before it was known is made again.

    :raises CloudError: when the cloud refuses.
    """
    known = {record["id"]: record for record in ports.recorded(ask.node)}
    marked = ask.cloud.network.find_ports_marked(ask.node.id)
    for port in marked:
        if port.device_id is None:
            LOG.warning("Removing port %s: server %s has others.", port.id, server_id)
            unused = known.get(port.id) or {"id": port.id, "remove": True}
            ports.remove(ask.cloud, [unused])
    own = [port for port in marked if port.device_id == server_id]
    records, missing = ports.match(names, ask, ports.entries_of(ask.properties), own)
    for record in records:
        if known.get(record["id"], {}).get("floating"):
            record["floating"] = known[record["id"]]["floating"]
    return records + _add(names, ask, server_id, missing)


def _sort_out(
    records: Sequence[ports.Record], entries: Sequence[ports.Record]
) -> tuple[list[ports.Record], list[ports.Record]]:
    """Find the records that stay, with their new entries, and what is missing."""
    free = list(records)
    kept: list[ports.Record] = []
    missing: list[ports.Record] = []
    for entry in entries:
        record = next((one for one in free if one.get("entry") == entry), None)
        if record is None:
            record = next((one for one in free if _is_like(one, entry)), None)
        if record is None:
            missing.append(entry)
        else:
            free.remove(record)
            kept.append({**record, "wanted": entry})
    return kept, missing


def _is_like(record: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Tell whether a record's entry differs by its security groups at most."""
    return _without_groups(record.get("entry") or {}) == _without_groups(entry)


def _without_groups(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "security_groups"}


def _change_groups(
    names: catalogue.Names, cloud: clouds.Cloud, record: ports.Record
) -> None:
    """Give a port that stays the security groups of its new entry."""
    entry = record.pop("wanted")
    if entry == record["entry"]:
        return
    groups = [
        names.security_group(group) for group in entry.get("security_groups") or ()
    ]
    cloud.network.update_port(record["id"], security_group_ids=groups)
    record["security_group_ids"] = groups
    record["entry"] = dict(entry)


def _unrecorded(
    ask: base.Ask, entries: Sequence[ports.Record], records: Sequence[ports.Record]
) -> list[ports.Record]:
    """Find the ports of former entries that have no record and have to go.

    :raises CloudError: when one can't be found.
    """
    known = [record.get("entry") for record in records]
    found = []
    for entry in ports.entries_of(ask.properties):
        if entry in known or entry in entries:
            continue
        if not entry.get("port"):
            raise exceptions.CloudError(
                f"The server can't be taken off network '{entry.get('network')}': "
                "nothing is recorded of its port.",
                409,
            )
        port = ask.cloud.network.find_port(entry["port"])
        found.append({"id": port.id, "remove": False, "entry": entry})
    return found


def _add(
    names: catalogue.Names,
    ask: base.Ask,
    server_id: str,
    entries: Sequence[ports.Record],
) -> list[ports.Record]:
    """Make and plug the ports of new entries, all or none.

    :raises CloudError: when the cloud refuses.
    """
    made: list[ports.Record] = []
    try:
        for entry in entries:
            record = ports.make_port(names, ask, entry, server_id)
            made.append(record)
            ask.cloud.compute.attach_port(server_id, record["id"])
        floating.add_missing(names, ask, made)
    except (exceptions.CloudBusy, exceptions.CloudUnsure):
        raise
    except exceptions.CloudError:
        _take_back(ask.cloud, server_id, made)
        raise
    return made


def _take_back(
    cloud: clouds.Cloud, server_id: str, made: Sequence[ports.Record]
) -> None:
    """Unplug and remove what was added, as far as the cloud lets it."""
    try:
        for record in made:
            cloud.compute.detach_port(server_id, record["id"])
    except exceptions.CloudError as error:
        LOG.warning("Server %s keeps a port: %s", server_id, error.message)
    ports.clean_up(cloud, made)


def _put_right(
    ask: base.Ask,
    server: objects.Server,
    records: Sequence[ports.Record],
) -> list[ports.Record]:
    """Make records and ports agree after a try that was cut off, or has failed.

    Ports that aren't recorded go, and so do records of ports that the server
    hasn't any more. Returns the records that are left.
    """
    marked = ask.cloud.network.find_ports_marked(ask.node.id)
    known = {record["id"] for record in records}
    _drop_unrecorded(ask, server, [one for one in marked if one.id not in known])
    plugged = {port.id for port in marked if port.device_id == server.id}
    kept = []
    for record in records:
        if record["id"] in plugged or _is_plugged(ask, server, record):
            kept.append(record)
        else:
            ports.remove(ask.cloud, [record])
    return kept


def _is_plugged(
    ask: base.Ask, server: objects.Server, record: Mapping[str, Any]
) -> bool:
    """Tell whether a server has a port of the user's."""
    if record.get("remove"):
        return False
    try:
        return ask.cloud.network.find_port(record["id"]).device_id == server.id
    except exceptions.CloudNotFound:
        return False


def _drop_unrecorded(
    ask: base.Ask, server: objects.Server, strays: Sequence[objects.Port]
) -> None:
    """Remove the ports that a cut-off try has made, with their addresses."""
    if not strays:
        return
    addresses = floating.made_before(ask)
    for port in strays:
        if port.id in addresses:
            ask.cloud.network.delete_floating_ip(addresses[port.id].id)
        ask.cloud.compute.detach_port(server.id, port.id)
        ask.cloud.network.delete_port(port.id)
