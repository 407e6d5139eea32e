"""The row that says whether the cloud knows the zones that aggregates give hosts."""

import functools

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import statements
from senlin_like.db.aggregate_models import ZoneNotice
from senlin_like.db.types import db_now

TABLE = ZoneNotice.__table__
_IS_THE_ROW = TABLE.c.id == 1


def want(session: orm.Session) -> None:
    """Note that the cloud has to be told; the first time makes the row."""
    session.execute(_want(session.get_bind().dialect.name))


def is_wanted(session: orm.Session) -> bool:
    """Tell whether the cloud has to be told."""
    query = sa.select(TABLE.c.id).where(_IS_THE_ROW, TABLE.c.told < TABLE.c.wanted)
    return session.scalar(query) is not None


def take(session: orm.Session, holder: str, hold_s: float) -> int | None:
    """Take on telling the cloud; returns what to ``settle`` afterwards.

    None when it knows, or somebody else is telling it; whoever needs longer
    than ``hold_s`` seconds loses it to others.
    """
    now = db_now()
    is_free = sa.or_(TABLE.c.holder.is_(None), TABLE.c.held_until < now)
    taken = session.execute(
        sa.update(TABLE)
        .where(_IS_THE_ROW, TABLE.c.told < TABLE.c.wanted, is_free)
        .values(holder=holder, held_until=now + hold_s)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return None
    return session.scalar(sa.select(TABLE.c.wanted).where(_IS_THE_ROW))


def settle(session: orm.Session, holder: str, told: int) -> None:
    """Note what the cloud has been told, and let go."""
    _let_go(session, holder, told=told)


def release(session: orm.Session, holder: str) -> None:
    """Let go of telling the cloud, which failed."""
    _let_go(session, holder)


def _let_go(session: orm.Session, holder: str, **values: int) -> None:
    """Let go, and set columns if it was still held.

    Somebody who was too slow may have told the cloud something old after others
    told it something new, even by a call that failed: then it is to be told again.
    """
    held = session.execute(
        sa.update(TABLE)
        .where(_IS_THE_ROW, TABLE.c.holder == holder)
        .values(holder=None, held_until=None, **values)
    )
    if not held.rowcount:  # type: ignore[attr-defined]
        want(session)


@functools.cache
def _want(dialect: str) -> sa.Insert:
    row = {"id": 1, "wanted": 1, "told": 0}
    return statements.put(dialect, TABLE, row, {"wanted": TABLE.c.wanted + 1})
