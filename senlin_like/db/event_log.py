"""Writes events."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db.models import Event


def insert(session: orm.Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep events; none is fine."""
    if rows:
        session.execute(sa.insert(Event.__table__), [dict(row) for row in rows])
