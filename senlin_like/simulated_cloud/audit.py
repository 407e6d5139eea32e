"""Finds what must never be: doubles, leaks, and addresses used twice."""

import sqlalchemy as sa

from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.world import World


def problems(world: World) -> list[str]:
    """Return a sentence for each thing that is wrong in the cloud.

    A deleted server frees its ports at once, so that a port of a server that
    is gone is a leak.
    """
    return world.store.read(
        lambda connection: [
            *_doubles(connection),
            *_double_containers(connection),
            *_leaks(connection),
        ]
    )


def _doubles(connection: sa.Connection) -> list[str]:
    servers = tables.SERVERS
    rows = connection.execute(
        sa.select(servers.c.node_mark, sa.func.count())
        .where(servers.c.deleted_at.is_(None), servers.c.node_mark.is_not(None))
        .group_by(servers.c.node_mark)
        .having(sa.func.count() > 1)
    ).all()
    balancers = tables.LOAD_BALANCERS
    twins = connection.execute(
        sa.select(balancers.c.mark, sa.func.count())
        .where(balancers.c.deleted_at.is_(None), balancers.c.mark.is_not(None))
        .group_by(balancers.c.mark)
        .having(sa.func.count() > 1)
    ).all()
    return [
        *(f"{number} live servers carry the mark '{mark}'." for mark, number in rows),
        *(
            f"{number} live load balancers carry the mark '{mark}'."
            for mark, number in twins
        ),
    ]


def _double_containers(connection: sa.Connection) -> list[str]:
    servers, containers = tables.SERVERS, tables.CONTAINERS
    rows = connection.execute(
        sa.select(containers.c.node_mark, sa.func.count())
        .join(servers, servers.c.id == containers.c.server_id)
        .where(
            containers.c.deleted_at.is_(None),
            containers.c.node_mark.is_not(None),
            servers.c.deleted_at.is_(None),
        )
        .group_by(containers.c.node_mark)
        .having(sa.func.count() > 1)
    ).all()
    return [f"{number} containers carry the mark '{mark}'." for mark, number in rows]


def _leaks(connection: sa.Connection) -> list[str]:
    servers, ports, used = tables.SERVERS, tables.PORTS, tables.ADDRESSES
    floating, balancers = tables.FLOATING_IPS, tables.LOAD_BALANCERS
    ownerless = connection.execute(
        sa.select(ports.c.id, ports.c.device_id)
        .outerjoin(
            servers,
            (servers.c.id == ports.c.device_id) & servers.c.deleted_at.is_(None),
        )
        .outerjoin(
            balancers,
            (balancers.c.vip_port_id == ports.c.id) & balancers.c.deleted_at.is_(None),
        )
        .where(
            ports.c.device_id.is_not(None),
            servers.c.id.is_(None),
            balancers.c.id.is_(None),
        )
    ).all()
    lost = connection.execute(
        sa.select(used.c.address)
        .outerjoin(ports, ports.c.id == used.c.owner_id)
        .outerjoin(floating, floating.c.id == used.c.owner_id)
        .where(ports.c.id.is_(None), floating.c.id.is_(None))
    ).scalars()
    return [
        *(
            f"Port {row.id} belongs to nothing that lives ({row.device_id})."
            for row in ownerless
        ),
        *(f"Address {address} belongs to nothing." for address in lost),
        *_lost_parts(connection),
    ]


def _lost_parts(connection: sa.Connection) -> list[str]:
    """Find what belongs to no load balancer, and members of no pool."""
    balancers, parts = tables.LOAD_BALANCERS, tables.BALANCER_PARTS
    members = tables.MEMBERS
    found = []
    for table, word in ((parts, "Part"), (members, "Member")):
        rows = connection.execute(
            sa.select(table.c.id)
            .outerjoin(
                balancers,
                (balancers.c.id == table.c.load_balancer_id)
                & balancers.c.deleted_at.is_(None),
            )
            .where(balancers.c.id.is_(None))
        ).scalars()
        found += [f"{word} {one} belongs to no load balancer." for one in rows]
    rows = connection.execute(
        sa.select(members.c.id)
        .outerjoin(parts, parts.c.id == members.c.pool_id)
        .where(parts.c.id.is_(None))
    ).scalars()
    return [*found, *(f"Member {one} belongs to no pool." for one in rows)]
