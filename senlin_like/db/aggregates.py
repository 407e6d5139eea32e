"""Rows of host aggregates. Whoever changes them calls ``lock`` first."""

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import projects
from senlin_like.db.aggregate_models import Aggregate, AggregateHost

TABLE = Aggregate.__table__
HOSTS = AggregateHost.__table__
#: Metadata that is the aggregate's availability zone.
ZONE_KEY = "availability_zone"
_KEYS = ["id", "uuid", "name", "zone", "meta_data", "created_at", "updated_at"]
#: Hosts with their places, as one text: what a statement sees is of one moment.
_MEMBERS = (
    sa.select(
        sa.func.aggregate_strings(
            sa.cast(HOSTS.c.position, sa.String) + ":" + HOSTS.c.host, ","
        )
    )
    .where(HOSTS.c.aggregate_id == TABLE.c.id)
    .scalar_subquery()
)
_SHOWN = sa.select(*(TABLE.c[key] for key in _KEYS), _MEMBERS.label("hosts")).order_by(
    TABLE.c.id
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Record:
    """An aggregate with its hosts in the order of addition."""

    id: int
    uuid: str
    name: str
    zone: str | None
    meta_data: Mapping[str, str]
    created_at: datetime.datetime
    updated_at: datetime.datetime | None
    hosts: tuple[str, ...] = ()


def lock(session: orm.Session) -> None:
    """Let nobody else change aggregates until the transaction ends."""
    projects.lock_aggregates(session)


def list_all(session: orm.Session) -> list[Record]:
    """Return all aggregates, in the order of their ids, with one statement.

    Nobody sees a host in two zones between the changes of others.
    """
    return [_record(row) for row in session.execute(_SHOWN)]


def name_of(session: orm.Session, uuid: str) -> str | None:
    """Return the name of an aggregate, None if it isn't there (any more)."""
    return session.scalar(sa.select(Aggregate.name).where(Aggregate.uuid == uuid))


def find(session: orm.Session, uuid: str) -> Record | None:
    """Return one aggregate, with one statement; None if it isn't there."""
    row = session.execute(_SHOWN.where(TABLE.c.uuid == uuid)).first()
    return None if row is None else _record(row)


def _record(row: Any) -> Record:
    """Make a record; names of hosts have neither colons nor commas."""
    values = dict(row._mapping)
    parts = [one.partition(":") for one in (values.pop("hosts") or "").split(",")]
    hosts = sorted((int(position), host) for position, _, host in parts if host)
    return Record(**values, hosts=tuple(host for _, host in hosts))


def insert(session: orm.Session, row: Mapping[str, Any]) -> int:
    """Insert an aggregate; returns its id."""
    made = session.execute(sa.insert(TABLE), [dict(row)])
    [aggregate_id] = made.inserted_primary_key  # type: ignore[attr-defined]
    return int(aggregate_id)


def update(session: orm.Session, aggregate_id: int, changes: Mapping[str, Any]) -> None:
    """Change columns of an aggregate."""
    session.execute(
        sa.update(TABLE).where(TABLE.c.id == aggregate_id).values(**changes)
    )


def delete(session: orm.Session, aggregate_id: int) -> None:
    """Delete an aggregate that has no hosts."""
    session.execute(sa.delete(TABLE).where(TABLE.c.id == aggregate_id))


def add_host(session: orm.Session, aggregate_id: int, host: str) -> None:
    """Put a host at the end of an aggregate."""
    last = session.scalar(
        sa.select(sa.func.max(HOSTS.c.position)).where(
            HOSTS.c.aggregate_id == aggregate_id
        )
    )
    session.execute(
        sa.insert(HOSTS).values(
            aggregate_id=aggregate_id, host=host, position=(last or 0) + 1
        )
    )


def remove_host(session: orm.Session, aggregate_id: int, host: str) -> None:
    """Take a host out of an aggregate."""
    session.execute(
        sa.delete(HOSTS).where(
            HOSTS.c.aggregate_id == aggregate_id, HOSTS.c.host == host
        )
    )
