"""Hosts: where servers stand, whether they are up, and which zones they are in."""

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import (
    image_caches,
    placement,
    seed,
    tables,
    things,
)
from senlin_like.simulated_cloud.catalogue import Picture, Thing
from senlin_like.simulated_cloud.world import Owner, World

_VALUES: Mapping[str, tuple[str, ...]] = {
    "state": ("up", "down"),
    "status": ("enabled", "disabled"),
    "effect": ("error", "unreachable"),
}
_NEW = {"state": "up", "status": "enabled", "effect": "error"}
_SERVERS = tables.SERVERS
_NUMBERS = tables.HOST_NUMBERS
_ZONES = tables.HOST_ZONES
#: Servers that one statement asks for.
_PAGE = 1000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Service:
    """A host with the compute service on it; ``zone`` is the host's own.

    ``seen_at`` is when it was last up, in seconds since the epoch.
    """

    name: str
    number: int
    id: str
    zone: str
    state: str
    status: str
    servers: int
    seen_at: float


def list_all(world: World) -> list[dict[str, Any]]:
    """Return the hosts with their zones, state and number of live servers.

    ``zone`` is a host's own zone, ``effective_zone`` the one that it is in.
    """
    picture, numbers = world.picture, _server_numbers(world)
    return [
        {
            "name": host.name,
            **host.attributes,
            "effective_zone": placement.zone_of(picture, host),
            "servers": numbers.get(host.id, 0),
        }
        for host in picture.of("host").values()
    ]


def list_services(world: World, region: str) -> list[Service]:
    """Return the hosts of a region in the order of their numbers.

    A host keeps its number for good, also when it is taken away and comes again.
    """
    picture, now = world.picture, world.now()
    numbers, rows = _server_numbers(world), _numbered(world, picture)
    return [
        Service(
            name=host.name,
            number=rows[host.name].number,
            id=seed.fixed_id("host", host.name),
            zone=str(host.attributes["zone"]),
            state=str(host.attributes["state"]),
            status=str(host.attributes["status"]),
            servers=numbers.get(host.id, 0),
            seen_at=(
                now
                if host.attributes["state"] == "up"
                else float(rows[host.name].seen_at)
            ),
        )
        for host in sorted(
            picture.of("host").values(), key=lambda one: int(rows[one.name].number)
        )
        if placement.region_of(picture, host) == region
    ]


def set_zones(world: World, region: str, zones: Mapping[str, str]) -> None:
    """Let hosts of a region be in these zones, by name, and others in their own."""
    rows = [
        {"region": region, "host": host, "zone": zone} for host, zone in zones.items()
    ]

    def work(connection: sa.Connection) -> None:
        connection.execute(_ZONES.delete().where(_ZONES.c.region == region))
        if rows:
            connection.execute(_ZONES.insert(), rows)

    world.change(work)


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
    if known and (known.attributes["state"], attributes["state"]) == ("up", "down"):
        _go_down(world, name)
    return {"name": name, **attributes}


def _go_down(world: World, name: str) -> None:
    _numbered(world, world.picture)
    now = world.now()

    def work(connection: sa.Connection) -> None:
        connection.execute(
            _NUMBERS.update().where(_NUMBERS.c.host == name).values(seen_at=now)
        )
        image_caches.interrupt(connection, name, f"Host '{name}' went down.", now)

    world.store.transact(work)


def _server_numbers(world: World) -> dict[str, int]:
    """Return how many servers are on each host that has any."""
    now = world.now()
    query = (
        sa.select(_SERVERS.c.host, sa.func.count())
        .where(
            _SERVERS.c.host.is_not(None),
            _SERVERS.c.deleted_at.is_(None) | (_SERVERS.c.deleted_at > now),
        )
        .group_by(_SERVERS.c.host)
    )
    rows = world.store.read(lambda connection: connection.execute(query).all())
    return {row[0]: int(row[1]) for row in rows}


def _numbered(world: World, picture: Picture) -> dict[str, Any]:
    """Return number and ``seen_at`` of all hosts; those that are new get them."""
    names = {host.name for host in picture.of("host").values()}
    now = world.now()

    def read(connection: sa.Connection) -> dict[str, Any]:
        return {row.host: row for row in connection.execute(sa.select(_NUMBERS))}

    def work(connection: sa.Connection) -> dict[str, Any]:
        known = read(connection)
        last = max((row.number for row in known.values()), default=0)
        new = [
            {"number": number, "host": name, "seen_at": now}
            for number, name in enumerate(sorted(names - set(known)), last + 1)
        ]
        if new:
            connection.execute(_NUMBERS.insert(), new)
        return read(connection)

    rows = world.store.read(read)
    return rows if names <= set(rows) else world.store.transact(work)
