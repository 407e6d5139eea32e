"""Deletes old rows, in small batches: nobody waits for a long transaction."""

import datetime
from collections.abc import Callable, Collection

import sqlalchemy as sa

from senlin_like.db.models import Action, Event
from senlin_like.db.session import Database, Session
from senlin_like.domain.enums import FINAL

_BATCH = 500


def events(
    db: Database, before: datetime.datetime, projects: Collection[str] = ()
) -> int:
    """Delete events older than ``before``, of some projects or of all."""

    def batch(session: Session) -> int:
        where = [Event.timestamp < before]
        if projects:
            where.append(Event.project.in_(list(projects)))
        ids = list(session.scalars(sa.select(Event.id).where(*where).limit(_BATCH)))
        if ids:
            session.execute(sa.delete(Event).where(Event.id.in_(ids)))
        return len(ids)

    return _repeat(db, batch)


def actions(
    db: Database, before: datetime.datetime, projects: Collection[str] = ()
) -> int:
    """Delete actions that ended before ``before``; unfinished ones stay."""

    def batch(session: Session) -> int:
        where = [
            Action.end_time < before.timestamp(),
            Action.status.in_(list(FINAL)),
        ]
        if projects:
            where.append(Action.project.in_(list(projects)))
        ids = list(session.scalars(sa.select(Action.id).where(*where).limit(_BATCH)))
        if ids:
            session.execute(sa.delete(Action).where(Action.id.in_(ids)))
        return len(ids)

    return _repeat(db, batch)


def _repeat(db: Database, batch: Callable[[Session], int]) -> int:
    gone = 0
    while True:
        count = db.transact(batch)
        gone += count
        if count < _BATCH:
            return gone
