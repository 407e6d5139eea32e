"""Server groups: servers that share a host, or that don't."""

import collections
import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import owned, placement, quotas, tables
from senlin_like.simulated_cloud.catalogue import Picture
from senlin_like.simulated_cloud.world import Owner, World

AFFINITY = "affinity"
ANTI_AFFINITY = "anti-affinity"
SOFT_AFFINITY = "soft-affinity"
SOFT_ANTI_AFFINITY = "soft-anti-affinity"
POLICIES = (AFFINITY, ANTI_AFFINITY, SOFT_AFFINITY, SOFT_ANTI_AFFINITY)

_TABLE = tables.SERVER_GROUPS
_GROUPED = tables.GROUPED_SERVERS


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServerGroup:
    """A group and the live servers that are in it."""

    id: str
    name: str
    policy: str
    server_ids: tuple[str, ...] = ()


def create(
    world: World, owner: Owner, name: str, policies: Sequence[str]
) -> ServerGroup:
    """Make a group; names aren't unique.

    :raises CloudError: when there isn't exactly one policy that exists, the
        name can't be stored, or a quota forbids it.
    """
    if len(policies) != 1 or policies[0] not in POLICIES:
        raise exceptions.CloudError(
            f"A server group has one policy, one of {', '.join(POLICIES)}.", 400
        )
    if not 0 < len(name) <= 255:
        raise exceptions.CloudError("A server group's name has 1 to 255 characters.")
    picture = world.picture
    row = {
        "id": str(uuid.uuid4()),
        "project": owner.project,
        "region": owner.region,
        "name": name,
        "policy": policies[0],
        "created_at": world.now(),
    }
    used = (
        sa.select(sa.func.count())
        .select_from(_TABLE)
        .where(_TABLE.c.project == owner.project)
    )

    def work(connection: sa.Connection) -> None:
        quotas.check_count(connection, picture, owner, "server_groups", used)
        connection.execute(_TABLE.insert(), row)

    world.store.transact(work)
    return ServerGroup(id=str(row["id"]), name=name, policy=policies[0])


def find(world: World, owner: Owner, identity: str) -> ServerGroup:
    """Return a group by id or else by name, the oldest of that name.

    :raises CloudNotFound: when the project has no such group.
    """
    named = sa.or_(_TABLE.c.id == identity, _TABLE.c.name == identity)
    found = _select(world, owner, named)
    if not found:
        raise exceptions.CloudNotFound("server group", identity)
    return next((one for one in found if one.id == identity), found[0])


def list_named(world: World, owner: Owner, name: str) -> list[ServerGroup]:
    """Return all groups of a name, the oldest first."""
    return _select(world, owner, _TABLE.c.name == name)


def _select(
    world: World, owner: Owner, condition: sa.ColumnElement[bool]
) -> list[ServerGroup]:
    now = world.now()

    def work(connection: sa.Connection) -> list[ServerGroup]:
        rows = connection.execute(
            sa.select(_TABLE)
            .where(condition, *owned.mine(_TABLE, owner))
            .order_by(_TABLE.c.created_at, _TABLE.c.id)
        ).all()
        return [
            ServerGroup(
                id=row.id,
                name=row.name,
                policy=row.policy,
                server_ids=tuple(sorted(_members(connection, row.id, now))),
            )
            for row in rows
        ]

    return world.store.read(work)


def delete(world: World, owner: Owner, group_id: str) -> None:
    """Delete a group; its servers stay, and it is fine if it is gone."""

    def work(connection: sa.Connection) -> None:
        mine = (_TABLE.c.id == group_id, *owned.mine(_TABLE, owner))
        if connection.execute(_TABLE.delete().where(*mine)).rowcount:
            connection.execute(_GROUPED.delete().where(_GROUPED.c.group_id == group_id))

    world.store.transact(work)


def join(
    connection: sa.Connection,
    picture: Picture,
    owner: Owner,
    group_id: str,
    row: Mapping[str, Any],
) -> placement.Wish:
    """Put a new server in a group, and tell which hosts it may be on.

    Others who ask the same wait until this transaction ends.

    :raises CloudError: when the project has no such group, or a quota forbids it.
    """
    group = connection.execute(
        sa.select(_TABLE)
        .where(_TABLE.c.id == group_id, *owned.mine(_TABLE, owner))
        .with_for_update()
    ).first()
    if group is None:
        raise exceptions.CloudError(f"Server group {group_id} could not be found.", 400)
    members = _members(connection, group_id, row["created_at"])
    used = sa.select(sa.literal(len(members)))
    quotas.check_count(connection, picture, owner, "server_group_members", used)
    connection.execute(
        _GROUPED.insert(), {"server_id": row["id"], "group_id": group_id}
    )
    return _wish(str(group.policy), members)


def wish_of_server(
    connection: sa.Connection, server_id: str, now: float
) -> placement.Wish:
    """Tell which hosts a server may move to because of its group, if it has one."""
    group_id = connection.execute(
        sa.select(_GROUPED.c.group_id).where(_GROUPED.c.server_id == server_id)
    ).scalar_one_or_none()
    if group_id is None:
        return placement.ANY
    policy = connection.execute(
        sa.select(_TABLE.c.policy).where(_TABLE.c.id == group_id).with_for_update()
    ).scalar_one()
    members = _members(connection, group_id, now)
    members.pop(server_id, None)
    return _wish(policy, members)


def list_all(world: World) -> list[dict[str, Any]]:
    """Return the groups of all projects with the ids of their live servers."""
    now = world.now()

    def work(connection: sa.Connection) -> list[dict[str, Any]]:
        rows = connection.execute(sa.select(_TABLE).order_by(_TABLE.c.id)).all()
        return [
            {
                **row._mapping,
                "server_ids": sorted(_members(connection, row.id, now)),
            }
            for row in rows
        ]

    return world.store.read(work)


def _wish(policy: str, members: dict[str, str | None]) -> placement.Wish:
    hosts = collections.Counter(host for host in members.values() if host)
    match policy:
        case "affinity" if hosts:
            return placement.Wish(only=set(hosts))
        case "anti-affinity":
            return placement.Wish(avoid=set(hosts))
        case "soft-affinity":
            most = max(hosts.values(), default=0)
            fullest = {host for host, number in hosts.items() if number == most}
            return placement.Wish(prefer=fullest)
        case "soft-anti-affinity":
            return placement.Wish(weights=hosts)
    return placement.ANY


def _members(
    connection: sa.Connection, group_id: str, now: float
) -> dict[str, str | None]:
    """Return the host of each live server of a group, by the server's id."""
    servers = tables.SERVERS
    rows = connection.execute(
        sa.select(servers.c.id, servers.c.host)
        .join(_GROUPED, _GROUPED.c.server_id == servers.c.id)
        .where(
            _GROUPED.c.group_id == group_id,
            servers.c.deleted_at.is_(None) | (servers.c.deleted_at > now),
        )
    ).all()
    return {row.id: row.host for row in rows}
