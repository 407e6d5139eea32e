"""A picture of what all projects share: catalogue, settings and fault rules.

A process keeps its picture and asks once per second at most whether a newer
one exists: a change bumps the setting ``version``.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import seed, tables
from senlin_like.simulated_cloud.faults import Rule

VERSION = "version"

#: Settings that anybody may change at run time, with their defaults.
DEFAULTS: Mapping[str, Any] = {
    "build_seconds": 0.0,
    "build_jitter": 0.0,
    "delete_seconds": 0.0,
    "operation_seconds": 0.0,
    "stack_seconds": 0.0,
    "container_seconds": 0.0,
    # Making and deleting a load balancer, and changing anything of it.
    "load_balancer_seconds": 0.0,
    "load_balancer_change_seconds": 0.0,
    # Bringing an image to a host, and the share of build_seconds that a server
    # takes on a host where its image is.
    "cache_seconds": 0.0,
    "cached_build_share": 0.4,
    "seed": 0,
    "journal": False,
    # Added to the clock, so that hours pass at once.
    "clock_offset_s": 0.0,
    # Project id or "*" → {"instances": n, …}; quotas.NAMES has all names.
    "quotas": {},
}

#: Words for people where they differ from the kind's own name.
_WORDS = {
    "keypair": "key pair",
    "load_balancer_flavor": "load balancer flavor",
    "security_group": "security group",
    "volume_type": "volume type",
    "zone": "availability zone",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Thing:
    """One entry of the catalogue."""

    kind: str
    id: str
    name: str
    attributes: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Picture:
    """Everything shared, as it was at one version.

    ``host_zones``: the zones that aggregates give hosts, by region and name.
    """

    version: int
    settings: Mapping[str, Any]
    rules: tuple[Rule, ...]
    things: Mapping[str, Mapping[str, Thing]]
    host_zones: Mapping[tuple[str, str], str]

    def of(self, kind: str) -> Mapping[str, Thing]:
        """Return all things of a kind by id."""
        return self.things.get(kind, {})

    def find(self, kind: str, identity: str) -> Thing | None:
        """Return a thing by id or else by name."""
        of_kind = self.of(kind)
        thing = of_kind.get(identity)
        if thing is not None:
            return thing
        for other in of_kind.values():
            if other.name == identity:
                return other
        return None

    def get(self, kind: str, identity: str) -> Thing:
        """Return a thing by id or else by name.

        :raises CloudNotFound: when there is none.
        """
        thing = self.find(kind, identity)
        if thing is None:
            raise exceptions.CloudNotFound(_WORDS.get(kind, kind), identity)
        return thing


def read_version(connection: sa.Connection) -> int | None:
    """Return the version of what is stored; None in a new database."""
    value = connection.execute(
        sa.select(tables.SETTINGS.c.value).where(tables.SETTINGS.c.name == VERSION)
    ).scalar_one_or_none()
    return None if value is None else int(value)


def bump(connection: sa.Connection) -> None:
    """Tell all processes that their pictures are old.

    The row is locked first: changes of the shared things happen one by one.
    """
    settings = tables.SETTINGS
    version = connection.execute(
        sa.select(settings.c.value).where(settings.c.name == VERSION).with_for_update()
    ).scalar_one()
    connection.execute(
        settings.update().where(settings.c.name == VERSION).values(value=version + 1)
    )


def plant(connection: sa.Connection) -> None:
    """Fill a new database; one that has content stays as it is."""
    if read_version(connection) is not None:
        return
    connection.execute(tables.SETTINGS.insert(), {"name": VERSION, "value": 1})
    fill(connection)


def fill(connection: sa.Connection) -> None:
    """Put what a new cloud contains into an empty catalogue."""
    connection.execute(
        tables.CATALOGUE.insert(),
        [
            {"kind": kind, "id": identity, "name": name, "attributes": attributes}
            for kind, identity, name, attributes in seed.items()
        ],
    )


def take_picture(connection: sa.Connection, defaults: Mapping[str, Any]) -> Picture:
    """Read everything that is shared."""
    # The version first: a change in between makes the picture look too old,
    # never too new.
    version = read_version(connection) or 0
    stored = {
        row.name: row.value
        for row in connection.execute(sa.select(tables.SETTINGS))
        if row.name != VERSION
    }
    rules = tuple(
        Rule.from_stored(row.id, row.rule)
        for row in connection.execute(
            sa.select(tables.FAULTS).order_by(tables.FAULTS.c.id)
        )
    )
    things: dict[str, dict[str, Thing]] = {}
    for row in connection.execute(
        sa.select(tables.CATALOGUE).order_by(tables.CATALOGUE.c.id)
    ):
        thing = Thing(
            kind=row.kind, id=row.id, name=row.name, attributes=row.attributes
        )
        things.setdefault(row.kind, {})[row.id] = thing
    host_zones = {
        (row.region, row.host): row.zone
        for row in connection.execute(sa.select(tables.HOST_ZONES))
    }
    return Picture(
        version=version,
        settings={**DEFAULTS, **defaults, **stored},
        rules=rules,
        things=things,
        host_zones=host_zones,
    )
