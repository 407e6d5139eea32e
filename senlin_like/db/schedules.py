"""Rows that are due again and again: who takes one moves its time.

One that is lost with its engine is due once more after that.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db.types import db_now


def take(
    session: orm.Session,
    query: sa.Select[Any],
    key: sa.Column[Any],
    *,
    again_s: float,
    limit: int,
) -> list[Any]:
    """Take rows of ``key``'s table that are due; each is due again in ``again_s``.

    ``query`` selects ``key`` and ``due_at``, and what else is wanted.
    """
    table = key.table
    due = session.execute(
        query.where(table.c.due_at <= db_now()).order_by(table.c.due_at).limit(limit)
    ).all()
    taken = []
    for row in due:
        seen = (key == getattr(row, key.name), table.c.due_at == row.due_at)
        mine = session.execute(
            sa.update(table).where(*seen).values(due_at=db_now() + again_s)
        )
        if mine.rowcount:  # type: ignore[attr-defined]
            taken.append(row)
    return taken
