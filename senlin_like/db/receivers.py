"""Rows of receivers. What readers may see of them is decided here."""

from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.context import RequestContext
from senlin_like.db import actions, models, paging
from senlin_like.db import identity as identities

TABLE = models.Receiver.__table__

NAMED = identities.Named(
    kind="receiver", id=TABLE.c.id, project=TABLE.c.project, name=TABLE.c.name
)
LISTING = paging.Listing(
    id=TABLE.c.id,
    project=TABLE.c.project,
    sortable={
        key: TABLE.c[key]
        for key in ("name", "type", "action", "cluster_id", "created_at", "user")
    },
    filterable={
        key: TABLE.c[key] for key in ("name", "type", "cluster_id", "action", "user")
    },
    default="name",
)
_SHOWN_KEYS = (
    "id",
    "name",
    "type",
    "user",
    "project",
    "domain",
    "created_at",
    "updated_at",
    "cluster_id",
    "action",
    "params",
    "channel",
)
#: What is kept of a channel, but for the service only.
_HIDDEN = frozenset({"subscription"})
#: Shown instead of the id of a permission: it is looked up when it is used.
_MASK = "******"

_ALL = sa.select(TABLE)
_LOCKED = sa.select(TABLE).with_for_update()

Record = dict[str, Any]


def get(session: orm.Session, ctx: RequestContext, identity: str) -> Record:
    """Return a receiver as readers may see it.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    return shown(find(session, ctx, identity)._mapping)


def list_page(
    session: orm.Session,
    ctx: RequestContext,
    page: paging.Page,
    filters: paging.Filters,
) -> list[Record]:
    """Return one page of receivers as readers may see them."""
    rows = paging.fetch(session, ctx, LISTING, _ALL, page, filters)
    return [shown(row._mapping) for row in rows]


def shown(row: Mapping[str, Any]) -> Record:
    """Leave out of a row what isn't for readers; passwords are hidden."""
    record = {key: row[key] for key in _SHOWN_KEYS}
    record["params"] = actions.masked(row["params"])
    record["channel"] = {
        key: value for key, value in row["channel"].items() if key not in _HIDDEN
    }
    record["actor"] = {"trust_id": _MASK}
    return record


def find(session: orm.Session, ctx: RequestContext, identity: str) -> identities.Row:
    """Return the row of a receiver, with the table's columns.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    return identities.get(session, ctx, NAMED, _ALL, identity)


def find_lock(
    session: orm.Session, ctx: RequestContext, identity: str
) -> identities.Row:
    """Find a receiver and lock its row.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    return identities.get(session, ctx, NAMED, _LOCKED, identity)


def by_id(session: orm.Session, receiver_id: str) -> identities.Row | None:
    """Return the row of exactly this id, whoever it belongs to."""
    return session.execute(_ALL.where(TABLE.c.id == receiver_id)).first()


def insert(session: orm.Session, row: Mapping[str, Any]) -> None:
    """Insert a receiver; the keys are those of the table's columns."""
    session.execute(sa.insert(TABLE), dict(row))


def update(session: orm.Session, receiver_id: str, changes: Mapping[str, Any]) -> None:
    """Change columns of a receiver."""
    session.execute(sa.update(TABLE).where(TABLE.c.id == receiver_id), dict(changes))


def delete(session: orm.Session, receiver_id: str) -> bool:
    """Delete a receiver's row; tells whether it was there."""
    done = session.execute(sa.delete(TABLE).where(TABLE.c.id == receiver_id))
    return bool(cast("sa.CursorResult[Any]", done).rowcount)


def names_of_cluster(session: orm.Session, cluster_id: str, most: int) -> list[str]:
    """Return the names of a cluster's receivers, ``most`` of them at most."""
    query = (
        sa.select(TABLE.c.name)
        .where(TABLE.c.cluster_id == cluster_id)
        .order_by(TABLE.c.name, TABLE.c.id)
        .limit(most)
    )
    return list(session.scalars(query))
