"""Finds the rows of objects that an owner sees: its own, where they are."""

from typing import Any

import sqlalchemy as sa

from senlin_like.simulated_cloud.world import Owner

Conditions = tuple[sa.ColumnElement[bool], ...]


def mine(table: sa.Table, owner: Owner) -> Conditions:
    """Tell which rows are an owner's."""
    return (table.c.project == owner.project, table.c.region == owner.region)


def visible(table: sa.Table, owner: Owner, now: float) -> Conditions:
    """Tell which rows are an owner's and not gone by now."""
    is_there = table.c.deleted_at.is_(None) | (table.c.deleted_at > now)
    return (*mine(table, owner), is_there)


def lock(
    connection: sa.Connection,
    table: sa.Table,
    owner: Owner,
    object_id: str,
    now: float,
) -> sa.Row[Any] | None:
    """Return the row of an object, locked until the transaction ends."""
    return connection.execute(
        sa.select(table)
        .where(table.c.id == object_id, *visible(table, owner, now))
        # Written out for MariaDB and PostgreSQL; SQLite has one writer anyway.
        .with_for_update()
    ).first()
