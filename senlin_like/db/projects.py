"""What is done once at a time: checks of quotas and names; adoptions; aggregates."""

import functools

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import statements
from senlin_like.db.work_models import ProjectLock

TABLE = ProjectLock.__table__
_ROW = {"project": sa.bindparam("project"), "turns": 1}
_MORE = {"turns": TABLE.c.turns + 1}
#: Rows that are no project's.
_ADOPTIONS = "*adoptions*"
_AGGREGATES = "*aggregates*"


def lock(session: orm.Session, project: str) -> None:
    """Let one transaction of a project go at a time, until it ends.

    One statement, which makes the project's row if there is none. It changes
    the row: a lock alone is known to one server only where several are written
    to (Galera).
    """
    session.execute(_take(session.get_bind().dialect.name), {"project": project})


def lock_adoptions(session: orm.Session) -> None:
    """Let one adoption go at a time, in whatever project, until it ends.

    Who asks may see the objects of several projects. A unique index would do for
    new databases, but older ones may hold an object twice.
    """
    lock(session, _ADOPTIONS)


def lock_aggregates(session: orm.Session) -> None:
    """Let one change of host aggregates go at a time, until it ends.

    What is checked reaches across aggregates: names, and zones of hosts.
    """
    lock(session, _AGGREGATES)


@functools.cache
def _take(dialect: str) -> sa.Insert:
    return statements.put(dialect, TABLE, _ROW, _MORE)
