"""Reads the query of a list request: filters, order, page, and whose things.

Texts are those of Senlin's API; clients compare them.
"""

import dataclasses
import re
import urllib.parse
from collections.abc import Mapping, Sequence

from oslo_utils import uuidutils

from senlin_like import exceptions
from senlin_like.api import field_types
from senlin_like.api import microversions as mv
from senlin_like.db import paging

#: Most parameters in one query.
MOST_PARAMETERS = 1000
PAGING = ("limit", "marker", "sort", "global_project")
_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*")

Query = dict[str, list[str]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Filter:
    """A parameter that narrows a list.

    ``values`` are the only texts it may have, if there are any. Before
    version ``since`` it is taken and ignored.
    """

    name: str
    text: str
    is_multiple: bool = True
    values: tuple[str, ...] = ()
    since: mv.Version = mv.INITIAL


@dataclasses.dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter of an operation that isn't a list.

    A flag is ``true`` or ``false`` in any case. Before version ``since`` it is
    taken and ignored.
    """

    name: str
    text: str
    is_required: bool = False
    is_flag: bool = False
    since: mv.Version = mv.INITIAL


@dataclasses.dataclass(frozen=True, kw_only=True)
class Listing:
    """What the query of a list may hold. ``quoted`` is how it names unknown ones.

    A list that isn't paged shows all there is, and takes no limit.
    """

    filters: tuple[Filter, ...]
    sort_keys: tuple[str, ...]
    quoted: bool = False
    is_paged: bool = True

    @property
    def general(self) -> tuple[str, ...]:
        """Return the parameters that aren't filters."""
        if self.is_paged:
            return PAGING
        return ("sort",) if self.sort_keys else ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """What the query of a list asks for."""

    limit: int | None
    marker: str | None
    sort: tuple[tuple[str, str], ...]
    is_global: bool
    filters: Mapping[str, list[str]]

    def page(self, largest: int) -> paging.Page:
        """Give the page to fetch: one row more than is shown."""
        return paging.Page(
            limit=self.shown(largest) + 1 if self.limit != 0 else 0,
            marker=self.marker,
            sort=self.sort,
        )

    def shown(self, largest: int) -> int:
        """Give the most rows to show."""
        return largest if self.limit is None else min(self.limit, largest)


def parse(query_string: str) -> Query:
    """Split a query string into parameters and their values.

    :raises InvalidBody: when it has too many, or ones that aren't text.
    """
    if not query_string:
        return {}
    try:
        pairs = urllib.parse.parse_qsl(
            query_string,
            keep_blank_values=True,
            max_num_fields=MOST_PARAMETERS,
            errors="strict",
        )
    except ValueError as error:
        raise exceptions.InvalidBody(
            f"The query isn't UTF-8, or has more than {MOST_PARAMETERS} parameters."
        ) from error
    query: Query = {}
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise exceptions.InvalidBody("The query contains a null character.")
        query.setdefault(name, []).append(value)
    return query


def read(query: Query, listing: Listing, version: mv.Version) -> Asked:
    """Check the query of a list.

    :raises InvalidBody: when a parameter is unknown or has a bad value.
    """
    known = {one.name: one for one in listing.filters}
    for name in query:
        if name not in known and name not in listing.general:
            mark = "'" if listing.quoted else ""
            raise exceptions.InvalidBody(
                f"Invalid parameter {mark}{field_types.plain(name)}{mark}"
            )
    return Asked(
        limit=_limit(_last(query, "limit")),
        marker=_marker(_last(query, "marker")),
        sort=_sort(_last(query, "sort"), listing.sort_keys),
        is_global=boolean(query, "global_project"),
        filters={
            name: values
            for name, one in known.items()
            if name in query
            and (values := _values(one, query[name]))
            and one.since <= version
        },
    )


def boolean(query: Query, name: str) -> bool:
    """Read a parameter that is ``true`` or ``false`` in any case.

    :raises InvalidBody: when it is anything else.
    """
    text = _last(query, name)
    if text is None:
        return False
    if text.lower() not in ("true", "false"):
        raise not_boolean(text, name)
    return text.lower() == "true"


def not_boolean(text: object, name: str) -> exceptions.InvalidBody:
    """Say that a parameter isn't ``true`` or ``false``."""
    return exceptions.InvalidBody(
        f"Invalid value '{field_types.plain(text)}' specified for '{name}'"
    )


def next_link(base_url: str, query: Query, marker: str, limit: int) -> str:
    """Write the address of the page after ``marker``."""
    pairs = [
        (name, value)
        for name, values in query.items()
        if name not in ("limit", "marker")
        for value in values
    ]
    pairs += [("limit", str(limit)), ("marker", marker)]
    return f"{base_url}?{urllib.parse.urlencode(pairs)}"


def _last(query: Query, name: str) -> str | None:
    """Give the last value of a parameter; an empty one counts as none."""
    values = query.get(name)
    return (values[-1] or None) if values else None


def _limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not _INTEGER.fullmatch(text):
        raise exceptions.InvalidBody(
            f"The value for limit must be an integer: '{field_types.plain(text)}'."
        )
    if int(text) < 0:
        raise exceptions.InvalidBody("Value must be >= 0 for field 'limit'.")
    return int(text)


def _marker(text: str | None) -> str | None:
    if text is not None and not uuidutils.is_uuid_like(text):
        raise exceptions.InvalidBody(
            f"The value for marker is not a valid UUID: '{field_types.plain(text)}'."
        )
    return text


def _sort(text: str | None, keys: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if text is None:
        return ()
    return tuple(_sort_key(item, keys) for item in text.split(",")[:MOST_PARAMETERS])


def _sort_key(item: str, keys: Sequence[str]) -> tuple[str, str]:
    key, colon, direction = (part.strip() for part in item.partition(":"))
    if not key:
        raise exceptions.InvalidBody("Missing sort key for 'sort'.")
    if colon and direction not in ("asc", "desc"):
        shown = field_types.plain(direction)
        raise exceptions.InvalidBody(f"Unsupported sort dir '{shown}' for 'sort'.")
    if key not in keys:
        shown = field_types.plain(key)
        raise exceptions.InvalidBody(f"Unsupported sort key '{shown}' for 'sort'.")
    return key, direction or "asc"


def _values(one: Filter, given: list[str]) -> list[str]:
    """Check the values of a filter; doubles are dropped."""
    if not one.is_multiple:
        return [given[-1]] if given[-1] else []
    for value in given:
        if one.values and value not in one.values:
            raise exceptions.InvalidBody(
                f"Field value {field_types.plain(value)} is invalid"
            )
    return list(dict.fromkeys(given))


def narrowed(asked: Asked, name: str, values: list[str]) -> Asked:
    """Give the same question with other values of one filter."""
    return dataclasses.replace(asked, filters={**asked.filters, name: values})
