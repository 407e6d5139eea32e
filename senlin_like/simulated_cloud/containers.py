"""Containers: on servers that Docker listens on, as far as they are seen.

A host is named by an address of a server. It can be reached while the server is
ACTIVE; what ran on it goes on when it is back. What is on a server that is gone
or was rebuilt is gone. Images needn't be there, and nothing is run.
"""

import re
import uuid
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import (
    container_states,
    lifecycle,
    placement,
    tables,
)
from senlin_like.simulated_cloud.container_states import Status
from senlin_like.simulated_cloud.records import Container, NewContainer, Seen
from senlin_like.simulated_cloud.world import Owner, World

GONE = "GONE"
UNREACHABLE = "UNREACHABLE"
PAGE = 1000

_TABLE = tables.CONTAINERS
_SERVERS = tables.SERVERS
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}")
#: The columns that a server's state follows from.
_OF_SERVER = tuple(
    _SERVERS.c[name].label(f"server_{name}" if name != "host" else "host")
    for name in (
        "status",
        "fault",
        "target",
        "target_fault",
        "ready_at",
        "host",
        "deleted_at",
    )
)


class _Server:
    """The columns of a joined row that a server's state follows from."""

    def __init__(self, row: Any) -> None:
        self.status: str = row.server_status
        self.fault: str = row.server_fault
        self.target: str = row.server_target
        self.target_fault: str = row.server_target_fault
        self.ready_at: float = row.server_ready_at
        self.host: str | None = row.host
        self.deleted_at: float | None = row.server_deleted_at


def create(
    world: World,
    owner: Owner,
    address: str,
    new: NewContainer,
    fault: str | None = None,
) -> Container:
    """Make a container, which doesn't run yet; with ``fault`` it is dead.

    :raises HostUnreachable: when Docker doesn't answer at this address.
    :raises CloudError: when the name isn't right (400) or is taken (409).
    """
    if not _NAME.fullmatch(new.name):
        raise exceptions.CloudError(f"Invalid container name ({new.name}).", 400)
    if not new.image:
        raise exceptions.CloudError("No image specified.", 400)
    now = world.now()
    row: dict[str, Any] = {
        # As much of Docker's 64 characters as its clients need.
        "id": uuid.uuid4().hex + uuid.uuid4().hex[:4],
        "project": owner.project,
        "name": new.name,
        "image": new.image,
        "command": new.command,
        "labels": dict(new.labels),
        "node_mark": new.mark,
        "status": Status.CREATED,
        "target": Status.CREATED if fault is None else Status.DEAD,
        "reason": fault or "",
        "ready_at": now,
        "created_at": now,
    }

    def work(connection: sa.Connection) -> None:
        server_id = reach(world, connection, owner, address, lock=True)
        _refuse_taken(connection, server_id, new.name)
        connection.execute(_TABLE.insert(), {**row, "server_id": server_id})

    world.store.transact(work)
    return Container(
        id=row["id"],
        name=new.name,
        image=new.image,
        command=new.command,
        labels=row["labels"],
        status=row["target"],
        reason=row["reason"],
        created_at=now,
    )


def get(world: World, owner: Owner, address: str, container_id: str) -> Container:
    """Return one container of a host.

    :raises HostUnreachable: when Docker doesn't answer at this address.
    :raises CloudNotFound: when the host has no such container.
    """
    found = _records(world, owner, address, _TABLE.c.id == container_id)
    if not found:
        raise exceptions.CloudNotFound("container", container_id)
    return found[0]


def find_marked(world: World, owner: Owner, address: str, mark: str) -> list[Container]:
    """Return the containers of a host that carry a mark, the oldest first.

    :raises HostUnreachable: when Docker doesn't answer at this address.
    """
    return _records(world, owner, address, _TABLE.c.node_mark == mark)


def look(world: World, owner: Owner, container_ids: Collection[str]) -> list[Seen]:
    """Tell how far containers are, with one statement per 1,000 of them.

    Those whose host doesn't answer now are UNREACHABLE.
    """
    ids = list(container_ids)
    now = world.now()

    def work(connection: sa.Connection) -> dict[str, Seen]:
        seen: dict[str, Seen] = {}
        for start in range(0, len(ids), PAGE):
            rows = connection.execute(
                sa.select(_TABLE, *_OF_SERVER)
                .join(_SERVERS, _SERVERS.c.id == _TABLE.c.server_id)
                .where(
                    _TABLE.c.id.in_(ids[start : start + PAGE]),
                    _TABLE.c.project == owner.project,
                    _TABLE.c.deleted_at.is_(None),
                )
            )
            seen.update((row.id, _seen(world, row, now)) for row in rows)
        return seen

    seen = world.store.read(work)
    return [seen.get(one, Seen(id=one, status=GONE)) for one in ids]


def act(
    world: World,
    owner: Owner,
    address: str,
    container_id: str,
    operation: str,
    fault: str | None = None,
) -> None:
    """Start an operation; with ``fault`` the container exits instead.

    :raises HostUnreachable: when Docker doesn't answer at this address.
    :raises CloudNotFound: when the host has no such container.
    :raises CloudError: when it is in no status for it (409), or the operation is
        unknown (400).
    """
    move = container_states.MOVES.get(operation)
    if move is None:
        raise exceptions.CloudError(f"Containers have no operation '{operation}'.", 400)
    now = world.now()
    seconds = world.setting("container_seconds")

    def work(connection: sa.Connection) -> None:
        server_id = reach(world, connection, owner, address)
        row = _lock(connection, server_id, container_id)
        status, _reason = container_states.state_of(row, now)
        is_busy = now < row.ready_at
        if status in move.idle and not is_busy:
            return
        if is_busy or status not in move.sources:
            raise exceptions.CloudError(
                f"Cannot {operation} container {container_id}: it is {status}.", 409
            )
        values = {
            "status": move.way or status,
            "target": move.target if fault is None else Status.EXITED,
            "reason": fault or "",
            "ready_at": now + seconds,
        }
        _write(connection, container_id, values)

    world.store.transact(work)


def rename(
    world: World, owner: Owner, address: str, container_id: str, name: str
) -> None:
    """Give a container another name.

    :raises HostUnreachable: when Docker doesn't answer at this address.
    :raises CloudNotFound: when the host has no such container.
    :raises CloudError: when the name isn't right (400) or is taken (409).
    """
    if not _NAME.fullmatch(name):
        raise exceptions.CloudError(f"Invalid container name ({name}).", 400)

    def work(connection: sa.Connection) -> None:
        server_id = reach(world, connection, owner, address, lock=True)
        if _lock(connection, server_id, container_id).name == name:
            return
        _refuse_taken(connection, server_id, name)
        _write(connection, container_id, {"name": name})

    world.store.transact(work)


def remove(
    world: World, owner: Owner, address: str, container_id: str, *, force: bool = False
) -> None:
    """Remove a container; nothing happens if it is gone.

    :raises HostUnreachable: when Docker doesn't answer at this address.
    :raises CloudError: when it runs and ``force`` isn't set.
    """
    now = world.now()

    def work(connection: sa.Connection) -> None:
        server_id = reach(world, connection, owner, address)
        try:
            row = _lock(connection, server_id, container_id)
        except exceptions.CloudNotFound:
            return
        status, _reason = container_states.state_of(row, now)
        runs = status in (Status.RUNNING, Status.PAUSED, Status.RESTARTING)
        if runs and not force:
            raise exceptions.CloudError(
                f"You cannot remove a running container {container_id}.", 409
            )
        _write(connection, container_id, {"deleted_at": now})

    world.store.transact(work)


def wipe(connection: sa.Connection, server_id: str, now: float) -> None:
    """Take away all containers of a server that gets a new disk."""
    connection.execute(
        _TABLE.update()
        .where(_TABLE.c.server_id == server_id, _TABLE.c.deleted_at.is_(None))
        .values(deleted_at=now)
    )


def _seen(world: World, row: Any, now: float) -> Seen:
    problem = _trouble(world, _Server(row), now)
    if problem == GONE:
        return Seen(id=row.id, status=GONE)
    if problem:
        return Seen(id=row.id, status=UNREACHABLE, reason=problem)
    status, reason = container_states.state_of(row, now)
    return Seen(id=row.id, status=status, reason=reason)


def _trouble(world: World, server: lifecycle.Row, now: float) -> str:
    """Say why a server can't be reached; empty if it can, GONE if it is gone."""
    picture = world.picture
    state = lifecycle.state_of(server, now, placement.broken_hosts(picture))
    if state.status == lifecycle.Status.GONE:
        return GONE
    if state.status != lifecycle.Status.ACTIVE:
        return f"The server is {state.status}."
    if not placement.is_reachable(picture, server.host):
        return "The server doesn't answer."
    return ""


def reach(
    world: World,
    connection: sa.Connection,
    owner: Owner,
    address: str,
    *,
    lock: bool = False,
) -> str:
    """Find the server behind an address and return its id.

    Names are given out one at a time, under its lock.

    :raises HostUnreachable: when there is none, or it doesn't answer.
    """
    ports, used = tables.PORTS, tables.ADDRESSES
    query = (
        sa.select(_SERVERS)
        .join(ports, ports.c.device_id == _SERVERS.c.id)
        .join(used, used.c.owner_id == ports.c.id)
        .where(used.c.address == address, _SERVERS.c.project == owner.project)
    )
    row = connection.execute(query.with_for_update() if lock else query).first()
    problem = GONE if row is None else _trouble(world, row, world.now())
    if row is None or problem:
        why = "There is no such host." if problem == GONE else problem
        raise exceptions.HostUnreachable(address, why)
    return str(row.id)


def _refuse_taken(connection: sa.Connection, server_id: str, name: str) -> None:
    same = connection.execute(
        sa.select(_TABLE.c.id).where(
            _TABLE.c.server_id == server_id,
            _TABLE.c.deleted_at.is_(None),
            _TABLE.c.name == name,
        )
    ).first()
    if same is not None:
        raise exceptions.CloudError(
            f'Conflict. The container name "/{name}" is already in use by container '
            f"{same.id}.",
            409,
        )


def _lock(connection: sa.Connection, server_id: str, container_id: str) -> sa.Row[Any]:
    row = connection.execute(
        sa.select(_TABLE)
        .where(
            _TABLE.c.id == container_id,
            _TABLE.c.server_id == server_id,
            _TABLE.c.deleted_at.is_(None),
        )
        .with_for_update()
    ).first()
    if row is None:
        raise exceptions.CloudNotFound("container", container_id)
    return row


def _write(
    connection: sa.Connection, container_id: str, values: dict[str, Any]
) -> None:
    connection.execute(
        _TABLE.update().where(_TABLE.c.id == container_id).values(**values)
    )


def _records(
    world: World, owner: Owner, address: str, condition: sa.ColumnElement[bool]
) -> list[Container]:
    now = world.now()

    def work(connection: sa.Connection) -> list[sa.Row[Any]]:
        server_id = reach(world, connection, owner, address)
        return list(
            connection.execute(
                sa.select(_TABLE)
                .where(
                    condition,
                    _TABLE.c.server_id == server_id,
                    _TABLE.c.deleted_at.is_(None),
                )
                .order_by(_TABLE.c.created_at, _TABLE.c.id)
            )
        )

    return [_record(row, now) for row in world.store.read(work)]


def _record(row: sa.Row[Any], now: float) -> Container:
    status, reason = container_states.state_of(row, now)
    return Container(
        id=row.id,
        name=row.name,
        image=row.image,
        command=row.command,
        labels=row.labels,
        status=status,
        reason=reason,
        created_at=row.created_at,
    )
