"""Listeners, pools and health monitors of load balancers."""

import dataclasses
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import balancers, quotas, tables
from senlin_like.simulated_cloud.world import Owner, World

LISTENER = "listener"
POOL = "pool"
MONITOR = "monitor"

_TABLE = tables.BALANCER_PARTS
_MEMBERS = tables.MEMBERS
#: Names of quotas, and what a part is a part of.
_QUOTAS = {LISTENER: "listeners", POOL: "pools", MONITOR: "healthmonitors"}
_PARENTS = {POOL: LISTENER, MONITOR: POOL}


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewPart:
    """A part to be made; ``parent_id`` of a listener is the load balancer."""

    kind: str
    parent_id: str
    name: str
    attributes: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Part:
    """A part; ``child_ids`` are pools of a listener, the monitor of a pool."""

    id: str
    kind: str
    name: str
    load_balancer_id: str
    attributes: Mapping[str, Any]
    child_ids: tuple[str, ...] = ()


def create(world: World, owner: Owner, new: NewPart, fault: str | None = None) -> str:
    """Make a part and return its id.

    :raises CloudNotFound: when what it would be a part of doesn't exist.
    :raises CloudBusy: while something else of the load balancer changes.
    :raises CloudError: when there is such a part already, or a quota forbids it.
    """
    parent_kind = _PARENTS.get(new.kind)
    load_balancer_id = new.parent_id
    if parent_kind is not None:
        load_balancer_id = get(
            world, owner, parent_kind, new.parent_id
        ).load_balancer_id
    row = {
        "id": str(uuid.uuid4()),
        "load_balancer_id": load_balancer_id,
        "parent_id": None if parent_kind is None else new.parent_id,
        "kind": new.kind,
        "name": new.name,
        "attributes": dict(new.attributes),
    }
    picture = world.picture

    def work(connection: sa.Connection) -> None:
        quotas.check_count(
            connection, picture, owner, _QUOTAS[new.kind], _used(owner, new.kind)
        )
        _refuse_second(connection, row)
        connection.execute(_TABLE.insert(), row)

    balancers.change(world, owner, load_balancer_id, work, fault)
    return str(row["id"])


def get(world: World, owner: Owner, kind: str, part_id: str) -> Part:
    """Return one part.

    :raises CloudNotFound: when the project has no such part.
    """
    found = world.store.read(lambda connection: _find(connection, owner, kind, part_id))
    if found is None:
        raise exceptions.CloudNotFound(kind, part_id)
    return found


def delete(world: World, owner: Owner, kind: str, part_id: str) -> None:
    """Delete a part; of a pool also its monitor and members; fine if it is gone.

    :raises CloudBusy: while something else of the load balancer changes.
    """
    found = world.store.read(lambda connection: _find(connection, owner, kind, part_id))
    if found is None:
        return

    def work(connection: sa.Connection) -> None:
        if kind == POOL:
            connection.execute(_MEMBERS.delete().where(_MEMBERS.c.pool_id == part_id))
            connection.execute(_TABLE.delete().where(_TABLE.c.parent_id == part_id))
        connection.execute(
            _TABLE.update().where(_TABLE.c.parent_id == part_id).values(parent_id=None)
        )
        connection.execute(_TABLE.delete().where(_TABLE.c.id == part_id))

    balancers.change(world, owner, found.load_balancer_id, work)


def _find(
    connection: sa.Connection, owner: Owner, kind: str, part_id: str
) -> Part | None:
    mine = tables.LOAD_BALANCERS
    row = connection.execute(
        sa.select(_TABLE)
        .join(mine, mine.c.id == _TABLE.c.load_balancer_id)
        .where(
            _TABLE.c.id == part_id,
            _TABLE.c.kind == kind,
            mine.c.project == owner.project,
            mine.c.region == owner.region,
        )
    ).first()
    if row is None:
        return None
    children = connection.execute(
        sa.select(_TABLE.c.id)
        .where(_TABLE.c.parent_id == part_id)
        .order_by(_TABLE.c.id)
    ).scalars()
    return Part(
        id=row.id,
        kind=row.kind,
        name=row.name,
        load_balancer_id=row.load_balancer_id,
        attributes=row.attributes,
        child_ids=tuple(children),
    )


def _refuse_second(connection: sa.Connection, row: Mapping[str, Any]) -> None:
    """Refuse a second listener of a port, pool of a listener, monitor of a pool."""
    same = [
        _TABLE.c.kind == row["kind"],
        _TABLE.c.load_balancer_id == row["load_balancer_id"],
    ]
    if row["kind"] != LISTENER:
        same.append(_TABLE.c.parent_id == row["parent_id"])
    port = row["attributes"].get("port")
    for one in connection.execute(sa.select(_TABLE).where(*same)).all():
        if row["kind"] != LISTENER or one.attributes.get("port") == port:
            raise exceptions.CloudError(
                f"There is a {row['kind']} already: {one.id}.", 409
            )


def _used(owner: Owner, kind: str) -> sa.Select[Any]:
    mine = tables.LOAD_BALANCERS
    return (
        sa.select(sa.func.count())
        .select_from(_TABLE)
        .join(mine, mine.c.id == _TABLE.c.load_balancer_id)
        .where(_TABLE.c.kind == kind, mine.c.project == owner.project)
    )
