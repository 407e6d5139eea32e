"""Hosts: where servers stand, and whether they are up."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import tables, things
from senlin_like.simulated_cloud.catalogue import Thing
from senlin_like.simulated_cloud.world import Owner, World

_VALUES: Mapping[str, tuple[str, ...]] = {
    "state": ("up", "down"),
    "status": ("enabled", "disabled"),
    "effect": ("error", "unreachable"),
}
_NEW = {"state": "up", "status": "enabled", "effect": "error"}
_SERVERS = tables.SERVERS
#: Servers that one statement asks for.
_PAGE = 1000


def list_all(world: World) -> list[dict[str, Any]]:
    """Return the hosts with their zone, state and number of live servers."""
    servers = tables.SERVERS
    query = (
        sa.select(servers.c.host, sa.func.count())
        .where(servers.c.deleted_at.is_(None), servers.c.host.is_not(None))
        .group_by(servers.c.host)
    )
    rows = world.store.read(lambda connection: connection.execute(query).all())
    numbers = {row[0]: int(row[1]) for row in rows}
    return [
        {"name": host.name, **host.attributes, "servers": numbers.get(host.id, 0)}
        for host in world.picture.of("host").values()
    ]


def of_servers(
    world: World, owner: Owner, server_ids: Collection[str]
) -> dict[str, Thing]:
    """Return the hosts of live servers by the servers' ids.

    Takes one statement per 1,000 servers.
    """
    ids, now = list(server_ids), world.now()

    def work(connection: sa.Connection) -> list[Any]:
        rows: list[Any] = []
        for start in range(0, len(ids), _PAGE):
            rows += connection.execute(
                sa.select(
                    _SERVERS.c.id,
                    _SERVERS.c.project,
                    _SERVERS.c.region,
                    _SERVERS.c.host,
                    _SERVERS.c.deleted_at,
                ).where(_SERVERS.c.id.in_(ids[start : start + _PAGE]))
            )
        return rows

    known = world.picture.of("host")
    return {
        row.id: known[row.host]
        for row in world.store.read(work)
        if (row.project, row.region) == (owner.project, owner.region)
        and (row.deleted_at is None or row.deleted_at > now)
        and row.host in known
    }


def put(world: World, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Change a host, or make it.

    :raises Invalid: when a field is unknown or its value makes no sense.
    """
    picture = world.picture
    known = picture.of("host").get(name)
    for field, value in values.items():
        if field == "zone":
            if not isinstance(value, str) or picture.find("zone", value) is None:
                raise exceptions.Invalid(f"There is no zone '{value}'.")
        elif field not in _VALUES:
            raise exceptions.Invalid(f"A host has no field '{field}'.")
        elif value not in _VALUES[field]:
            allowed = " or ".join(_VALUES[field])
            raise exceptions.Invalid(f"The {field} of a host is {allowed}.")
    attributes = {**(known.attributes if known else _NEW), **values}
    if "zone" not in attributes:
        raise exceptions.Invalid(f"The new host '{name}' needs a zone.")
    fields = {"id": name, "name": name, "attributes": attributes}
    things.put(world, "host", fields)
    return {"name": name, **attributes}
