"""Writes events."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db.models import Event

_INSERT = sa.insert(Event.__table__)


def insert(session: orm.Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep events; none is fine."""
    if rows:
        session.execute(_INSERT, [dict(row) for row in rows])
