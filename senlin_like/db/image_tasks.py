"""Which images an action brings to which hosts, and how far that is.

Rows are changed only by who holds the action; see ``domain/image_caching.py``.
"""

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import conflicts, statements
from senlin_like.db.aggregate_models import ImageTask
from senlin_like.db.models import Action
from senlin_like.domain import image_caching as rules
from senlin_like.domain.enums import UNFINISHED, Kind, Signal
from senlin_like.domain.image_caching import Counts, Task, TaskStatus

TABLE = ImageTask.__table__
_ACTIONS = Action.__table__
#: Rows that one INSERT takes.
_BULK = 5000
_KEYS = [field.name for field in dataclasses.fields(Task)]
_ACTION_ID: sa.BindParameter[str] = sa.bindparam("action")
_OF_ACTION = TABLE.c.action_id == _ACTION_ID
_SHOWN = sa.select(*(TABLE.c[key] for key in _KEYS)).where(_OF_ACTION)
_OPEN = _SHOWN.where(TABLE.c.status.in_(list(rules.OPEN))).order_by(TABLE.c.position)
#: How tasks end that haven't brought an image for sure; the worst first.
_POOR = {TaskStatus.FAILED: 0, TaskStatus.SKIPPED: 1, TaskStatus.ASKED: 2}
_UNFINISHED = sa.and_(
    _ACTIONS.c.action == Kind.AGGREGATE_CACHE_IMAGES,
    _ACTIONS.c.status.in_(list(UNFINISHED)),
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Poor:
    """A host that hasn't got everything for sure, with the tasks that tell why."""

    host: str
    tasks: tuple[Task, ...]


def insert(
    session: orm.Session, action_id: str, hosts: Sequence[str], images: Sequence[str]
) -> None:
    """Insert the tasks of a new action, due at once."""
    rows = [
        {
            "action_id": action_id,
            "host": host,
            "image_id": image_id,
            "position": place * len(images) + number,
            "status": TaskStatus.PENDING,
            "attempts": 0,
            "due_at": 0.0,
            "reason": "",
        }
        for place, host in enumerate(hosts)
        for number, image_id in enumerate(images)
    ]
    for start in range(0, len(rows), _BULK):
        session.execute(sa.insert(TABLE), rows[start : start + _BULK])


def list_open(session: orm.Session, action_id: str) -> list[Task]:
    """Return the tasks that aren't settled, in the order of their hosts."""
    return [_task(row) for row in session.execute(_OPEN, {"action": action_id})]


def put(session: orm.Session, action_id: str, tasks: Sequence[Task]) -> None:
    """Store tasks as they are now; none is fine."""
    if not tasks:
        return
    statement = statements.put_rows(session.get_bind().dialect.name, TABLE)
    rows = [{**dataclasses.asdict(task), "action_id": action_id} for task in tasks]
    session.execute(statement, rows)


def put_back(session: orm.Session, action_id: str) -> None:
    """Say of what nobody waits for any more that it isn't done."""
    session.execute(
        sa.update(TABLE)
        .where(TABLE.c.action_id == action_id, TABLE.c.status == TaskStatus.UNDERWAY)
        .values(status=TaskStatus.PENDING, due_at=None)
    )


def count(session: orm.Session, action_id: str) -> Counts:
    """Count the hosts of an action, with one statement."""
    found = {"done": 0, "failed": 0, "skipped": 0, "left": 0}
    for row in session.execute(_COUNT, {"action": action_id}):
        statuses = [status for status in _MARKED if row._mapping[status]]
        found[rules.class_of(statuses)] += row.hosts
    return Counts(**found)


def _counting() -> sa.Select[Any]:
    marks = [
        sa.func.max(sa.case((TABLE.c.status == status, 1), else_=0)).label(status)
        for status in _MARKED
    ]
    by_host = sa.select(*marks).where(_OF_ACTION).group_by(TABLE.c.host).subquery()
    seen = [by_host.c[status] for status in _MARKED]
    return sa.select(*seen, sa.func.count().label("hosts")).group_by(*seen)


_MARKED = tuple(status for status in TaskStatus if status is not TaskStatus.CACHED)
_COUNT = _counting()


def list_poor(session: orm.Session, action_id: str, *, most: int) -> list[Poor]:
    """Return hosts that haven't got everything, failed ones first.

    ``most`` bounds the tasks that are read for it.
    """
    rank = sa.case(_POOR, value=TABLE.c.status)
    query = _SHOWN.where(TABLE.c.status.in_(list(_POOR)))
    rows = session.execute(
        query.order_by(rank, TABLE.c.position).limit(most), {"action": action_id}
    )
    hosts: dict[str, list[Task]] = {}
    for row in rows:
        hosts.setdefault(row.host, []).append(_task(row))
    return [Poor(host=host, tasks=tuple(tasks)) for host, tasks in hosts.items()]


def count_poor(session: orm.Session, action_id: str) -> int:
    """Count the hosts that ``list_poor`` is about."""
    hosts = sa.select(sa.func.count(TABLE.c.host.distinct()))
    poor = hosts.where(_OF_ACTION, TABLE.c.status.in_(list(_POOR)))
    return session.scalar(poor, {"action": action_id}) or 0


def find_running(
    session: orm.Session, target: str, hosts: Collection[str], images: Collection[str]
) -> str | None:
    """Return the action that is bringing all the images to all the hosts, or None.

    One that is asked to stop, or has failed already, doesn't count.
    """
    rows = session.execute(
        sa.select(_ACTIONS.c.id, _ACTIONS.c.signal, _ACTIONS.c.inputs)
        .where(_UNFINISHED, _ACTIONS.c.target == target, _ACTIONS.c.undoing.is_(None))
        .order_by(_ACTIONS.c.created_at, _ACTIONS.c.id)
    ).all()
    for row in rows:
        if row.signal == Signal.CANCEL or not set(images) <= set(row.inputs["images"]):
            continue
        held = sa.select(TABLE.c.host).where(TABLE.c.action_id == row.id).distinct()
        if set(hosts) <= set(session.scalars(held)):
            return str(row.id)
    return None


def cancel_all(session: orm.Session, target: str) -> None:
    """Ask the unfinished actions of an aggregate to stop; they go on to their end."""
    found = sa.select(_ACTIONS.c.id).where(_UNFINISHED, _ACTIONS.c.target == target)
    conflicts.signal(session, list(session.scalars(found)), Signal.CANCEL)


def delete_some(session: orm.Session, action_ids: Collection[str], most: int) -> int:
    """Delete up to ``most`` tasks of actions; returns how many.

    Positions of an action follow each other, so that a part of them is a range.
    """
    found = session.execute(
        sa.select(
            TABLE.c.action_id,
            sa.func.count().label("tasks"),
            sa.func.min(TABLE.c.position).label("first"),
        )
        .where(TABLE.c.action_id.in_(list(action_ids)))
        .group_by(TABLE.c.action_id)
    )
    whole, cut, left = [], None, most
    for row in found:
        if row.tasks <= left:
            whole.append(row.action_id)
            left -= row.tasks
        elif cut is None:
            cut = row
    if whole:
        session.execute(sa.delete(TABLE).where(TABLE.c.action_id.in_(whole)))
    if cut is not None and left:
        part = TABLE.c.position < cut.first + left
        session.execute(
            sa.delete(TABLE).where(TABLE.c.action_id == cut.action_id, part)
        )
        left = 0
    return most - left


def _task(row: Any) -> Task:
    values = {key: getattr(row, key) for key in _KEYS}
    return Task(**{**values, "status": TaskStatus(values["status"])})
