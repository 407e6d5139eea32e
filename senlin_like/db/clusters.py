"""Rows of clusters: reads for the API, and the writes that operations make."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.context import RequestContext
from senlin_like.db import identity as identities
from senlin_like.db import models, paging

TABLE = models.Cluster.__table__
_PROFILE = models.Profile.__table__
_NODE = models.Node.__table__

NAMED = identities.Named(
    kind="cluster", id=TABLE.c.id, project=TABLE.c.project, name=TABLE.c.name
)
LISTING = paging.Listing(
    id=TABLE.c.id,
    sortable={
        key: TABLE.c[key]
        for key in ("name", "status", "init_at", "created_at", "updated_at")
    },
    filterable={key: TABLE.c[key] for key in ("name", "status")},
    default="init_at",
)
_OWN = [
    "id",
    "name",
    "profile_id",
    "user",
    "project",
    "domain",
    "init_at",
    "created_at",
    "updated_at",
    "min_size",
    "max_size",
    "desired_capacity",
    "timeout",
    "status",
    "status_reason",
    "meta_data",
    "data",
    "dependents",
    "config",
]
_KEYS = [key.replace("meta_data", "metadata") for key in _OWN] + ["profile_name"]
# Outer, though every row has a profile: so no database begins with the profile
# and then has to sort what its index gives in order.
_SHOWN = sa.select(
    *(TABLE.c[key] for key in _OWN), _PROFILE.c.name.label("profile_name")
).outerjoin(_PROFILE, _PROFILE.c.id == TABLE.c.profile_id)

_ID = sa.select(TABLE.c.id)
_LOCKED = sa.select(TABLE).with_for_update()
_NODE_IDS = (
    sa.select(_NODE.c.cluster_id, _NODE.c.id)
    .where(_NODE.c.cluster_id.in_(sa.bindparam("cluster_ids", expanding=True)))
    .order_by(_NODE.c.cluster_id, _NODE.c.index, _NODE.c.id)
)


def get(session: orm.Session, ctx: RequestContext, identity: str) -> dict[str, Any]:
    """Return a cluster with the ids of its nodes; two statements for an id.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    row = identities.get(session, ctx, NAMED, _SHOWN, identity)
    return _records(session, [row])[0]


def get_id(session: orm.Session, ctx: RequestContext, identity: str) -> str:
    """Return the id of a cluster.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    row = identities.get(session, ctx, NAMED, _ID, identity)
    return str(row.id)


def list_page(
    session: orm.Session,
    ctx: RequestContext,
    page: paging.Page,
    filters: paging.Filters,
) -> list[dict[str, Any]]:
    """Return one page of clusters; two statements, three with a marker."""
    query = _SHOWN.where(*paging.matching(LISTING, filters))
    scope = identities.visible(ctx, TABLE.c.project)
    return _records(session, paging.fetch(session, LISTING, query, page, scope))


def _records(
    session: orm.Session, rows: Sequence[identities.Row]
) -> list[dict[str, Any]]:
    members = node_ids(session, [row[0] for row in rows])
    return [
        dict(zip(_KEYS, row, strict=True), nodes=members[row[0]], policies=[])
        for row in rows
    ]


def node_ids(
    session: orm.Session, cluster_ids: Sequence[str]
) -> defaultdict[str, list[str]]:
    """Return the ids of the nodes of clusters, in the order of their index.

    Reads nothing but an index that has all of it, in the order wanted.
    """
    members: defaultdict[str, list[str]] = defaultdict(list)
    if cluster_ids:
        rows = session.execute(_NODE_IDS, {"cluster_ids": list(cluster_ids)}).all()
        for cluster_id, node_id in rows:
            members[cluster_id].append(node_id)
    return members


def node_count(session: orm.Session, cluster_id: str) -> int:
    """Count the node rows of a cluster, whatever their status."""
    query = sa.select(sa.func.count()).where(_NODE.c.cluster_id == cluster_id)
    return session.execute(query).scalar_one()


def lock(session: orm.Session, cluster_id: str) -> identities.Row | None:
    """Lock a cluster's row until the transaction ends, and return it.

    The row has the table's columns; None if the cluster is gone.
    """
    query = sa.select(TABLE).where(TABLE.c.id == cluster_id).with_for_update()
    return session.execute(query).first()


def find_lock(
    session: orm.Session, ctx: RequestContext, identity: str
) -> identities.Row:
    """Find a cluster and lock its row.

    :raises NotFound: when there is none that the caller may see.
    :raises MultipleChoices: when a name or short id fits several.
    """
    return identities.get(session, ctx, NAMED, _LOCKED, identity)


def insert(session: orm.Session, row: dict[str, Any]) -> None:
    """Insert a cluster; the keys are those of the table's columns."""
    session.execute(sa.insert(TABLE), row)


def count_in_project(session: orm.Session, project: str) -> int:
    """Count the clusters of a project."""
    query = sa.select(sa.func.count()).where(TABLE.c.project == project)
    return session.execute(query).scalar_one()


def has_name(session: orm.Session, project: str, name: str) -> bool:
    """Tell whether a project has a cluster of that name."""
    query = sa.select(TABLE.c.id).where(
        TABLE.c.name == name, TABLE.c.project == project
    )
    return session.execute(query.limit(1)).first() is not None


def uses_profile(session: orm.Session, profile_id: str) -> bool:
    """Tell whether any cluster refers to a profile."""
    query = sa.select(TABLE.c.id).where(TABLE.c.profile_id == profile_id)
    return session.execute(query.limit(1)).first() is not None
