"""A picture of a real cloud, in the tables of the simulated one.

So the oracle's judgements apply to a real cloud as they are.
"""

import pathlib
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from senlin_like.drivers.base import NODE_MARK
from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.world import World
from tests.torture.census import Census, Server, Told

#: Whose address says that a port is plugged into a server.
_OF_SERVERS = "compute:"
_MARK = f"{NODE_MARK}="
_DRAWN = (tables.SERVERS, tables.PORTS, tables.SERVER_GROUPS, tables.JOURNAL)
_OWNER = {"project": "torture", "region": "torture"}


def blank(directory: pathlib.Path) -> World:
    """Make a world in which nothing is."""
    path = directory / "picture.db"
    path.unlink(missing_ok=True)
    return World(f"sqlite:///{path}")


def draw(world: World, census: Census) -> None:
    """Draw what a census has found, instead of what was there."""
    rows: dict[sa.Table, list[dict[str, Any]]] = {
        tables.SERVERS: [_server(one) for one in census.servers.values()],
        tables.PORTS: list(_ports(census.ports())),
        tables.SERVER_GROUPS: [_group(one) for one in census.server_groups()],
        tables.JOURNAL: list(_rebuilds(census.servers.values())),
    }

    def work(connection: sa.Connection) -> None:
        for table in _DRAWN:
            connection.execute(table.delete())
            if rows[table]:
                connection.execute(table.insert(), rows[table])

    world.store.transact(work)


def _server(server: Server) -> dict[str, Any]:
    told = server.told
    updated_at = server.created_at
    return {
        **_OWNER,
        "id": server.id,
        "user_id": told["user_id"],
        "name": told["name"],
        "node_mark": server.mark,
        "status": told["status"],
        "fault": told.get("fault", {}).get("message", ""),
        "target": told["status"],
        "target_fault": "",
        "ready_at": updated_at,
        "host": told.get("OS-EXT-SRV-ATTR:host"),
        "zone": told.get("OS-EXT-AZ:availability_zone"),
        "flavor_id": told["flavor"].get("id", ""),
        "metadata": told["metadata"],
        "security_groups": [],
        "attributes": {},
        "created_at": server.created_at,
        "updated_at": updated_at,
        "deleted_at": server.gone_at,
        "has_volumes": False,
        "is_locked": False,
    }


def _ports(found: Iterable[Told]) -> Iterator[dict[str, Any]]:
    """Draw the ports of servers, and those that were made for nodes."""
    for told in found:
        description = told.get("description") or ""
        is_marked = description.startswith(_MARK)
        if is_marked or told["device_owner"].startswith(_OF_SERVERS):
            yield {
                **_OWNER,
                "id": told["id"],
                "name": told["name"],
                "network_id": told["network_id"],
                "device_id": told["device_id"] or None,
                "node_mark": description.removeprefix(_MARK) if is_marked else None,
                "security_group_ids": [],
                "is_of_server": not is_marked,
            }


def _group(told: Told) -> dict[str, Any]:
    policies = told.get("policies") or [told.get("policy")]
    return {
        **_OWNER,
        "id": told["id"],
        "name": told["name"],
        "policy": policies[0],
        "created_at": 0.0,
    }


def _rebuilds(servers: Iterable[Server]) -> Iterator[dict[str, Any]]:
    for server in servers:
        for at in server.rebuilt_at:
            yield {
                "at": at,
                "method": "compute.rebuild",
                "project": _OWNER["project"],
                "name": server.id,
                "outcome": "done",
                "message": "",
                "duration_s": 0.0,
            }
