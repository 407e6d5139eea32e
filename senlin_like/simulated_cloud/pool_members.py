"""Members of pools, which are changed many at a time."""

import dataclasses
import ipaddress
import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import (
    balancer_parts,
    balancer_states,
    balancers,
    quotas,
    tables,
)
from senlin_like.simulated_cloud.catalogue import Picture
from senlin_like.simulated_cloud.world import Owner, World

MAX_WEIGHT = 256
MAX_PORT = 65_535
_PAGE = 500
_TABLE = tables.MEMBERS


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewMember:
    """What a member is to be; address and port tell which one it is."""

    address: str
    port: int
    name: str = ""
    subnet_id: str | None = None
    weight: int = 1
    tags: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Member(NewMember):
    """A member of a pool."""

    id: str
    operating_status: str


def list_all(world: World, owner: Owner, pool_id: str) -> list[Member]:
    """Return the members of a pool in the order of their ids.

    :raises CloudNotFound: when the project has no such pool.
    """
    balancer_parts.get(world, owner, balancer_parts.POOL, pool_id)
    picture = world.picture
    now = world.now()

    def work(connection: sa.Connection) -> list[Member]:
        rows = connection.execute(
            sa.select(_TABLE).where(_TABLE.c.pool_id == pool_id).order_by(_TABLE.c.id)
        ).all()
        health = balancer_states.of_members(connection, picture, now, rows)
        return [
            Member(
                id=row.id,
                address=row.address,
                port=row.port,
                name=row.name,
                subnet_id=row.subnet_id,
                weight=row.weight,
                tags=tuple(row.tags),
                operating_status=health[row.id],
            )
            for row in rows
        ]

    return world.store.read(work)


def put(
    world: World,
    owner: Owner,
    pool_id: str,
    members: Sequence[NewMember],
    *,
    additive: bool,
    fault: str | None = None,
) -> None:
    """Make and change members in one go; others go, unless ``additive``.

    :raises CloudNotFound: when the pool or a subnet doesn't exist.
    :raises CloudBusy: while something else of the load balancer changes.
    :raises CloudError: when a member makes no sense, or a quota forbids it.
    """
    pool = balancer_parts.get(world, owner, balancer_parts.POOL, pool_id)
    picture = world.picture
    wanted = _check(picture, members)

    def work(connection: sa.Connection) -> None:
        there = {
            (row.address, row.port): row.id
            for row in connection.execute(
                sa.select(_TABLE).where(_TABLE.c.pool_id == pool_id)
            )
        }
        new = [_row(pool, wanted[key]) for key in wanted if key not in there]
        gone = [] if additive else [there[key] for key in there if key not in wanted]
        _remove(connection, gone)
        if new:
            quotas.check_count(
                connection, picture, owner, "members", _used(owner), len(new)
            )
            connection.execute(_TABLE.insert(), new)
        _update(
            connection, [(there[key], wanted[key]) for key in wanted if key in there]
        )

    balancers.change(world, owner, pool.load_balancer_id, work, fault)


def delete(
    world: World, owner: Owner, pool_id: str, member_id: str, fault: str | None = None
) -> None:
    """Take one member out of a pool; fine if it is gone.

    :raises CloudNotFound: when the project has no such pool.
    :raises CloudBusy: while something else of the load balancer changes.
    """
    pool = balancer_parts.get(world, owner, balancer_parts.POOL, pool_id)
    mine = sa.and_(_TABLE.c.id == member_id, _TABLE.c.pool_id == pool_id)
    is_there = world.store.read(
        lambda connection: connection.execute(
            sa.select(_TABLE.c.id).where(mine)
        ).first()
    )
    if is_there is None:
        return

    def work(connection: sa.Connection) -> None:
        connection.execute(_TABLE.delete().where(mine))

    balancers.change(world, owner, pool.load_balancer_id, work, fault)


def _check(
    picture: Picture, members: Sequence[NewMember]
) -> dict[tuple[str, int], NewMember]:
    wanted: dict[tuple[str, int], NewMember] = {}
    for member in members:
        try:
            ipaddress.ip_address(member.address)
        except ValueError as error:
            raise exceptions.CloudError(
                f"'{member.address}' is not a valid IP address.", 400
            ) from error
        if not 0 < member.port <= MAX_PORT or not 0 <= member.weight <= MAX_WEIGHT:
            raise exceptions.CloudError(
                f"A member has a port from 1 to {MAX_PORT} and a weight from 0 to "
                f"{MAX_WEIGHT}.",
                400,
            )
        if member.subnet_id is not None:
            picture.get("subnet", member.subnet_id)
        if (member.address, member.port) in wanted:
            raise exceptions.CloudError(
                f"Member {member.address}:{member.port} is named twice.", 400
            )
        wanted[member.address, member.port] = member
    return wanted


def _row(pool: balancer_parts.Part, member: NewMember) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "load_balancer_id": pool.load_balancer_id,
        "pool_id": pool.id,
        **dataclasses.asdict(member),
        "tags": list(member.tags),
    }


def _update(connection: sa.Connection, pairs: list[tuple[str, NewMember]]) -> None:
    if not pairs:
        return
    names = ("name", "subnet_id", "weight", "tags")
    connection.execute(
        _TABLE.update()
        .where(_TABLE.c.id == sa.bindparam("of_id"))
        .values({name: sa.bindparam(f"new_{name}") for name in names}),
        [
            {
                "of_id": member_id,
                "new_name": member.name,
                "new_subnet_id": member.subnet_id,
                "new_weight": member.weight,
                "new_tags": list(member.tags),
            }
            for member_id, member in pairs
        ],
    )


def _remove(connection: sa.Connection, ids: list[str]) -> None:
    for start in range(0, len(ids), _PAGE):
        connection.execute(
            _TABLE.delete().where(_TABLE.c.id.in_(ids[start : start + _PAGE]))
        )


def _used(owner: Owner) -> sa.Select[Any]:
    mine = tables.LOAD_BALANCERS
    return (
        sa.select(sa.func.count())
        .select_from(_TABLE)
        .join(mine, mine.c.id == _TABLE.c.load_balancer_id)
        .where(mine.c.project == owner.project)
    )
