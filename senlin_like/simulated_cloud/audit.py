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
    return [f"{number} live servers carry the mark '{mark}'." for mark, number in rows]


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
    floating = tables.FLOATING_IPS
    ownerless = connection.execute(
        sa.select(ports.c.id, ports.c.device_id)
        .outerjoin(
            servers,
            (servers.c.id == ports.c.device_id) & servers.c.deleted_at.is_(None),
        )
        .where(ports.c.device_id.is_not(None), servers.c.id.is_(None))
    ).all()
    lost = connection.execute(
        sa.select(used.c.address)
        .outerjoin(ports, ports.c.id == used.c.owner_id)
        .outerjoin(floating, floating.c.id == used.c.owner_id)
        .where(ports.c.id.is_(None), floating.c.id.is_(None))
    ).scalars()
    return [
        *(
            f"Port {row.id} belongs to no server ({row.device_id})."
            for row in ownerless
        ),
        *(f"Address {address} belongs to nothing." for address in lost),
    ]
