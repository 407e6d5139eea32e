"""What all lists have in common: the query, the project, the page."""

from collections.abc import Callable, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.api import queries
from senlin_like.api.call import Call
from senlin_like.api.operation import Records
from senlin_like.context import RequestContext
from senlin_like.db import clusters, paging
from senlin_like.db.session import Session
from senlin_like.rbac import projects

Filters = Mapping[str, list[str]]
Fetch = Callable[[Session, RequestContext, paging.Page, Filters], list[dict[str, Any]]]


def asked(call: Call, listing: queries.Listing) -> queries.Asked:
    """Read the query of a list and check who may see all projects.

    :raises InvalidBody: when the query isn't right.
    :raises Forbidden: when the caller may not look beyond the own project.
    """
    read = queries.read(call.query, listing, call.version)
    if read.is_global:
        call.authorize(projects.GLOBAL)
    return read


def scope(call: Call, read: queries.Asked) -> RequestContext:
    """Give the context whose rows are listed."""
    return call.ctx.widened() if read.is_global else call.ctx


def page(call: Call, listing: queries.Listing, fetch: Fetch) -> Records:
    """Fetch one page straight from the database."""
    read = asked(call, listing)
    with call.deps.db.reader() as session:
        return fetched(call, session, read, fetch)


def fetched(call: Call, session: Session, read: queries.Asked, fetch: Fetch) -> Records:
    """Fetch one page with a session that is open already."""
    wanted = read.page(call.deps.settings.max_page_size)
    records = fetch(session, scope(call, read), wanted, read.filters)
    return Records(records=records, asked=read)


def of_clusters(call: Call, listing: queries.Listing, fetch: Fetch) -> Records:
    """Fetch one page of things of clusters.

    Clusters are given by id, name or short id; with one that nobody knows the
    page is empty.
    """
    read = asked(call, listing)
    with call.deps.db.reader() as session:
        names = read.filters.get("cluster_id")
        if names is not None:
            found = _cluster_ids(session, scope(call, read), names)
            if found is None:
                return Records(records=[], asked=read)
            read = queries.narrowed(read, "cluster_id", found)
        return fetched(call, session, read, fetch)


def _cluster_ids(
    session: Session, ctx: RequestContext, identities: list[str]
) -> list[str] | None:
    """Find the ids of clusters; None if one of them isn't there."""
    try:
        return [clusters.get(session, ctx, one)["id"] for one in identities]
    except exceptions.NotFound:
        return None
