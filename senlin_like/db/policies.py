"""Rows of policies. Specs stay sealed here: ``operations`` opens them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.context import RequestContext
from senlin_like.db import identity as identities
from senlin_like.db import models, paging

TABLE = models.Policy.__table__

NAMED = identities.Named(
    kind="policy", id=TABLE.c.id, project=TABLE.c.project, name=TABLE.c.name
)
LISTING = paging.Listing(
    id=TABLE.c.id,
    project=TABLE.c.project,
    sortable={
        key: TABLE.c[key] for key in ("type", "name", "created_at", "updated_at")
    },
    filterable={key: TABLE.c[key] for key in ("type", "name")},
    default="created_at",
)
_KEYS = [
    "id",
    "name",
    "type",
    "sealed_spec",
    "data",
    "user",
    "project",
    "domain",
    "created_at",
    "updated_at",
]
_SHOWN = sa.select(*(TABLE.c[key] for key in _KEYS))
_LOCKED = _SHOWN.with_for_update()
_HELD = _SHOWN.with_for_update(read=True)


def get(session: orm.Session, ctx: RequestContext, identity: str) -> dict[str, Any]:
    """Return a policy, its spec as ``sealed_spec``.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    row = identities.get(session, ctx, NAMED, _SHOWN, identity)
    return dict(zip(_KEYS, row, strict=True))


def list_page(
    session: orm.Session,
    ctx: RequestContext,
    page: paging.Page,
    filters: paging.Filters,
) -> list[dict[str, Any]]:
    """Return one page of policies, their specs as ``sealed_spec``."""
    rows = paging.fetch(session, ctx, LISTING, _SHOWN, page, filters)
    return [dict(zip(_KEYS, row, strict=True)) for row in rows]


def find_hold(
    session: orm.Session, ctx: RequestContext, identity: str
) -> dict[str, Any]:
    """Find a policy and keep it from being deleted in this transaction.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    row = identities.get(session, ctx, NAMED, _HELD, identity)
    return dict(zip(_KEYS, row, strict=True))


def load_hold(session: orm.Session, policy_id: str) -> Any | None:
    """Return the row of exactly this id, kept from being deleted meanwhile."""
    return session.execute(_HELD.where(TABLE.c.id == policy_id)).first()


def find_lock(
    session: orm.Session, ctx: RequestContext, identity: str
) -> dict[str, Any]:
    """Find a policy and lock its row.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    row = identities.get(session, ctx, NAMED, _LOCKED, identity)
    return dict(zip(_KEYS, row, strict=True))


def insert(session: orm.Session, row: dict[str, Any]) -> None:
    """Insert a policy; the keys are those of the table's columns."""
    session.execute(sa.insert(TABLE), row)


def update(session: orm.Session, policy_id: str, changes: dict[str, Any]) -> None:
    """Change columns of a policy."""
    session.execute(sa.update(TABLE).where(TABLE.c.id == policy_id), changes)


def delete(session: orm.Session, policy_id: str) -> None:
    """Delete a policy's row."""
    session.execute(sa.delete(TABLE).where(TABLE.c.id == policy_id))
