"""Permissions to act for a user: stored, revocable, checked at use."""

import uuid
from collections.abc import Sequence

import sqlalchemy as sa

from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.world import World

_TABLE = tables.GRANTS


def make(world: World, user: str, project: str, roles: Sequence[str]) -> str:
    """Store a permission and return its id."""
    row = {
        "id": str(uuid.uuid4()),
        "user_id": user,
        "project": project,
        "roles": list(roles),
        "created_at": world.now(),
    }
    world.store.transact(lambda connection: connection.execute(_TABLE.insert(), row))
    return str(row["id"])


def is_valid(world: World, grant_id: str) -> bool:
    """Tell whether a permission exists and hasn't been revoked."""
    query = sa.select(_TABLE.c.id).where(
        _TABLE.c.id == grant_id, _TABLE.c.revoked_at.is_(None)
    )
    row = world.store.read(lambda connection: connection.execute(query).first())
    return row is not None


def holds(world: World, grant_id: str, user: str, project: str) -> bool:
    """Tell whether a valid permission is for this user in this project."""
    return roles(world, grant_id, user, project) is not None


def roles(
    world: World, grant_id: str, user: str, project: str
) -> tuple[str, ...] | None:
    """Return the roles of a valid permission for this user in this project.

    None when there is no such permission.
    """
    query = sa.select(_TABLE.c.roles).where(
        _TABLE.c.id == grant_id,
        _TABLE.c.user_id == user,
        _TABLE.c.project == project,
        _TABLE.c.revoked_at.is_(None),
    )
    row = world.store.read(lambda connection: connection.execute(query).first())
    return None if row is None else tuple(row.roles)


def revoke(world: World, grant_id: str) -> None:
    """End a permission; nothing happens if it has ended."""
    statement = (
        _TABLE.update()
        .where(_TABLE.c.id == grant_id, _TABLE.c.revoked_at.is_(None))
        .values(revoked_at=world.now())
    )
    world.store.transact(lambda connection: connection.execute(statement))
