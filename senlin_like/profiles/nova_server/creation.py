"""Makes a node's server, exactly one, however often it is tried."""

import dataclasses
import datetime
import logging
from collections.abc import Collection, Sequence

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.profiles import base, catalogue, waits
from senlin_like.profiles.nova_server import floating, interfaces, ports, request

LOG = logging.getLogger(__name__)

#: Key in the memo of a server whose ports aren't known for sure.
_ADOPTED = "adopted"


def create(
    names: catalogue.Names, ask: base.Ask, former: Collection[str] = ()
) -> base.Step:
    """Make the server of a node, or go on with the one that is being made.

    ``former`` are ids of servers that carry the mark, but are given up.

    :raises CloudError: when the server can't be made, with the cloud's reason.
    """
    server_id = ask.turn.memo.get("server")
    if server_id is not None:
        return _await_active(names, ask, server_id)
    if ask.turn.is_retry or ask.node.physical_id or former:
        server = _find_own(ask, former)
        if server is not None:
            return _adopt(names, ask, server)
        # Ports that an earlier try made belong to no record: start clean.
        if ask.properties.get("networks"):
            _drop_ports(ask)
    return _start(names, ask, former)


def _start(names: catalogue.Names, ask: base.Ask, former: Collection[str]) -> base.Step:
    """Make the ports and ask for the server."""
    records: list[ports.Record] = []
    try:
        records = ports.make_all(names, ask, ports.entries_of(ask.properties))
        server = ask.cloud.compute.create_server(
            request.build(names, ask, [record["id"] for record in records])
        )
    except exceptions.CloudBusy:
        raise
    except exceptions.CloudError as error:
        if not isinstance(error, exceptions.CloudUnsure):
            ports.clean_up(ask.cloud, records)
        if isinstance(error, exceptions.CloudNotFound):
            names.forget()
        found = _find_late(ask, former, error)
        if found is not None:
            return _adopt(names, ask, found)
        if _has_late_ports(ask, error):
            raise exceptions.CloudBusy(error.message) from error
        raise
    return _building(ask, server, records)


def _find_late(
    ask: base.Ask, former: Collection[str], error: exceptions.CloudError
) -> objects.Server | None:
    """Find the server that came though no answer, or a refusal, did.

    What an earlier try asked for may come late, and take the last place, an
    address or a port of the user's. Then this try is refused.
    """
    if isinstance(error, exceptions.CloudUnsure) or ask.turn.is_retry:
        return _find_own(ask, former)
    return None


def _has_late_ports(ask: base.Ask, error: exceptions.CloudError) -> bool:
    """Remove ports that came late; tell whether there were any.

    They may have been in the way, by their fixed addresses or a quota.
    """
    if isinstance(error, exceptions.CloudUnsure) or not ask.turn.is_retry:
        return False
    if not ask.properties.get("networks"):
        return False
    return bool(ports.remove_marked(ask.cloud, ask.node.id))


def _building(
    ask: base.Ask, server: objects.Server, records: Sequence[ports.Record]
) -> base.Again:
    """Record what was made, and wait until it runs."""
    LOG.info("Node %s has server %s", ask.node.id, server.id)
    data: dict[str, object] = {}
    if records or ports.recorded(ask.node):
        data[ports.KEY] = list(records) or None
    if waits.UPDATE_BEGUN in ask.node.data:
        data[waits.UPDATE_BEGUN] = None
    zone = server.zone or request.zone(ask)
    placement = request.placement(ask.node)
    if zone and not placement.get("zone"):
        data["placement"] = {**placement, "zone": zone}
    return base.Again(
        wait=_wait(ask, server.id),
        memo={"server": server.id},
        patch=base.NodePatch(physical_id=server.id, data=data),
    )


def _wait(ask: base.Ask, server_id: str) -> base.CloudWait:
    return waits.server(ask, server_id, "ACTIVE")


def _await_active(names: catalogue.Names, ask: base.Ask, server_id: str) -> base.Step:
    """See whether the server runs.

    :raises CloudError: when it has failed to build.
    """
    wait = _wait(ask, server_id)
    if not waits.is_over(ask.turn, wait):
        return base.Again(wait=wait, memo=dict(ask.turn.memo))
    seen = ask.turn.seen
    if seen is not None and seen.status == "ERROR" and not seen.reason:
        fault = ask.cloud.compute.get_server(server_id).fault
        raise exceptions.CloudError(
            waits.describe(f"Building server {server_id}", "ERROR", fault)
        )
    waits.refuse_failure(ask.turn, wait, f"Building server {server_id}")
    records = ports.recorded(ask.node)
    is_settled = not ask.turn.memo.get(_ADOPTED)
    if not is_settled:
        records = interfaces.settle(names, ask, server_id)
    has_more = floating.add_missing(names, ask, records)
    is_changed = has_more or not is_settled
    return base.Done(
        patch=base.NodePatch(data={ports.KEY: records} if is_changed else {}),
        reason=f"Server {server_id} is ACTIVE.",
    )


def _find_own(ask: base.Ask, former: Collection[str]) -> objects.Server | None:
    """Find the server that an earlier try has made; delete any second one.

    The one that the node knows goes first, then the oldest.
    """
    found = [
        server
        for server in ask.cloud.compute.find_marked(ask.node.id)
        if server.id not in former and server.status not in waits.DELETED
    ]
    found.sort(
        key=lambda server: (
            server.id != ask.node.physical_id,
            server.created_at or datetime.datetime.max.replace(tzinfo=datetime.UTC),
            server.id,
        )
    )
    for extra in found[1:]:
        LOG.warning("Deleting server %s: node %s has one.", extra.id, ask.node.id)
        ask.cloud.compute.delete_server(extra.id)
    return found[0] if found else None


def _adopt(names: catalogue.Names, ask: base.Ask, server: objects.Server) -> base.Step:
    """Go on with the server of an earlier try, and record its ports.

    Which ones these are is sure only when it runs: see ``interfaces.settle``.
    """
    records = ports.recorded(ask.node)
    if records and server.id != ask.node.physical_id:
        # They were made for a server that is gone or given up.
        ports.remove(ask.cloud, records)
        records = []
    entries = ports.entries_of(ask.properties)
    if entries and not records:
        marked = ask.cloud.network.find_ports_marked(ask.node.id)
        marked.sort(key=lambda port: port.device_id != server.id)
        records, _missing = ports.match(names, ask, entries, marked)
    step = _building(ask, server, records)
    memo = {**step.memo, _ADOPTED: True} if entries else step.memo
    return dataclasses.replace(step, memo=memo)


def _drop_ports(ask: base.Ask) -> None:
    """Remove what ports an earlier try has left."""
    ports.remove(ask.cloud, ports.recorded(ask.node))
    ports.remove_marked(ask.cloud, ask.node.id)
