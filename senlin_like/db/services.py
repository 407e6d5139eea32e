"""Rows of the processes of this service."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db.types import db_now
from senlin_like.db.work_models import Service

TABLE = Service.__table__
_KEYS = [
    "id",
    "host",
    "binary",
    "topic",
    "disabled",
    "disabled_reason",
    "created_at",
    "updated_at",
]


def list_all(session: orm.Session) -> list[dict[str, Any]]:
    """Return all processes; ``silent_s`` is the time since their last sign.

    It is measured with the database's clock, as the signs of life are.
    """
    query = sa.select(
        *(TABLE.c[key] for key in _KEYS), (db_now() - TABLE.c.seen_at).label("silent_s")
    )
    rows = session.execute(query.order_by(TABLE.c.created_at, TABLE.c.id))
    return [dict(zip([*_KEYS, "silent_s"], row, strict=True)) for row in rows]
