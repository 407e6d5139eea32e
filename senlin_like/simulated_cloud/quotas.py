"""How much a project may have; without limits unless a setting gives some."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import catalogue, tables
from senlin_like.simulated_cloud.catalogue import Picture
from senlin_like.simulated_cloud.world import Owner

#: What can be limited.
NAMES = (
    "instances",
    "cores",
    "server_groups",
    "server_group_members",
    "loadbalancers",
    "listeners",
    "pools",
    "healthmonitors",
    "members",
)


def limits(picture: Picture, project: str) -> Mapping[str, int]:
    """Return the limits of a project: its own over those for everybody."""
    quotas = picture.settings["quotas"]
    return {**quotas.get("*", {}), **quotas.get(project, {})}


def check(
    connection: sa.Connection,
    picture: Picture,
    owner: Owner,
    flavor_id: str,
    now: float,
) -> None:
    """See to it that one more server of this flavor fits.

    Servers that are being deleted count until they are gone.

    :raises CloudError: when it doesn't.
    """
    allowed = limits(picture, owner.project)
    if not allowed.keys() & {"instances", "cores"}:
        return
    servers = tables.SERVERS
    _queue_up(connection)
    rows = connection.execute(
        sa.select(servers.c.flavor_id, sa.func.count())
        .where(
            servers.c.project == owner.project,
            servers.c.deleted_at.is_(None) | (servers.c.deleted_at > now),
        )
        .group_by(servers.c.flavor_id)
    ).all()
    flavors = picture.of("flavor")

    def cores_of(identity: str) -> int:
        flavor = flavors.get(identity)
        return int(flavor.attributes["vcpus"]) if flavor else 0

    used = {
        "instances": sum(number for _, number in rows),
        "cores": sum(cores_of(identity) * number for identity, number in rows),
    }
    asked = {"instances": 1, "cores": cores_of(flavor_id)}
    for what in ("cores", "instances"):
        _compare(allowed, what, used[what], asked[what])


def check_count(
    connection: sa.Connection,
    picture: Picture,
    owner: Owner,
    what: str,
    used: sa.Select[Any],
    asked: int = 1,
) -> None:
    """See to it that more of something fits; ``used`` counts what there is.

    :raises CloudError: when it doesn't.
    """
    allowed = limits(picture, owner.project)
    if what not in allowed:
        return
    _queue_up(connection)
    _compare(allowed, what, int(connection.execute(used).scalar_one()), asked)


def _queue_up(connection: sa.Connection) -> None:
    """Go on one at a time, or two could take the last place."""
    settings = tables.SETTINGS
    connection.execute(
        sa.select(settings.c.name)
        .where(settings.c.name == catalogue.VERSION)
        .with_for_update()
    )


def _compare(allowed: Mapping[str, int], what: str, used: int, asked: int) -> None:
    limit = allowed.get(what)
    if limit is not None and used + asked > limit:
        raise exceptions.CloudError(
            f"Quota exceeded for {what}: Requested {asked}, but already "
            f"used {used} of {limit} {what}",
            403,
        )
