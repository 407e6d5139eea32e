"""Permissions to act for a user in a project; sealed, one for each pair."""

import datetime
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_exception
from sqlalchemy import orm

from senlin_like.db import models
from senlin_like.db.session import Database

TABLE = models.Credential.__table__


def for_owner(db: Database, user: str, project: str) -> Mapping[str, Any] | None:
    """Return the stored permission of an owner, None if there is none.

    :raises SpecUnreadable: when no configured key opens it.
    """
    query = sa.select(TABLE.c.sealed).where(*_of(user, project))
    with db.reader() as session:
        sealed = session.execute(query).scalar_one_or_none()
    return None if sealed is None else db.vault.unseal(sealed)


def owners(db: Database, project: str | None = None) -> list[tuple[str, str]]:
    """Return the user and project of all stored permissions, by project."""
    query = sa.select(TABLE.c.user, TABLE.c.project).order_by(
        TABLE.c.project, TABLE.c.created_at, TABLE.c.user
    )
    if project is not None:
        query = query.where(TABLE.c.project == project)
    with db.reader() as session:
        return [(row.user, row.project) for row in session.execute(query)]


def store(
    db: Database,
    user: str,
    project: str,
    credential: Mapping[str, Any],
    now: datetime.datetime,
) -> bool:
    """Store the permission of an owner who has none.

    Returns False, and keeps what is there, when somebody else was quicker.
    """
    row = {
        "user": user,
        "project": project,
        "sealed": db.vault.seal(dict(credential)),
        "created_at": now,
    }
    try:
        db.transact(lambda session: session.execute(sa.insert(TABLE), row))
    except db_exception.DBDuplicateEntry:
        return False
    return True


def forget(
    db: Database, user: str, project: str, credential: Mapping[str, Any]
) -> bool:
    """Remove a permission that can't be used any more, so a new one is made.

    Does nothing, and returns False, when another one is stored by now.
    """

    def work(session: orm.Session) -> bool:
        query = sa.select(TABLE.c.sealed).where(*_of(user, project)).with_for_update()
        sealed = session.execute(query).scalar_one_or_none()
        if sealed is None or db.vault.unseal(sealed) != dict(credential):
            return False
        session.execute(sa.delete(TABLE).where(*_of(user, project)))
        return True

    return db.transact(work)


def _of(user: str, project: str) -> tuple[sa.ColumnElement[bool], ...]:
    return TABLE.c.user == user, TABLE.c.project == project
