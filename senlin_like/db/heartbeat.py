"""Signs of life of the service's processes."""

import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db.types import db_now
from senlin_like.db.work_models import Service

_FORGOTTEN_AFTER_S = 86400.0


def beat(
    session: orm.Session,
    service_id: str,
    *,
    host: str,
    binary: str,
    now: datetime.datetime,
) -> None:
    """Say that a process lives; the first time makes its row."""
    alive = session.execute(
        sa.update(Service)
        .where(Service.id == service_id)
        .values(updated_at=now, seen_at=db_now())
    )
    if alive.rowcount:  # type: ignore[attr-defined]
        return
    session.execute(
        sa.insert(Service).values(
            id=service_id,
            host=host,
            binary=binary,
            topic=binary,
            disabled=False,
            disabled_reason=None,
            created_at=now,
            updated_at=now,
            seen_at=db_now(),
        )
    )


def leave(session: orm.Session, service_id: str) -> None:
    """Remove the row of a process that stops."""
    session.execute(sa.delete(Service).where(Service.id == service_id))


def forget_lost(session: orm.Session) -> int:
    """Remove rows of processes that have been silent for a day."""
    gone = session.execute(
        sa.delete(Service).where(Service.seen_at < db_now() - _FORGOTTEN_AFTER_S)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
