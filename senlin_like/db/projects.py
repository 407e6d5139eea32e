"""What a project may do once at a time: checks of its quota and its names."""

import functools

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import statements
from senlin_like.db.work_models import ProjectLock

TABLE = ProjectLock.__table__
_ROW = {"project": sa.bindparam("project"), "turns": 1}
_MORE = {"turns": TABLE.c.turns + 1}


def lock(session: orm.Session, project: str) -> None:
    """Let one transaction of a project go at a time, until it ends.

    One statement, which makes the project's row if there is none. It changes
    the row: a lock alone is known to one server only where several are written
    to (Galera).
    """
    session.execute(_take(session.get_bind().dialect.name), {"project": project})


@functools.cache
def _take(dialect: str) -> sa.Insert:
    return statements.put(dialect, TABLE, _ROW, _MORE)
