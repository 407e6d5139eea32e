"""Deletes old rows, in small batches: nobody waits for a long transaction."""

import dataclasses
import datetime
import functools
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import image_tasks
from senlin_like.db.models import Action, Event
from senlin_like.db.session import Database, Session
from senlin_like.domain.enums import FINAL

_BATCH = 500
#: Rows of images on hosts that go at a time; an action may have thousands.
_TASKS = 1000
_FINAL = list(FINAL)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Choice:
    """Whose rows go: of some projects or clusters, or of all; and how many.

    ``limit`` is the most rows that go, the oldest first; None for all.
    """

    projects: Collection[str] = ()
    clusters: Collection[str] = ()
    limit: int | None = None


ALL = Choice()


def events(db: Database, before: datetime.datetime, choice: Choice = ALL) -> int:
    """Delete events older than ``before``; return how many."""
    where = [Event.timestamp < before]
    if choice.projects:
        where.append(Event.project.in_(list(choice.projects)))
    if choice.clusters:
        # Those of a cluster that is deleted are known by what they are about.
        clusters = list(choice.clusters)
        where.append(Event.cluster_id.in_(clusters) | Event.oid.in_(clusters))
    return _repeat(db, Event, where, Event.timestamp, choice.limit)


def actions(db: Database, before: datetime.datetime, choice: Choice = ALL) -> int:
    """Delete actions that ended before ``before``; return how many.

    Unfinished ones stay, and so do the families of unfinished ones: a parent
    is judged by its children, and shows them.
    """
    where = [
        Action.end_time < before.timestamp(),
        Action.status.in_(_FINAL),
        *_of_no_running_family(),
    ]
    if choice.projects:
        where.append(Action.project.in_(list(choice.projects)))
    if choice.clusters:
        clusters = list(choice.clusters)
        where.append(Action.cluster_id.in_(clusters) | Action.target.in_(clusters))
    return _repeat(db, Action, where, Action.end_time, choice.limit)


def _of_no_running_family() -> list[sa.ColumnElement[bool]]:
    """Return the conditions that neither forebears nor children are unfinished."""
    parent, above, child = (orm.aliased(Action) for _ in range(3))
    return [
        ~sa.exists().where(parent.id == Action.parent_id, parent.status.not_in(_FINAL)),
        ~sa.exists().where(
            parent.id == Action.parent_id,
            above.id == parent.parent_id,
            above.status.not_in(_FINAL),
        ),
        ~sa.exists().where(child.parent_id == Action.id, child.status.not_in(_FINAL)),
    ]


def _repeat(
    db: Database,
    model: type[Action] | type[Event],
    where: Sequence[sa.ColumnElement[bool]],
    age: Any,
    limit: int | None,
) -> int:
    def batch(session: Session, size: int) -> int | None:
        """Delete some rows; None if what belongs to them has to go first."""
        ids = list(
            session.scalars(sa.select(model.id).where(*where).order_by(age).limit(size))
        )
        if ids and model is Action:
            tasks = image_tasks.delete_some(session, ids, _TASKS)
            if tasks == _TASKS:
                return None
        if ids:
            session.execute(sa.delete(model).where(model.id.in_(ids)))
        return len(ids)

    gone = 0
    while True:
        size = _BATCH if limit is None else min(_BATCH, limit - gone)
        count = db.transact(functools.partial(batch, size=size)) if size else 0
        if count is None:
            continue
        gone += count
        if count < _BATCH:
            return gone
