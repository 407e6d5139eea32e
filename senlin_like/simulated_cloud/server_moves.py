"""Operations on servers: reboot, rebuild, resize, stop, and their like."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import (
    containers,
    lifecycle,
    placement,
    server_groups,
    servers,
    tables,
)
from senlin_like.simulated_cloud.catalogue import Picture, Thing
from senlin_like.simulated_cloud.lifecycle import State, Status
from senlin_like.simulated_cloud.world import Owner, World

_TABLE = tables.SERVERS
_BEGUN = tables.OPERATIONS


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """An operation that is asked for; with ``fault`` it ends in ERROR."""

    operation: str
    params: Mapping[str, Any]
    fault: str | None = None


def act(world: World, owner: Owner, server_id: str, asked: Asked) -> None:
    """Start an operation on a server.

    :raises CloudNotFound: when there is no such server, image or flavor.
    :raises CloudError: when the server is in no state for it (409), its host
        doesn't answer, or the operation is unknown (400).
    """
    picture = world.picture
    now = world.now()
    turn = world.next_turn()

    def change(connection: sa.Connection) -> None:
        row = servers.lock(connection, owner, server_id, now)
        if row is None:
            raise exceptions.CloudNotFound("server", server_id)
        if asked.operation in ("lock", "unlock"):
            values: dict[str, Any] = {"is_locked": asked.operation == "lock"}
        else:
            state = lifecycle.state_of(row, now, placement.broken_hosts(picture))
            _check(picture, row, state, asked)
            values = _move(picture, row, state, asked, now)
            values |= _change(picture, row, asked)
            if asked.operation in ("migrate", "evacuate"):
                wish = server_groups.wish_of_server(connection, row.id, now)
                host = _other_host(picture, row, asked.params.get("host"), turn, wish)
                zone = placement.zone_of(picture, host)
                values |= {"host": host.id, "zone": zone}
        connection.execute(
            _TABLE.update()
            .where(_TABLE.c.id == server_id)
            .values(**values, updated_at=now)
        )
        _note(connection, server_id, asked.operation, now)
        if asked.operation == "rebuild":
            containers.wipe(connection, server_id, now)

    world.store.transact(change)


def begun(world: World, owner: Owner, server_id: str, since: float) -> set[str]:
    """Name the operations that began on a server since a time.

    :raises CloudNotFound: when there is no such server.
    """
    servers.get(world, owner, server_id)
    query = sa.select(_BEGUN.c.operation).where(
        _BEGUN.c.server_id == server_id, _BEGUN.c.began_at >= since
    )
    return set(world.store.read(lambda connection: connection.scalars(query).all()))


def _note(
    connection: sa.Connection, server_id: str, operation: str, now: float
) -> None:
    mine = sa.and_(_BEGUN.c.server_id == server_id, _BEGUN.c.operation == operation)
    connection.execute(_BEGUN.delete().where(mine))
    row = {"server_id": server_id, "operation": operation, "began_at": now}
    connection.execute(_BEGUN.insert(), row)


def _name(asked: Asked) -> str:
    if asked.operation != "reboot":
        return asked.operation
    kind = str(asked.params.get("type") or "SOFT").upper()
    if kind not in ("SOFT", "HARD"):
        raise exceptions.CloudError(
            f"A reboot is of type SOFT or HARD, not '{kind}'.", 400
        )
    return "reboot" if kind == "SOFT" else "hard_reboot"


def _check(picture: Picture, row: sa.Row[Any], state: State, asked: Asked) -> None:
    move = lifecycle.MOVES.get(_name(asked))
    if move is None:
        raise exceptions.CloudError(
            f"Servers have no operation '{asked.operation}'.", 400
        )
    if row.is_locked:
        raise exceptions.CloudError(f"Instance {row.id} is locked", 409)
    if state.is_busy or state.is_deleting or state.status not in move.sources:
        doing = " (deleting)" if state.is_deleting else ""
        raise exceptions.CloudError(
            f"Cannot '{asked.operation}' instance {row.id} while it is in status "
            f"{state.status}{doing}",
            409,
        )
    reachable = placement.is_reachable(picture, row.host)
    if asked.operation == "evacuate" and reachable:
        raise exceptions.CloudError(
            f"Compute service of {row.host} is still in use.", 400
        )
    if asked.operation != "evacuate" and not reachable:
        raise exceptions.CloudError(f"Host '{row.host}' doesn't answer.", 409)
    if lifecycle.fails(row.metadata, asked.operation):
        raise exceptions.CloudError(
            f"Simulated failure of '{asked.operation}' on server {row.id}.", 500
        )


def _move(
    picture: Picture, row: sa.Row[Any], state: State, asked: Asked, now: float
) -> dict[str, Any]:
    """Return what the state of the server becomes."""
    move = lifecycle.MOVES[_name(asked)]
    target = move.target
    former = row.former_status or Status.ACTIVE
    if target == lifecycle.FORMER and move.way == Status.REBUILD:
        former = state.status if state.status != Status.ERROR else Status.ACTIVE
        if row.host in placement.broken_hosts(picture):
            former = _told(row)
    values = {
        "status": move.way or state.status,
        "fault": "",
        "target": former if target == lifecycle.FORMER else target,
        "target_fault": "",
        "ready_at": now + (picture.settings["operation_seconds"] if move.way else 0),
    }
    if move.target == Status.VERIFY_RESIZE:
        values["former_status"] = state.status
    if asked.fault is not None:
        values |= {"target": Status.ERROR, "target_fault": asked.fault}
    return values


def _told(row: sa.Row[Any]) -> str:
    """Return what a server was before its host broke."""
    return str(row.target) if row.target == Status.SHUTOFF else Status.ACTIVE


def _change(picture: Picture, row: sa.Row[Any], asked: Asked) -> dict[str, Any]:
    """Return what else of the server the operation changes."""
    params = asked.params
    match asked.operation:
        case "rebuild":
            values: dict[str, Any] = {}
            if params.get("image"):
                values["image_id"] = picture.get("image", params["image"]).id
            if params.get("name"):
                values["name"] = params["name"]
            return values
        case "rescue" if params.get("image"):
            picture.get("image", params["image"])
            return {}
        case "resize":
            flavor = picture.get("flavor", str(params.get("flavor")))
            return {"former_flavor_id": row.flavor_id, "flavor_id": flavor.id}
        case "migrate" | "evacuate":
            return {"former_flavor_id": row.flavor_id}
        case "revert_resize":
            return {"flavor_id": row.former_flavor_id or row.flavor_id}
    return {}


def _other_host(
    picture: Picture,
    row: sa.Row[Any],
    name: str | None,
    turn: int,
    wish: placement.Wish,
) -> Thing:
    if name:
        return picture.get("host", name)
    elsewhere = dataclasses.replace(wish, avoid={*wish.avoid, row.host or ""})
    host = placement.choose(picture, row.asked_zone, row.region, turn, elsewhere)
    if host is None:
        raise exceptions.CloudError(placement.NO_HOST, 400)
    return host
