"""Reads what a cluster, a node, an aggregate or an action is at a moment.

For others to be told of it.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import aggregates
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

    An ``AGGREGATE`` has its hosts besides, and its zone as metadata; its identity
    is its UUID. None when it isn't there (any more).
    """
    if kind == "AGGREGATE":
        return _aggregate(session, identity)
    table = _TABLES[kind]
    row = session.execute(sa.select(table).where(table.c.id == identity)).first()
    return None if row is None else of_row(row._mapping)


def _aggregate(session: orm.Session, uuid: str) -> Snapshot | None:
    record = aggregates.find(session, uuid)
    if record is None:
        return None
    zone = {} if record.zone is None else {aggregates.ZONE_KEY: record.zone}
    return {
        "id": record.id,
        "uuid": record.uuid,
        "name": record.name,
        "hosts": list(record.hosts),
        "metadata": masked({**record.meta_data, **zone}),
    }


def of_row(values: Mapping[Any, Any]) -> Snapshot:
    """Return a row that was read before, by the names of the API."""
    return {
        _NAMES.get(name, name): masked(value)
        for name, value in values.items()
        if name not in _OURS
    }
