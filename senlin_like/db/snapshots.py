"""Reads what a cluster, a node or an action is at a moment, for others to be told."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db.actions import masked
from senlin_like.db.models import Action, Cluster, Node

Snapshot = dict[str, Any]

_TABLES = {
    "CLUSTER": Cluster.__table__,
    "NODE": Node.__table__,
    "ACTION": Action.__table__,
}
#: Columns that the API has other names for.
_NAMES = {"meta_data": "metadata"}
#: What nobody outside is told.
_OURS = frozenset(
    {"journal", "undoing", "wait", "seen", "lease", "profile_type", "sealed_spec"}
)


def take(session: orm.Session, kind: str, identity: str) -> Snapshot | None:
    """Return a row of ``CLUSTER``, ``NODE`` or ``ACTION``, passwords masked.

    None when it isn't there (any more).
    """
    table = _TABLES[kind]
    row = session.execute(sa.select(table).where(table.c.id == identity)).first()
    return None if row is None else of_row(row._mapping)


def of_row(values: Mapping[Any, Any]) -> Snapshot:
    """Return a row that was read before, by the names of the API."""
    return {
        _NAMES.get(name, name): masked(value)
        for name, value in values.items()
        if name not in _OURS
    }
