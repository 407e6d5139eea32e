"""Watches for what a lost engine may still make: begun, taken in turn, ended.

``strays`` has those of nodes, ``policy_strays`` those of policies of clusters.
A watch keeps what it needs: what it is for may be gone before it ends.
"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import schedules
from senlin_like.db.models import Action
from senlin_like.db.types import db_now
from senlin_like.domain.enums import UNFINISHED

#: Seconds to the first look.
FIRST_LOOK_S = 5.0
#: Seconds after its time in which a watch waits for a cloud that can't be asked.
GIVE_UP_S = 3600.0
#: How far the cloud's clock may be behind the database's, in seconds.
CLOCKS_S = 60.0


def begin(
    session: orm.Session,
    table: sa.Table,
    wanted: sa.Select[Any],
    since: sa.ColumnElement[Any],
    watch_s: float,
) -> None:
    """Watch what ``wanted`` selects, in columns named like those of the table.

    What was made before ``since`` (epoch seconds) is left alone.
    """
    query = wanted.add_columns(
        (since - CLOCKS_S).label("since"),
        (db_now() + watch_s).label("until"),
        (db_now() + FIRST_LOOK_S).label("due_at"),
    )
    session.execute(sa.insert(table).from_select(query.selected_columns.keys(), query))


def prolong(
    session: orm.Session, table: sa.Table, which: sa.ColumnElement[bool], watch_s: float
) -> bool:
    """Watch for ``watch_s`` from now what is watched already; tell if anything is.

    This locks the watches: none of them is forgotten in between.
    """
    prolonged = session.execute(
        sa.update(table).where(which).values(until=db_now() + watch_s)
    )
    return bool(prolonged.rowcount)  # type: ignore[attr-defined]


def take(
    session: orm.Session,
    query: sa.Select[Any],
    key: sa.Column[Any],
    *,
    every_s: float,
    limit: int,
) -> list[Any]:
    """Take watches for which something may turn up; see ``schedules.take``.

    ``is_over`` tells that this look is the last one if it sees to everything,
    ``is_hopeless`` that it is the last one anyway.
    """
    until = key.table.c.until
    query = query.add_columns(
        (until < db_now()).label("is_over"),
        (until + GIVE_UP_S < db_now()).label("is_hopeless"),
    )
    return schedules.take(session, query, key, again_s=every_s, limit=limit)


def forget(session: orm.Session, key: sa.Column[Any], rows: Collection[Any]) -> None:
    """Forget watches that are over, unless they were prolonged meanwhile."""
    session.execute(
        sa.delete(key.table).where(
            key.in_([getattr(row, key.name) for row in rows]),
            key.table.c.until < db_now(),
        )
    )


def busy_targets(session: orm.Session, targets: Collection[str]) -> set[str]:
    """Return those of the nodes or clusters that have an unfinished action."""
    return set(
        session.scalars(
            sa.select(Action.target).where(
                Action.target.in_(list(targets)), Action.status.in_(list(UNFINISHED))
            )
        )
    )
