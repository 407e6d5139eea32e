"""Everything that carries a mark, whichever: listed page by page, by id."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from senlin_like.simulated_cloud import (
    balancer_states,
    container_states,
    containers,
    lifecycle,
    owned,
    placement,
    stacks,
    tables,
)
from senlin_like.simulated_cloud.world import Owner, World

#: Things on a page.
PAGE = 1000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Thing:
    """Something that carries a mark.

    ``labels`` are the metadata of a server, the labels of a container, and the
    tags of a stack that have a ``=``. ``used_by`` is the device of a port, the
    port of a public address, a live server of a group.
    """

    id: str
    name: str
    mark: str
    status: str
    created_at: float | None = None
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    used_by: str | None = None
    is_going: bool = False


def servers(world: World, owner: Owner, after: str) -> list[Thing]:
    """Return a page of servers that carry a mark."""
    table, now = tables.SERVERS, world.now()
    broken = placement.broken_hosts(world.picture)
    query = sa.select(table).where(
        table.c.node_mark.is_not(None), *owned.visible(table, owner, now)
    )
    return [
        Thing(
            id=row.id,
            name=row.name,
            mark=row.node_mark,
            status=lifecycle.state_of(row, now, broken).status,
            created_at=row.created_at,
            labels=row.metadata,
            is_going=row.deleted_at is not None,
        )
        for row in _page(world, table, query, after)
    ]


def tagged_stacks(world: World, owner: Owner, after: str, key: str) -> list[Thing]:
    """Return a page of stacks with a tag ``key=...``, which is their mark."""
    table, tags, now = tables.STACKS, tables.STACK_TAGS, world.now()
    marked = sa.select(tags.c.stack_id).where(
        tags.c.tag.startswith(f"{key}=", autoescape=True)
    )
    query = sa.select(table).where(
        table.c.id.in_(marked), *owned.visible(table, owner, now)
    )
    found = []
    for row in _page(world, table, query, after):
        labels = dict(tag.split("=", 1) for tag in row.tags if "=" in tag)
        found.append(
            Thing(
                id=row.id,
                name=row.name,
                mark=labels[key],
                status=stacks.state_of(row, now)[0],
                created_at=row.created_at,
                labels=labels,
                is_going=row.deleted_at is not None,
            )
        )
    return found


def ports(world: World, owner: Owner, after: str) -> list[Thing]:
    """Return a page of ports that carry a mark; their age isn't known."""
    table = tables.PORTS
    return _of_network(world, owner, after, table, (table.c.name, table.c.device_id))


def floating_ips(world: World, owner: Owner, after: str) -> list[Thing]:
    """Return a page of public addresses that carry a mark."""
    table = tables.FLOATING_IPS
    return _of_network(world, owner, after, table, (table.c.address, table.c.port_id))


def _of_network(
    world: World,
    owner: Owner,
    after: str,
    table: sa.Table,
    columns: tuple[sa.Column[Any], sa.Column[Any]],
) -> list[Thing]:
    """Return a page of what has a mark; ``columns`` are its name and who uses it."""
    name, used_by = columns
    query = sa.select(
        table.c.id, table.c.node_mark, name.label("name"), used_by.label("used_by")
    ).where(table.c.node_mark.is_not(None), *owned.mine(table, owner))
    return [
        Thing(
            id=row.id,
            name=row.name,
            mark=row.node_mark,
            status="DOWN" if row.used_by is None else "ACTIVE",
            used_by=row.used_by,
        )
        for row in _page(world, table, query, after)
    ]


def load_balancers(world: World, owner: Owner, after: str) -> list[Thing]:
    """Return a page of load balancers that carry a mark."""
    table, now = tables.LOAD_BALANCERS, world.now()
    query = sa.select(table).where(
        table.c.mark.is_not(None), *owned.visible(table, owner, now)
    )
    return [
        Thing(
            id=row.id,
            name=row.name,
            mark=row.mark,
            status=balancer_states.provisioning(row, now)[0],
            created_at=row.created_at,
            is_going=row.deleted_at is not None,
        )
        for row in _page(world, table, query, after)
    ]


def server_groups(world: World, owner: Owner, after: str, prefix: str) -> list[Thing]:
    """Return a page of groups whose name is a prefix and a mark.

    Like in a real cloud, their age isn't told.
    """
    table, grouped, live = tables.SERVER_GROUPS, tables.GROUPED_SERVERS, tables.SERVERS
    member = (
        sa.select(sa.func.min(grouped.c.server_id))
        .join(live, live.c.id == grouped.c.server_id)
        .where(grouped.c.group_id == table.c.id, live.c.deleted_at.is_(None))
        .scalar_subquery()
    )
    query = sa.select(table, member.label("member")).where(
        table.c.name.startswith(prefix, autoescape=True), *owned.mine(table, owner)
    )
    return [
        Thing(
            id=row.id,
            name=row.name,
            mark=row.name.removeprefix(prefix),
            status="",
            used_by=row.member,
        )
        for row in _page(world, table, query, after)
    ]


def on_host(world: World, owner: Owner, address: str, after: str) -> list[Thing]:
    """Return a page of a host's containers that carry a mark.

    :raises HostUnreachable: when Docker doesn't answer at this address.
    """
    table, now = tables.CONTAINERS, world.now()

    def work(connection: sa.Connection) -> Sequence[Any]:
        server_id = containers.reach(world, connection, owner, address)
        query = sa.select(table).where(
            table.c.server_id == server_id,
            table.c.deleted_at.is_(None),
            table.c.node_mark.is_not(None),
        )
        return connection.execute(_after(table, query, after)).all()

    return [
        Thing(
            id=row.id,
            name=row.name,
            mark=row.node_mark,
            status=container_states.state_of(row, now)[0],
            created_at=row.created_at,
            labels=row.labels,
        )
        for row in world.store.read(work)
    ]


def _page(
    world: World, table: sa.Table, query: sa.Select[Any], after: str
) -> Sequence[Any]:
    query = _after(table, query, after)
    return world.store.read(lambda connection: connection.execute(query).all())


def _after(table: sa.Table, query: sa.Select[Any], after: str) -> sa.Select[Any]:
    return query.where(table.c.id > after).order_by(table.c.id).limit(PAGE)
