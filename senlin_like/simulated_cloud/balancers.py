"""Load balancers: create, look, delete. Their parts and members stand elsewhere.

As in Octavia, a load balancer and everything below it is one unit: while
anything of it changes, nothing else may.
"""

import dataclasses
import uuid
from collections.abc import Callable, Collection
from typing import Any, TypeVar

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import (
    addresses,
    balancer_details,
    balancer_states,
    owned,
    placement,
    plugs,
    quotas,
    tables,
)
from senlin_like.simulated_cloud.balancer_details import LoadBalancer
from senlin_like.simulated_cloud.balancer_states import Status
from senlin_like.simulated_cloud.catalogue import Picture, Thing
from senlin_like.simulated_cloud.records import Seen
from senlin_like.simulated_cloud.world import Owner, World

Result = TypeVar("Result")

PAGE = 1000
MAX_NAME = 255

_TABLE = tables.LOAD_BALANCERS
_PARTS = tables.BALANCER_PARTS


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewLoadBalancer:
    """A load balancer to be made. ``mark`` is what it can be found by later.

    It has an address of the subnet, or of the network's (first) one.
    """

    name: str
    mark: str | None = None
    subnet_id: str | None = None
    network_id: str | None = None
    address: str | None = None
    flavor_id: str | None = None
    zone: str | None = None
    is_up: bool = True


def create(
    world: World, owner: Owner, new: NewLoadBalancer, fault: str | None = None
) -> LoadBalancer:
    """Ask for a load balancer; with ``fault`` it ends in ERROR.

    :raises CloudNotFound: when the subnet, network or flavor doesn't exist.
    :raises CloudError: when the zone, the address or a quota forbids it.
    """
    picture = world.picture
    subnet = _subnet(picture, owner, new)
    now = world.now()
    number = 0
    asked = addresses.number_of(subnet, new.address) if new.address else None

    def take() -> None:
        nonlocal number
        number = world.addresses.take(subnet) if asked is None else asked

    def work(connection: sa.Connection) -> LoadBalancer:
        quotas.check_count(connection, picture, owner, "loadbalancers", _used(owner))
        if asked is not None:
            addresses.check_free(connection, subnet, asked)
        row = _row(picture, owner, new, now)
        row |= _step(
            Status.PENDING_CREATE, now, world.setting("load_balancer_seconds"), fault
        )
        in_use = addresses.row(subnet, number, row["vip_port_id"])
        row["vip_address"] = in_use["address"]
        port = _vip_port(owner, row, subnet)
        connection.execute(tables.PORTS.insert(), port)
        connection.execute(tables.ADDRESSES.insert(), in_use)
        connection.execute(_TABLE.insert(), row)
        stored = connection.execute(sa.select(_TABLE).where(_TABLE.c.id == row["id"]))
        return balancer_details.describe(connection, picture, now, stored.all())[0]

    return world.store.transact(work, before=take)


def get(world: World, owner: Owner, load_balancer_id: str) -> LoadBalancer:
    """Return one load balancer.

    :raises CloudNotFound: when the project has no such load balancer.
    """
    return _first(world, owner, load_balancer_id, _TABLE.c.id == load_balancer_id)


def find(world: World, owner: Owner, identity: str) -> LoadBalancer:
    """Return a load balancer by id or else by name, the oldest of that name.

    :raises CloudNotFound: when the project has no such load balancer.
    """
    named = sa.or_(_TABLE.c.id == identity, _TABLE.c.name == identity)
    return _first(world, owner, identity, named)


def find_marked(world: World, owner: Owner, mark: str) -> list[LoadBalancer]:
    """Return the load balancers that carry a mark, the oldest first."""
    return _select(world, owner, _TABLE.c.mark == mark)


def look(world: World, owner: Owner, ids: Collection[str]) -> list[Seen]:
    """Tell how far load balancers are, with one statement per 1,000 of them."""
    wanted = list(ids)
    now = world.now()

    def work(connection: sa.Connection) -> dict[str, Seen]:
        seen: dict[str, Seen] = {}
        for start in range(0, len(wanted), PAGE):
            page = connection.execute(
                sa.select(_TABLE).where(_TABLE.c.id.in_(wanted[start : start + PAGE]))
            )
            for row in page:
                if (row.project, row.region) == (owner.project, owner.region):
                    status, reason = balancer_states.provisioning(row, now)
                    seen[row.id] = Seen(id=row.id, status=status, reason=reason)
        return seen

    seen = world.store.read(work)
    return [seen.get(one, Seen(id=one, status=Status.GONE)) for one in wanted]


def delete(
    world: World,
    owner: Owner,
    load_balancer_id: str,
    *,
    cascade: bool = False,
    fault: str | None = None,
) -> None:
    """Ask for a load balancer to be deleted; nothing happens if it is gone.

    :raises CloudBusy: while something of it changes.
    :raises CloudError: when it has listeners or pools, without ``cascade``.
    """
    now = world.now()
    seconds = world.setting("load_balancer_seconds")

    def work(connection: sa.Connection) -> None:
        row = owned.lock(connection, _TABLE, owner, load_balancer_id, now)
        if row is None or row.deleted_at is not None:
            return
        balancer_states.refuse_change(row, now, may_be_broken=True)
        parts = sa.select(_PARTS.c.id).where(
            _PARTS.c.load_balancer_id == load_balancer_id
        )
        if not cascade and connection.execute(parts).first() is not None:
            raise exceptions.CloudError(
                f"Cannot delete Load Balancer {load_balancer_id} - it has children",
                400,
            )
        values = _step(Status.PENDING_DELETE, now, seconds, fault)
        if fault is None:
            values["deleted_at"] = values["ready_at"]
            remove_all(connection, row)
        _write(connection, load_balancer_id, values)

    world.store.transact(work)


def remove_all(connection: sa.Connection, row: Any) -> None:
    """Free at once what a load balancer that is going uses."""
    for table in (tables.MEMBERS, _PARTS):
        connection.execute(table.delete().where(table.c.load_balancer_id == row.id))
    plugs.delete(connection, [row.vip_port_id])


def change(
    world: World,
    owner: Owner,
    load_balancer_id: str,
    work: Callable[[sa.Connection], Result],
    fault: str | None = None,
) -> Result:
    """Change something of a load balancer, which is PENDING_UPDATE for a while.

    With ``fault`` it ends in ERROR.

    :raises CloudNotFound: when the project has no such load balancer.
    :raises CloudBusy: while something else of it changes.
    :raises CloudError: when it is in ERROR.
    """
    now = world.now()
    seconds = world.setting("load_balancer_change_seconds")

    def changed(connection: sa.Connection) -> Result:
        row = owned.lock(connection, _TABLE, owner, load_balancer_id, now)
        if row is None:
            raise exceptions.CloudNotFound("load balancer", load_balancer_id)
        balancer_states.refuse_change(row, now)
        result = work(connection)
        values = _step(Status.PENDING_UPDATE, now, seconds, fault)
        _write(connection, load_balancer_id, {**values, "updated_at": now})
        return result

    return world.store.transact(changed)


def _subnet(picture: Picture, owner: Owner, new: NewLoadBalancer) -> Thing:
    """Return the subnet of the address, when all that is asked for exists."""
    if not 0 < len(new.name) <= MAX_NAME:
        raise exceptions.CloudError(
            f"The name of a load balancer has 1 to {MAX_NAME} characters.", 400
        )
    if new.flavor_id is not None:
        picture.get("load_balancer_flavor", new.flavor_id)
    if new.zone is not None:
        placement.check_zone(picture, new.zone, owner.region)
    if new.subnet_id is not None:
        subnet = picture.get("subnet", new.subnet_id)
        network_id = subnet.attributes["network_id"]
        if new.network_id is not None and new.network_id != network_id:
            raise exceptions.CloudError(
                f"Subnet {subnet.id} isn't part of network {new.network_id}.", 400
            )
        return subnet
    if new.network_id is None:
        raise exceptions.CloudError("A VIP needs a subnet or a network.", 400)
    return addresses.subnet_of(picture, picture.get("network", new.network_id).id)


def _row(
    picture: Picture, owner: Owner, new: NewLoadBalancer, now: float
) -> dict[str, Any]:
    flavor = picture.find("load_balancer_flavor", new.flavor_id or "")
    return {
        "id": str(uuid.uuid4()),
        "project": owner.project,
        "region": owner.region,
        "name": new.name,
        "mark": new.mark,
        "vip_port_id": str(uuid.uuid4()),
        "flavor_id": flavor.id if flavor else None,
        "zone": new.zone,
        "is_up": new.is_up,
        "created_at": now,
        "updated_at": now,
    }


def _vip_port(owner: Owner, row: dict[str, Any], subnet: Thing) -> dict[str, Any]:
    return {
        "id": row["vip_port_id"],
        "project": owner.project,
        "region": owner.region,
        "name": f"octavia-lb-{row['id']}",
        "network_id": subnet.attributes["network_id"],
        "device_id": f"lb-{row['id']}",
        "is_of_server": False,
        "security_group_ids": [],
    }


def _used(owner: Owner) -> sa.Select[Any]:
    return (
        sa.select(sa.func.count())
        .select_from(_TABLE)
        .where(_TABLE.c.project == owner.project, _TABLE.c.deleted_at.is_(None))
    )


def _step(
    status: Status, now: float, seconds: float, fault: str | None
) -> dict[str, Any]:
    """Return the columns of a change that takes ``seconds`` from now on."""
    return {
        "status": status,
        "target": Status.ACTIVE if fault is None else Status.ERROR,
        "reason": fault or "",
        "ready_at": now + seconds,
    }


def _write(
    connection: sa.Connection, load_balancer_id: str, values: dict[str, Any]
) -> None:
    connection.execute(
        _TABLE.update().where(_TABLE.c.id == load_balancer_id).values(**values)
    )


def _first(
    world: World, owner: Owner, identity: str, condition: sa.ColumnElement[bool]
) -> LoadBalancer:
    found = _select(world, owner, condition)
    by_id = [one for one in found if one.id == identity]
    if not found:
        raise exceptions.CloudNotFound("load balancer", identity)
    return (by_id or found)[0]


def _select(
    world: World, owner: Owner, condition: sa.ColumnElement[bool]
) -> list[LoadBalancer]:
    picture = world.picture
    now = world.now()
    query = (
        sa.select(_TABLE)
        .where(condition, *owned.visible(_TABLE, owner, now))
        .order_by(_TABLE.c.created_at, _TABLE.c.id)
    )
    return world.store.read(
        lambda connection: balancer_details.describe(
            connection, picture, now, connection.execute(query).all()
        )
    )
