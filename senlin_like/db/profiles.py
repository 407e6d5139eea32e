"""Rows of profiles. Specs stay sealed here: ``operations`` opens and masks."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.context import RequestContext
from senlin_like.db import identity as identities
from senlin_like.db import models, paging

TABLE = models.Profile.__table__

NAMED = identities.Named(
    kind="profile", id=TABLE.c.id, project=TABLE.c.project, name=TABLE.c.name
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
_OWN = [
    "id",
    "name",
    "type",
    "sealed_spec",
    "meta_data",
    "user",
    "project",
    "domain",
    "created_at",
    "updated_at",
]
_KEYS = [key.replace("meta_data", "metadata") for key in _OWN]
_SHOWN = sa.select(*(TABLE.c[key] for key in _OWN))
_HELD = _SHOWN.with_for_update(read=True, key_share=True)
_LOCKED = _SHOWN.with_for_update()


def get(session: orm.Session, ctx: RequestContext, identity: str) -> dict[str, Any]:
    """Return a profile, its spec as ``sealed_spec``.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    row = identities.get(session, ctx, NAMED, _SHOWN, identity)
    return dict(zip(_KEYS, row, strict=True))


def load(
    session: orm.Session, profile_ids: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Return profiles by id, whoever they belong to; one statement."""
    query = _SHOWN.where(TABLE.c.id.in_(list(profile_ids)))
    rows = session.execute(query)
    return {row[0]: dict(zip(_KEYS, row, strict=True)) for row in rows}


def of_project(session: orm.Session, project: str) -> list[dict[str, Any]]:
    """Return the profiles that a project has or uses, specs as ``sealed_spec``."""
    used = sa.select(models.Node.profile_id).where(models.Node.project == project)
    rows = session.execute(
        _SHOWN.where(sa.or_(TABLE.c.project == project, TABLE.c.id.in_(used)))
    )
    return [dict(zip(_KEYS, row, strict=True)) for row in rows]


def list_page(
    session: orm.Session,
    ctx: RequestContext,
    page: paging.Page,
    filters: paging.Filters,
) -> list[dict[str, Any]]:
    """Return one page of profiles, their specs as ``sealed_spec``."""
    rows = paging.fetch(session, ctx, LISTING, _SHOWN, page, filters)
    return [dict(zip(_KEYS, row, strict=True)) for row in rows]


def find_hold(
    session: orm.Session, ctx: RequestContext, identity: str
) -> dict[str, Any]:
    """Find a profile and keep it from being deleted in this transaction.

    Others may hold it at the same time.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    row = identities.get(session, ctx, NAMED, _HELD, identity)
    return dict(zip(_KEYS, row, strict=True))


def find_lock(
    session: orm.Session, ctx: RequestContext, identity: str
) -> dict[str, Any]:
    """Find a profile and lock its row; waits for those who hold it.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    row = identities.get(session, ctx, NAMED, _LOCKED, identity)
    return dict(zip(_KEYS, row, strict=True))


def insert(session: orm.Session, row: dict[str, Any]) -> None:
    """Insert a profile; the keys are those of the table's columns."""
    session.execute(sa.insert(TABLE), row)


def update(session: orm.Session, profile_id: str, changes: dict[str, Any]) -> None:
    """Change columns of a profile."""
    session.execute(sa.update(TABLE).where(TABLE.c.id == profile_id), changes)


def delete(session: orm.Session, profile_id: str) -> None:
    """Delete a profile's row."""
    session.execute(sa.delete(TABLE).where(TABLE.c.id == profile_id))
