"""Rows of clusters: reads for the API, and the writes that operations make."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.ext import compiler
from sqlalchemy.sql import expression

from senlin_like.context import RequestContext
from senlin_like.db import bindings, models, paging
from senlin_like.db import identity as identities

TABLE = models.Cluster.__table__
_PROFILE = models.Profile.__table__
_NODE = models.Node.__table__

NAMED = identities.Named(
    kind="cluster", id=TABLE.c.id, project=TABLE.c.project, name=TABLE.c.name
)
LISTING = paging.Listing(
    id=TABLE.c.id,
    project=TABLE.c.project,
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


def get(session: orm.Session, ctx: RequestContext, identity: str) -> dict[str, Any]:
    """Return a cluster with the ids of what it has; three statements for an id.

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
    """Return one page of clusters; three statements, four with a marker."""
    rows = paging.fetch(session, ctx, LISTING, _SHOWN, page, filters)
    return _records(session, rows)


def _records(
    session: orm.Session, rows: Sequence[identities.Row]
) -> list[dict[str, Any]]:
    ids = [row[0] for row in rows]
    members, bound = node_ids(session, ids), bindings.ids_of(session, ids)
    return [
        dict(
            zip(_KEYS, row, strict=True),
            nodes=members.get(row[0], []),
            policies=bound.get(row[0], []),
        )
        for row in rows
    ]


def node_ids(
    session: orm.Session, cluster_ids: Sequence[str]
) -> Mapping[str, list[str]]:
    """Return the ids of the nodes of clusters, in the order of their index.

    A cluster without nodes may be left out. One row per cluster comes from
    the database, which reads nothing but an index that has all of it.
    """
    if not cluster_ids:
        return {}
    connection = session.connection()
    query = _node_ids(connection.dialect.name)
    rows = connection.execute(query, {"cluster_ids": list(cluster_ids)})
    return {cluster_id: text.split(",") for cluster_id, text in rows if text}


class _Joined(expression.FunctionElement[str]):
    """Ids of nodes, separated by commas, in the order of their index."""

    type = sa.Text()
    inherit_cache = True
    name = "joined"


@compiler.compiles(_Joined, "mysql")
@compiler.compiles(_Joined, "mariadb")
def _joined_mysql(element: _Joined, compiling: Any, **kw: Any) -> str:
    node_id, index = (compiling.process(one, **kw) for one in element.clauses)
    return f"group_concat({node_id} ORDER BY {index}, {node_id} SEPARATOR ',')"


@functools.cache
def _node_ids(dialect: str) -> sa.Select[Any]:
    """Build the statement that joins the ids of each cluster's nodes."""
    wanted: sa.BindParameter[Any] = sa.bindparam("cluster_ids", expanding=True)
    if dialect not in ("sqlite", "postgresql"):
        return (
            sa.select(_NODE.c.cluster_id, _Joined(_NODE.c.id, _NODE.c.index))
            .where(_NODE.c.cluster_id.in_(wanted))
            .group_by(_NODE.c.cluster_id)
        )
    # The index gives the order of one cluster: nothing is sorted. PostgreSQL would
    # sort for its function, and before 3.44 SQLite's can't order.
    ordered = (
        sa.select(_NODE.c.id)
        .where(_NODE.c.cluster_id == TABLE.c.id)
        .order_by(_NODE.c.index, _NODE.c.id)
        .correlate(TABLE)
    )
    joined: sa.ColumnElement[Any]
    if dialect == "postgresql":
        ids = sa.func.array(ordered.scalar_subquery())
        joined = sa.func.array_to_string(ids, ",", type_=sa.Text())
    else:
        rows = ordered.subquery()
        joined = sa.select(sa.func.group_concat(rows.c.id)).scalar_subquery()
    return sa.select(TABLE.c.id, joined).where(TABLE.c.id.in_(wanted))


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


def uses_profile(session: orm.Session, profile_id: str) -> bool:
    """Tell whether any cluster refers to a profile."""
    query = sa.select(TABLE.c.id).where(TABLE.c.profile_id == profile_id)
    return session.execute(query.limit(1)).first() is not None
