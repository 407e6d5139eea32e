"""Rows of nodes: reads for the API, and the writes of operations and engine."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import clusters, conflicts, models, paging
from senlin_like.db import identity as identities

TABLE = models.Node.__table__
_PROFILE = models.Profile.__table__

NAMED = identities.Named(
    kind="node", id=TABLE.c.id, project=TABLE.c.project, name=TABLE.c.name
)
LISTING = paging.Listing(
    id=TABLE.c.id,
    project=TABLE.c.project,
    sortable={
        key: TABLE.c[key]
        for key in ("index", "name", "status", "init_at", "created_at", "updated_at")
    },
    filterable={key: TABLE.c[key] for key in ("name", "status", "cluster_id")},
    default="init_at",
)
_OWN = [
    "id",
    "name",
    "physical_id",
    "cluster_id",
    "profile_id",
    "user",
    "project",
    "domain",
    "index",
    "role",
    "init_at",
    "created_at",
    "updated_at",
    "tainted",
    "status",
    "status_reason",
    "meta_data",
    "data",
    "dependents",
]
_KEYS = [key.replace("meta_data", "metadata") for key in _OWN] + ["profile_name"]
# Outer, though every row has a profile: so no database begins with the profile
# and then has to sort what its index gives in order.
_SHOWN = sa.select(
    *(TABLE.c[key] for key in _OWN), _PROFILE.c.name.label("profile_name")
).outerjoin(_PROFILE, _PROFILE.c.id == TABLE.c.profile_id)
_PLACE = sa.select(TABLE.c.id, TABLE.c.cluster_id)
#: What the checks of cluster actions look at.
_MEMBER = sa.select(
    TABLE.c.id,
    TABLE.c.name,
    TABLE.c.cluster_id,
    TABLE.c.status,
    TABLE.c.role,
    TABLE.c.profile_id,
    TABLE.c.dependents,
    _PROFILE.c.type.label("profile_type"),
).join(_PROFILE, _PROFILE.c.id == TABLE.c.profile_id)


def get(session: orm.Session, ctx: RequestContext, identity: str) -> dict[str, Any]:
    """Return a node; one statement for an id.

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
    """Return one page of nodes.

    The filter ``cluster_id`` takes an id, a name or a short id; its last
    value counts.

    :raises Invalid: when that cluster isn't there.
    :raises MultipleChoices: when it fits several clusters.
    """
    filters = dict(filters)
    if filters.get("cluster_id"):
        identity = filters["cluster_id"][-1]
        found = identities.find_ids(session, ctx, clusters.NAMED, [identity])
        if found is None:
            raise exceptions.Invalid(f"Cannot find the given cluster: {identity}.")
        filters["cluster_id"] = found
    rows = paging.fetch(session, ctx, LISTING, _SHOWN, page, filters)
    return [dict(zip(_KEYS, row, strict=True)) for row in rows]


def in_cluster(session: orm.Session, cluster_id: str) -> list[dict[str, Any]]:
    """Return all nodes of a cluster, in the order of their index."""
    query = _SHOWN.where(TABLE.c.cluster_id == cluster_id)
    rows = session.execute(query.order_by(TABLE.c.index, TABLE.c.id))
    return [dict(zip(_KEYS, row, strict=True)) for row in rows]


def members(
    session: orm.Session, cluster_id: str, filters: paging.Filters | None = None
) -> Sequence[identities.Row]:
    """Return what is checked of a cluster's nodes, in the order of their index.

    ``filters`` may have name, profile_id, status and role.
    """
    query = _MEMBER.where(TABLE.c.cluster_id == cluster_id)
    for key, values in (filters or {}).items():
        storable = [value for value in values if identities.is_storable(value)]
        query = query.where(TABLE.c[key].in_(storable))
    return session.execute(query.order_by(TABLE.c.index, TABLE.c.id)).all()


def find_members(
    session: orm.Session, ctx: RequestContext, texts: Sequence[str]
) -> dict[str, identities.Row | None]:
    """Return what is checked of nodes, by the identity that was given.

    None stands for what isn't there or fits several nodes. Ids take one
    statement for all of them; only what is no id is looked up by itself.
    """
    ids = [text for text in texts if identities.is_uuid_like(text)]
    scope = identities.visible(ctx, TABLE.c.project)
    rows = session.execute(_MEMBER.where(TABLE.c.id.in_(ids), *scope)).all()
    known = {row.id: row for row in rows}
    return {
        text: known[text] if text in known else _find_member(session, ctx, text)
        for text in texts
    }


def _find_member(
    session: orm.Session, ctx: RequestContext, text: str
) -> identities.Row | None:
    try:
        return identities.get(session, ctx, NAMED, _MEMBER, text)
    except (exceptions.NotFound, exceptions.MultipleChoices):
        return None


def find_lock(
    session: orm.Session, ctx: RequestContext, identity: str
) -> identities.Row:
    """Find a node and lock its row, and before it the row of its cluster.

    The row has the table's columns.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    node_id, cluster_id = identities.get(session, ctx, NAMED, _PLACE, identity)
    conflicts.lock_targets(session, cluster_id, node_id)
    row = session.execute(sa.select(TABLE).where(TABLE.c.id == node_id)).first()
    if row is None:
        raise exceptions.NotFound("node", identity)
    return row


def insert_many(session: orm.Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert nodes in bulk; the keys are those of the table's columns.

    All rows have the same keys; see ``new_row``.
    """
    if rows:
        session.execute(sa.insert(TABLE), [dict(row) for row in rows])


def allocate_indexes(session: orm.Session, cluster_id: str, count: int) -> int:
    """Take ``count`` indexes that no node of the cluster had; return the first.

    Locks the cluster's row until the transaction ends.

    :raises NotFound: when the cluster is gone.
    """
    row = clusters.lock(session, cluster_id)
    if row is None:
        raise exceptions.NotFound("cluster", cluster_id)
    first: int = row.next_index
    session.execute(
        sa.update(clusters.TABLE)
        .where(clusters.TABLE.c.id == cluster_id)
        .values(next_index=first + count)
    )
    return first


def are_visible(
    session: orm.Session, ctx: RequestContext, node_ids: Collection[str]
) -> bool:
    """Tell whether all of these ids are those of nodes that the caller may see."""
    wanted = set(node_ids)
    query = sa.select(sa.func.count()).where(
        TABLE.c.id.in_(sorted(wanted)), *identities.visible(ctx, TABLE.c.project)
    )
    return session.execute(query).scalar_one() == len(wanted)


def uses_profile(session: orm.Session, profile_id: str) -> bool:
    """Tell whether any node refers to a profile."""
    query = sa.select(TABLE.c.id).where(TABLE.c.profile_id == profile_id)
    return session.execute(query.limit(1)).first() is not None


def find_physical(session: orm.Session, physical_id: str) -> identities.Row | None:
    """Return id and project of the node that has a cloud object, if any."""
    query = sa.select(TABLE.c.id, TABLE.c.project)
    return session.execute(query.where(TABLE.c.physical_id == physical_id)).first()
