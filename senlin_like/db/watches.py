"""Parked waits for the cloud, in groups that one list call answers."""

import dataclasses

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import schedules
from senlin_like.db.models import Action
from senlin_like.db.types import db_now
from senlin_like.db.work_models import WatchGroup
from senlin_like.domain.enums import ActionStatus, WaitKind

TABLE = Action.__table__
_GROUPS = WatchGroup.__table__


@dataclasses.dataclass(frozen=True, kw_only=True)
class Group:
    """A group whose turn it is."""

    key: str
    pace: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Waiting:
    """An action that waits for a cloud object."""

    id: str
    lease: int
    object_id: str
    until: frozenset[str]
    failed: frozenset[str]
    is_told: bool


#: What is added to a reason while the cloud can't be asked.
_SILENT = " The cloud doesn't answer now; asking again."

_IS_TOLD = TABLE.c.status_reason.endswith(_SILENT, autoescape=True)


def seconds_to_next(session: orm.Session) -> float | None:
    """Return how long it is to the next look at any group; None if there is none."""
    return session.scalar(sa.select(sa.func.min(WatchGroup.due_at) - db_now()))


def take(session: orm.Session, *, hold_s: float, limit: int = 20) -> list[Group]:
    """Take the groups that are due; others leave them alone for ``hold_s``."""
    query = sa.select(_GROUPS.c.key, _GROUPS.c.due_at, _GROUPS.c.pace)
    due = schedules.take(session, query, _GROUPS.c.key, again_s=hold_s, limit=limit)
    return [Group(key=row.key, pace=row.pace) for row in due]


def waiting(session: orm.Session, key: str) -> list[Waiting]:
    """Return the actions that wait in a group."""
    rows = session.execute(
        sa.select(
            TABLE.c.id,
            TABLE.c.lease,
            TABLE.c.wait_object,
            TABLE.c.wait,
            _IS_TOLD.label("is_told"),
        ).where(*_in_group(key))
    )
    return [
        Waiting(
            id=row.id,
            lease=row.lease,
            object_id=row.wait_object,
            until=frozenset((row.wait or {}).get("until", ())),
            failed=frozenset((row.wait or {}).get("failed", ())),
            is_told=bool(row.is_told),
        )
        for row in rows
    ]


def _in_group(key: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        TABLE.c.wait_group == key,
        TABLE.c.status == ActionStatus.WAITING,
        TABLE.c.wait_kind == WaitKind.CLOUD,
    )


def tell_silence(session: orm.Session, key: str) -> None:
    """Say in the reasons of those who wait that the cloud doesn't answer."""
    told = TABLE.c.status_reason + _SILENT
    session.execute(
        sa.update(TABLE)
        .where(*_in_group(key), sa.not_(_IS_TOLD))
        .values(status_reason=told)
    )


def take_back_silence(session: orm.Session, key: str) -> None:
    """Say it no longer."""
    told = sa.func.replace(TABLE.c.status_reason, _SILENT, "")
    session.execute(
        sa.update(TABLE).where(*_in_group(key), _IS_TOLD).values(status_reason=told)
    )


def put_back(session: orm.Session, key: str, *, after_s: float, pace: float) -> None:
    """Say when a group is looked at next.

    An action that parked meanwhile may have asked for an earlier look; then
    that holds. The order of the assignments matters on MariaDB.
    """
    earlier = _GROUPS.c.due_at < db_now() + after_s
    session.execute(
        sa.update(_GROUPS)
        .where(_GROUPS.c.key == key)
        .ordered_values(
            (_GROUPS.c.pace, sa.case((earlier, _GROUPS.c.pace), else_=pace)),
            (
                _GROUPS.c.due_at,
                sa.case((earlier, _GROUPS.c.due_at), else_=db_now() + after_s),
            ),
        )
    )


def drop(session: orm.Session, key: str) -> None:
    """Forget a group that nobody has waited in for long."""
    session.execute(sa.delete(WatchGroup).where(WatchGroup.key == key))


def missing_groups(session: orm.Session) -> list[str]:
    """Return groups that actions wait in, but that nobody looks at."""
    return list(
        session.scalars(
            sa.select(Action.wait_group)
            .outerjoin(WatchGroup, WatchGroup.key == Action.wait_group)
            .where(
                Action.status == ActionStatus.WAITING,
                Action.wait_kind == WaitKind.CLOUD,
                Action.wait_group.is_not(None),
                WatchGroup.key.is_(None),
            )
            .distinct()
            .limit(100)
        )
    )
