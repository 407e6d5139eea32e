"""Pages of lists: filters, order, and where the next page begins.

Paging is by key, not by offset: a page begins after the sort values of its
marker, so rows that come and go meanwhile neither repeat nor hide others.
"""

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import identity

#: Pairs of a sort key and ``asc`` or ``desc``.
Sort = tuple[tuple[str, str], ...]
Filters = Mapping[str, Sequence[str]]
Conditions = Sequence[sa.ColumnElement[bool]]
#: Filters that leave few rows, and whose columns have an index.
_SELECTIVE = frozenset({"cluster_id", "name", "oid", "target"})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Page:
    """What part of a list is wanted.

    ``limit`` is the most rows to return, None for all of them. To know
    whether more follows, ask for one row more than is shown.
    """

    limit: int | None = None
    marker: str | None = None
    sort: Sort = ()


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Listing:
    """By what one kind of object can be ordered and filtered."""

    id: sa.Column[Any]
    project: sa.Column[Any]
    sortable: Mapping[str, sa.Column[Any]]
    filterable: Mapping[str, sa.Column[Any]]
    default: str


def fetch(
    session: orm.Session,
    ctx: RequestContext,
    listing: Listing,
    query: sa.Select[Any],
    page: Page,
    filters: Filters,
) -> Sequence[identity.Row]:
    """Return the rows of one page; takes one statement, two with a marker.

    ``query`` is a constant of its module. Values of one filter are
    alternatives. Nulls come first when ascending and last when descending. A
    marker that the caller sees nothing by means the first page.

    :raises InvalidBody: when a sort key or a filter isn't one of the listing's.
    """
    if page.limit == 0:
        return []
    # Its own method costs less than the session's.
    connection = session.connection()
    form = _Form(
        sort=_order(listing, page.sort),
        filters=tuple(_known(listing, key) for key in filters),
        is_scoped=not ctx.all_projects,
        is_limited=page.limit is not None,
        dialect=connection.dialect.name,
    )
    values = _values(filters) | {"project": ctx.project_id, "most": page.limit}
    begin = None
    if page.marker and identity.is_storable(page.marker):
        wanted = values | {"marker": page.marker}
        begin = connection.execute(_marker(listing, form), wanted).first()
    if begin is not None:
        form = dataclasses.replace(form, nulls=tuple(one is None for one in begin))
        values |= {f"at_{number}": one for number, one in enumerate(begin)}
    return connection.execute(_statement(listing, query, form), values).all()


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Form:
    """All of a list's statement but its values.

    ``sort``: keys, with whether each descends, without the id that comes last.
    ``nulls``: which of the marker's sort values are null; None for no marker.
    """

    sort: tuple[tuple[str, bool], ...]
    filters: tuple[str, ...]
    is_scoped: bool
    is_limited: bool
    dialect: str
    nulls: tuple[bool, ...] | None = None


def _values(filters: Filters) -> dict[str, Any]:
    """Give the values of filters, as far as rows can have them."""
    return {
        f"in_{key}": [
            value
            for value in values
            if not isinstance(value, str) or identity.may_name(value)
        ]
        for key, values in filters.items()
    }


@functools.lru_cache(maxsize=1024)
def _statement(listing: Listing, query: sa.Select[Any], form: _Form) -> sa.Select[Any]:
    """Build a statement once: building costs more than running it."""
    for key in form.filters:
        column = listing.filterable[key]
        listed = sa.bindparam(f"in_{key}", type_=column.type, expanding=True)
        query = query.where(column.in_(listed))
    query = query.where(*_scope(listing, form))
    keys = _keys(listing, form)
    if form.nulls is not None:
        query = query.where(_after(keys, form.nulls))
    query = query.order_by(*(_ordering(key, desc, form.dialect) for key, desc in keys))
    if form.is_limited:
        query = query.limit(sa.bindparam("most", type_=sa.Integer()))
    return query


@functools.lru_cache(maxsize=256)
def _marker(listing: Listing, form: _Form) -> sa.Select[Any]:
    """Build the statement that reads the sort values of the marker."""
    columns = [column for column, _ in _keys(listing, form)]
    return sa.select(*columns).where(
        listing.id == sa.bindparam("marker"), *_scope(listing, form)
    )


def _scope(listing: Listing, form: _Form) -> Conditions:
    """Give the conditions that keep a caller inside its project."""
    if not form.is_scoped:
        return []
    project: sa.ColumnElement[Any] = listing.project
    if form.dialect == "sqlite" and not _SELECTIVE.isdisjoint(form.filters):
        # SQLite would read all of a project in order, not the few that match;
        # the index of an expression is none.
        project = project.concat("")
    return [project == sa.bindparam("project")]


def _known(listing: Listing, key: str) -> str:
    if key not in listing.filterable:
        raise exceptions.InvalidBody(f"Invalid parameter {key}")
    return key


Keys = Sequence[tuple[sa.Column[Any], bool]]


def _order(listing: Listing, sort: Sort) -> tuple[tuple[str, bool], ...]:
    """Return the keys to sort by, with whether each descends."""
    keys: dict[str, bool] = {}
    for key, direction in sort or ((listing.default, "asc"),):
        if key not in listing.sortable:
            raise exceptions.InvalidBody(f"Unsupported sort key '{key}' for 'sort'.")
        # A key that is given twice orders nothing the second time.
        keys.setdefault(key, direction == "desc")
    return tuple(keys.items())


def _keys(listing: Listing, form: _Form) -> Keys:
    """Return the columns to sort by; the id makes the order complete."""
    sorting = [(listing.sortable[key], descends) for key, descends in form.sort]
    return [*sorting, (listing.id, False)]


def _ordering(
    column: sa.Column[Any], descends: bool, dialect: str
) -> sa.ColumnElement[Any]:
    ordered = column.desc() if descends else column.asc()
    # Only PostgreSQL counts nulls as the highest, and MariaDB has no words
    # to say where they go.
    if dialect == "postgresql" and column.nullable:
        return ordered.nulls_last() if descends else ordered.nulls_first()
    return ordered


def _after(keys: Keys, nulls: Sequence[bool]) -> sa.ColumnElement[bool]:
    """Return the condition that a row comes after the marker's sort values."""
    alternatives: list[sa.ColumnElement[bool]] = []
    same: list[sa.ColumnElement[bool]] = []
    for number, ((column, descends), is_null) in enumerate(
        zip(keys, nulls, strict=True)
    ):
        value = None if is_null else _at(number, column)
        alternatives.append(sa.and_(*same, _beyond(column, descends, value)))
        same.append(column.is_(None) if value is None else column == value)
    found = sa.or_(*alternatives)
    column, descends = keys[0]
    if column.nullable:
        return found
    # Says nothing new, but lets the database enter its index at the marker.
    begin = _at(0, column)
    return sa.and_(column <= begin if descends else column >= begin, found)


def _at(number: int, column: sa.Column[Any]) -> sa.BindParameter[Any]:
    return sa.bindparam(f"at_{number}", type_=column.type)


def _beyond(
    column: sa.Column[Any], descends: bool, value: sa.BindParameter[Any] | None
) -> sa.ColumnElement[bool]:
    """Return the condition that one sort value comes after another."""
    if value is None:
        return sa.false() if descends else column.is_not(None)
    if not descends:
        return column > value
    return (
        sa.or_(column < value, column.is_(None)) if column.nullable else column < value
    )
