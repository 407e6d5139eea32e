"""Deletes a node's servers, and the ports and addresses made for them."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.profiles import base, waits
from senlin_like.profiles.nova_server import floating, ports


def delete(ask: base.Ask, options: Mapping[str, Any]) -> base.Step:
    """Delete all servers of a node, then what was made for them.

    Going by the mark costs a call, so it's done when the node's row may not
    tell everything.
    """
    memo = ask.turn.memo
    if "objects" in memo:
        return _go_on(ask, options, list(memo["objects"]), list(memo["ports"]))
    servers = [ask.node.physical_id] if ask.node.physical_id else []
    if waits.may_have_strays(ask):
        marked = ask.cloud.compute.find_marked(ask.node.id)
        servers += [server.id for server in marked if server.id not in servers]
    records = _all_ports(ask)
    for server_id in servers:
        ask.cloud.compute.delete_server(server_id, force=is_forced(options))
    if not servers:
        return _finish(ask, records)
    return _await_gone(ask, options, servers, records)


def _all_ports(ask: base.Ask) -> list[ports.Record]:
    """Return what was made for the servers, recorded or not.

    What isn't recorded comes from a creation or an update that was cut off for good.
    """
    records = ports.recorded(ask.node)
    if not (records or _wants_ports(ask) or waits.may_have_strays(ask)):
        return records
    known = {record["id"] for record in records}
    marked = ask.cloud.network.find_ports_marked(ask.node.id)
    unknown = [port.id for port in marked if port.id not in known]
    if not (unknown or floating.is_wanted(ask, records)):
        return records
    return records + floating.find_unrecorded(ask, records, unknown)


def _wants_ports(ask: base.Ask) -> bool:
    """Tell whether the profile has ports, or one that an update has begun with."""
    if ask.properties.get("networks"):
        return True
    return "networks" in waits.begun_properties(ask.node)


def is_forced(options: Mapping[str, Any]) -> bool:
    """Tell whether the options ask for a forced deletion."""
    return bool(options.get("force"))


def _await_gone(
    ask: base.Ask,
    options: Mapping[str, Any],
    servers: Sequence[str],
    records: Sequence[ports.Record],
) -> base.Again:
    """Wait until the first of the servers is gone."""
    return base.Again(
        wait=_wait(ask, options, servers[0]),
        memo={"objects": list(servers), "ports": list(records)},
    )


def _wait(ask: base.Ask, options: Mapping[str, Any], server_id: str) -> base.CloudWait:
    # A server in ERROR stays so while it's being deleted: that isn't a failure.
    # Some clouds keep for a while what is deleted, to be brought back by its owner.
    return waits.server(
        ask,
        server_id,
        clouds.GONE,
        *waits.DELETED,
        failed=(),
        timeout_s=waits.timeout_of(options, "timeout"),
    )


def _go_on(
    ask: base.Ask,
    options: Mapping[str, Any],
    servers: list[str],
    records: list[ports.Record],
) -> base.Step:
    """See whether the first server is gone, and wait for the next one."""
    wait = _wait(ask, options, servers[0])
    if not waits.is_over(ask.turn, wait):
        return _await_gone(ask, options, servers, records)
    if servers[1:]:
        return _await_gone(ask, options, servers[1:], records)
    return _finish(ask, records)


def _finish(ask: base.Ask, records: Sequence[ports.Record]) -> base.Step:
    """Remove what was made for the servers, and forget them."""
    ports.remove(ask.cloud, records)
    return base.Done(
        patch=base.NodePatch(
            clear_physical_id=True, data={ports.KEY: None, waits.LEFT_BEHIND: None}
        ),
        reason="The server is gone.",
    )


def remove_stray(ask: base.Ask, object_id: str) -> None:
    """Delete a server or a port that carries the node's mark and isn't the node's.

    :raises CloudError: when it is the node's own, or not marked.
    """
    if object_id in {port.id for port in _loose_ports(ask)}:
        ask.cloud.network.delete_port(object_id)
        return
    marked = {server.id for server in ask.cloud.compute.find_marked(ask.node.id)}
    if object_id == ask.node.physical_id or object_id not in marked:
        raise exceptions.CloudError(
            f"{object_id} isn't a stray of node {ask.node.id}.", 409
        )
    ask.cloud.compute.delete_server(object_id)


def strays(ask: base.Ask, since: float) -> list[str]:
    """Return the ids of marked servers and ports that aren't the node's.

    ``since`` is in epoch seconds; a server of unknown age isn't named. The
    servers come first, oldest first: their ports go with the next look.
    """
    found = [
        (server.created_at, server.id)
        for server in ask.cloud.compute.find_marked(ask.node.id)
        if server.id != ask.node.physical_id
        and server.created_at is not None
        and server.created_at.timestamp() >= since
    ]
    servers = [server_id for _, server_id in sorted(found)]
    return servers + [port.id for port in _loose_ports(ask)]


def _loose_ports(ask: base.Ask) -> list[objects.Port]:
    """Return marked ports that are neither recorded nor plugged into anything."""
    known = {record["id"] for record in ports.recorded(ask.node)}
    if not (known or _wants_ports(ask)):
        return []
    return [
        port
        for port in ask.cloud.network.find_ports_marked(ask.node.id)
        if port.device_id is None and port.id not in known
    ]
