"""Deletes old rows, in small batches: nobody waits for a long transaction."""

import datetime
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db.models import Action, Event
from senlin_like.db.session import Database, Session
from senlin_like.domain.enums import FINAL

_BATCH = 500


def events(
    db: Database, before: datetime.datetime, projects: Collection[str] = ()
) -> int:
    """Delete events older than ``before``, of some projects or of all."""
    return _repeat(db, Event, [Event.timestamp < before], projects)


def actions(
    db: Database, before: datetime.datetime, projects: Collection[str] = ()
) -> int:
    """Delete actions that ended before ``before``; unfinished ones stay.

    So do the children of an unfinished one, which will be judged by them.
    """
    parent = orm.aliased(Action)
    needed = sa.exists().where(
        parent.id == Action.parent_id, parent.status.not_in(list(FINAL))
    )
    old = [
        Action.end_time < before.timestamp(),
        Action.status.in_(list(FINAL)),
        ~needed,
    ]
    return _repeat(db, Action, old, projects)


def _repeat(
    db: Database,
    model: type[Action] | type[Event],
    old: Sequence[sa.ColumnElement[bool]],
    projects: Collection[str],
) -> int:
    where = [*old, model.project.in_(list(projects))] if projects else list(old)

    def batch(session: Session) -> int:
        ids = list(session.scalars(sa.select(model.id).where(*where).limit(_BATCH)))
        if ids:
            session.execute(sa.delete(model).where(model.id.in_(ids)))
        return len(ids)

    gone = 0
    while True:
        count = db.transact(batch)
        gone += count
        if count < _BATCH:
            return gone
