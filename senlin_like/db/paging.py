"""Pages of lists: filters, order, and where the next page begins.

Paging is by key, not by offset: a page begins after the sort values of its
marker, so rows that come and go meanwhile neither repeat nor hide others.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like import exceptions
from senlin_like.db import identity

#: Pairs of a sort key and ``asc`` or ``desc``.
Sort = tuple[tuple[str, str], ...]
Filters = Mapping[str, Sequence[str]]
Conditions = Sequence[sa.ColumnElement[bool]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Page:
    """What part of a list is wanted.

    ``limit`` is the most rows to return, None for all of them. To know
    whether more follows, ask for one row more than is shown.
    """

    limit: int | None = None
    marker: str | None = None
    sort: Sort = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Listing:
    """By what one kind of object can be ordered and filtered."""

    id: sa.Column[Any]
    sortable: Mapping[str, sa.Column[Any]]
    filterable: Mapping[str, sa.Column[Any]]
    default: str


def fetch(
    session: orm.Session,
    listing: Listing,
    query: sa.Select[Any],
    page: Page,
    scope: Conditions = (),
) -> Sequence[identity.Row]:
    """Return the rows of one page; takes one statement, two with a marker.

    ``query`` has its filters already; ``scope`` says which rows the caller
    may see, the marker included. Nulls come first when ascending and last
    when descending. A marker that nothing has means the first page.

    :raises InvalidBody: when a sort key isn't one of the listing's.
    """
    if page.limit == 0:
        return []
    keys = _order(listing, page.sort)
    dialect = session.get_bind().dialect.name
    query = query.where(*scope)
    if page.marker:
        begin = _marker(session, listing, keys, page.marker, scope)
        if begin is not None:
            query = query.where(_after(keys, begin))
    query = query.order_by(*(_ordering(key, desc, dialect) for key, desc in keys))
    return session.execute(query.limit(page.limit)).all()


def matching(listing: Listing, filters: Filters) -> list[sa.ColumnElement[bool]]:
    """Turn filters into conditions: values of one key are alternatives.

    :raises InvalidBody: when a key isn't one of the listing's.
    """
    conditions: list[sa.ColumnElement[bool]] = []
    for key, values in filters.items():
        if key not in listing.filterable:
            raise exceptions.InvalidBody(f"Invalid parameter {key}")
        storable = [
            value
            for value in values
            if not isinstance(value, str) or identity.is_storable(value)
        ]
        conditions.append(listing.filterable[key].in_(storable))
    return conditions


Keys = Sequence[tuple[sa.Column[Any], bool]]


def _order(listing: Listing, sort: Sort) -> Keys:
    """Return the columns to sort by, with whether each descends."""
    keys: list[tuple[sa.Column[Any], bool]] = []
    for key, direction in sort or ((listing.default, "asc"),):
        if key not in listing.sortable:
            raise exceptions.InvalidBody(f"Unsupported sort key '{key}' for 'sort'.")
        column = listing.sortable[key]
        # A key that is given twice orders nothing the second time.
        if all(column is not known for known, _ in keys):
            keys.append((column, direction == "desc"))
    return [*keys, (listing.id, False)]


def _ordering(
    column: sa.Column[Any], descends: bool, dialect: str
) -> sa.ColumnElement[Any]:
    ordered = column.desc() if descends else column.asc()
    # Only PostgreSQL counts nulls as the highest, and MariaDB has no words
    # to say where they go.
    if dialect == "postgresql" and column.nullable:
        return ordered.nulls_last() if descends else ordered.nulls_first()
    return ordered


def _marker(
    session: orm.Session, listing: Listing, keys: Keys, marker: str, scope: Conditions
) -> identity.Row | None:
    """Return the sort values of the marker, None if nothing has that id."""
    if not identity.is_storable(marker):
        return None
    columns = [column for column, _ in keys]
    query = sa.select(*columns).where(listing.id == marker, *scope)
    return session.execute(query).first()


def _after(keys: Keys, begin: Sequence[Any]) -> sa.ColumnElement[bool]:
    """Return the condition that a row comes after the marker's sort values."""
    alternatives: list[sa.ColumnElement[bool]] = []
    same: list[sa.ColumnElement[bool]] = []
    for (column, descends), value in zip(keys, begin, strict=True):
        alternatives.append(sa.and_(*same, _beyond(column, descends, value)))
        same.append(column.is_(None) if value is None else column == value)
    found = sa.or_(*alternatives)
    column, descends = keys[0]
    if column.nullable:
        return found
    # Says nothing new, but lets the database enter its index at the marker.
    edge = column <= begin[0] if descends else column >= begin[0]
    return sa.and_(edge, found)


def _beyond(
    column: sa.Column[Any], descends: bool, value: Any
) -> sa.ColumnElement[bool]:
    """Return the condition that one sort value comes after another."""
    if value is None:
        return sa.false() if descends else column.is_not(None)
    if not descends:
        return column > value
    return (
        sa.or_(column < value, column.is_(None)) if column.nullable else column < value
    )
