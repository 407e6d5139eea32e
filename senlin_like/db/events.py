"""Rows of events, as readers see them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.context import RequestContext
from senlin_like.db import clusters, models, paging
from senlin_like.db import identity as identities
from senlin_like.domain.enums import EventLevel

TABLE = models.Event.__table__

#: Events have no names.
NAMED = identities.Named(kind="event", id=TABLE.c.id, project=TABLE.c.project)
LISTING = paging.Listing(
    id=TABLE.c.id,
    project=TABLE.c.project,
    sortable={
        key: TABLE.c[key]
        for key in (
            [
                "timestamp",
                "level",
                "otype",
                "oname",
                "action",
                "status",
                "oid",
                "cluster_id",
            ]
        )
    },
    filterable={
        key: TABLE.c[key]
        for key in ["oid", "oname", "otype", "cluster_id", "action", "level"]
    },
    default="timestamp",
)
_KEYS = [
    "id",
    "timestamp",
    "oid",
    "oname",
    "otype",
    "cluster_id",
    "level",
    "user",
    "project",
    "action",
    "status",
    "status_reason",
    "meta_data",
]
_SHOWN = sa.select(*(TABLE.c[key] for key in _KEYS))


def get(session: orm.Session, ctx: RequestContext, identity: str) -> dict[str, Any]:
    """Return an event; events are found by id or short id only.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a short id fits several.
    """
    return _record(identities.get(session, ctx, NAMED, _SHOWN, identity))


def list_page(
    session: orm.Session,
    ctx: RequestContext,
    page: paging.Page,
    filters: paging.Filters,
) -> list[dict[str, Any]]:
    """Return one page of events.

    ``level`` is filtered by name. The filter ``cluster_id`` takes ids, names
    and short ids; if one of them is unknown, nothing matches.

    :raises MultipleChoices: when one fits several clusters.
    """
    wanted: dict[str, Any] = dict(filters)
    if "cluster_id" in wanted:
        found = identities.find_ids(session, ctx, clusters.NAMED, wanted["cluster_id"])
        if found is None:
            return []
        wanted["cluster_id"] = found
    if "level" in wanted:
        names = EventLevel.__members__
        wanted["level"] = [int(names[n]) for n in wanted["level"] if n in names]
    return [
        _record(row)
        for row in paging.fetch(session, ctx, LISTING, _SHOWN, page, wanted)
    ]


def _record(row: identities.Row) -> dict[str, Any]:
    """Name the level, as it is on the wire."""
    record = dict(zip(_KEYS, row, strict=True))
    record["level"] = EventLevel(record["level"]).name
    return record
