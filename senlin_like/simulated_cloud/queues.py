"""Queues of messages, claims on them, and subscriptions that nobody calls."""

import dataclasses
import uuid
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.world import World

_QUEUES = tables.QUEUES
_SUBSCRIPTIONS = tables.SUBSCRIPTIONS
_MESSAGES = tables.MESSAGES


@dataclasses.dataclass(frozen=True, kw_only=True)
class Claimed:
    """A message that somebody has claimed."""

    id: str
    body: Any
    claim_id: str


def create(world: World, project: str, name: str) -> None:
    """Make a queue; fine if it is there."""
    row = {"project": project, "name": name, "created_at": world.now()}

    def work(connection: sa.Connection) -> None:
        if not _is_there(connection, project, name):
            connection.execute(_QUEUES.insert(), row)

    world.store.transact(work)


def subscribe(world: World, project: str, queue: str, address: str) -> str:
    """Note that an address wants to hear of messages; return the note's id.

    :raises CloudNotFound: when there is no such queue.
    """
    row = {
        "id": str(uuid.uuid4()),
        "project": project,
        "queue": queue,
        "address": address,
        "created_at": world.now(),
    }

    def work(connection: sa.Connection) -> None:
        _need(connection, project, queue)
        connection.execute(_SUBSCRIPTIONS.insert(), row)

    world.store.transact(work)
    return str(row["id"])


def delete(world: World, project: str, name: str) -> None:
    """Delete a queue with all that is in it; fine if it is gone."""

    def work(connection: sa.Connection) -> None:
        for table in (_MESSAGES, _SUBSCRIPTIONS):
            connection.execute(
                table.delete().where(table.c.project == project, table.c.queue == name)
            )
        connection.execute(
            _QUEUES.delete().where(_QUEUES.c.project == project, _QUEUES.c.name == name)
        )

    world.store.transact(work)


def post(world: World, project: str, queue: str, body: Any) -> str:
    """Put a message into a queue; return its id.

    :raises CloudNotFound: when there is no such queue.
    """
    row = {
        "id": str(uuid.uuid4()),
        "project": project,
        "queue": queue,
        "body": body,
        "created_at": world.now(),
        "hidden_until": 0.0,
    }

    def work(connection: sa.Connection) -> None:
        _need(connection, project, queue)
        connection.execute(_MESSAGES.insert(), row)

    world.store.transact(work)
    return str(row["id"])


def claim(
    world: World, project: str, queue: str, *, limit: int, seconds: int
) -> list[Claimed]:
    """Take the oldest messages that nobody else has at the moment.

    :raises CloudNotFound: when there is no such queue.
    """
    now, claim_id = world.now(), str(uuid.uuid4())
    query = (
        sa.select(_MESSAGES.c.number, _MESSAGES.c.id, _MESSAGES.c.body)
        .where(
            _MESSAGES.c.project == project,
            _MESSAGES.c.queue == queue,
            _MESSAGES.c.hidden_until <= now,
        )
        .order_by(_MESSAGES.c.number)
        .limit(limit)
        .with_for_update()
    )

    def work(connection: sa.Connection) -> list[Claimed]:
        _need(connection, project, queue)
        rows = connection.execute(query).all()
        connection.execute(
            _MESSAGES.update()
            .where(_MESSAGES.c.number.in_([row.number for row in rows]))
            .values(claim_id=claim_id, hidden_until=now + seconds)
        )
        return [Claimed(id=row.id, body=row.body, claim_id=claim_id) for row in rows]

    return world.store.transact(work)


def delete_message(
    world: World, project: str, queue: str, message_id: str, claim_id: str
) -> None:
    """Delete a message that is claimed; fine if it is gone or another's by now."""
    statement = _MESSAGES.delete().where(
        _MESSAGES.c.project == project,
        _MESSAGES.c.queue == queue,
        _MESSAGES.c.id == message_id,
        _MESSAGES.c.claim_id == claim_id,
    )
    world.store.transact(lambda connection: connection.execute(statement))


def list_all(world: World) -> list[dict[str, Any]]:
    """Return the queues of all projects, with what wants to hear of them."""

    def work(connection: sa.Connection) -> list[dict[str, Any]]:
        queues = connection.execute(
            sa.select(_QUEUES).order_by(_QUEUES.c.project, _QUEUES.c.name)
        ).all()
        heard = connection.execute(sa.select(_SUBSCRIPTIONS)).all()
        return [
            {
                "project": queue.project,
                "name": queue.name,
                "subscribers": [
                    one.address
                    for one in heard
                    if (one.project, one.queue) == (queue.project, queue.name)
                ],
            }
            for queue in queues
        ]

    return world.store.read(work)


def list_messages(world: World, name: str) -> list[dict[str, Any]]:
    """Return the messages of the queues of a name, the oldest first."""
    query = sa.select(_MESSAGES).where(_MESSAGES.c.queue == name).order_by("number")
    rows = world.store.read(lambda connection: connection.execute(query).all())
    return [{"id": row.id, "project": row.project, "body": row.body} for row in rows]


def project_of(world: World, name: str) -> str:
    """Return the project that has the queue of a name.

    :raises NotFound: when there isn't exactly one.
    """
    query = sa.select(_QUEUES.c.project).where(_QUEUES.c.name == name)
    rows = world.store.read(lambda connection: connection.execute(query).all())
    if len(rows) != 1:
        raise exceptions.NotFound("queue", name)
    return str(rows[0].project)


def _is_there(connection: sa.Connection, project: str, name: str) -> bool:
    query = sa.select(_QUEUES.c.name).where(
        _QUEUES.c.project == project, _QUEUES.c.name == name
    )
    return connection.execute(query).first() is not None


def _need(connection: sa.Connection, project: str, name: str) -> None:
    if not _is_there(connection, project, name):
        raise exceptions.CloudNotFound("queue", name)
