"""Finds one row by what a caller wrote: an id, a name or a short id.

Rules of the Clustering API: a text that looks like a UUID is an id, or else a
name; any other text is a name, or else the beginning of an id. Who may see
which project's rows is decided here too, for every resource.
"""

import dataclasses
import enum
import functools
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like import exceptions
from senlin_like.context import RequestContext

#: A row of a result; how its columns are typed differs between releases.
Row = Any

_SHORT_ID = re.compile(r"[0-9a-f-]{1,36}")
#: Sorts after every character that an id is made of.
_AFTER_HEX = "g"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Named:
    """Where the identity of one kind of object is kept.

    ``kind`` is the word in messages; ``name`` is None where objects can't be
    addressed by name.
    """

    kind: str
    id: sa.Column[Any]
    project: sa.Column[Any]
    name: sa.Column[Any] | None = None


def is_uuid_like(text: str) -> bool:
    """Tell whether a text is a UUID, with or without dashes."""
    try:
        return str(uuid.UUID(text)).replace("-", "") == text.lower().replace("-", "")
    except ValueError:
        return False


def is_storable(text: str) -> bool:
    """Tell whether every database can hold a text at all.

    PostgreSQL refuses NUL, and no database takes half of a surrogate pair.
    """
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def may_name(text: str) -> bool:
    """Tell whether a text can be the same as something that is stored.

    MariaDB compares without the spaces at the end; no id and no name ends with one.
    """
    return is_storable(text) and not text.endswith(" ")


def visible(
    ctx: RequestContext, project: sa.Column[Any]
) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that keep a caller inside its project."""
    return () if ctx.all_projects else (project == ctx.project_id,)


def get(
    session: orm.Session,
    ctx: RequestContext,
    named: Named,
    query: sa.Select[Any],
    identity: str,
) -> Row:
    """Return the one row of ``query`` that an identity stands for.

    Takes one statement for an id, two at most.

    :raises NotFound: when there is none, or it isn't the caller's to see.
    :raises MultipleChoices: when there are several.
    """
    dialect = session.get_bind().dialect.name
    values = {"identity": identity, "beyond": identity + _AFTER_HEX}
    if not ctx.all_projects:
        values["project"] = ctx.project_id
    for way in _ways(named, identity):
        prepared = _prepared(query, named, way, dialect, not ctx.all_projects)
        # The connection's own method costs less than the session's.
        rows = session.connection().execute(prepared, values).all()
        if len(rows) > 1:
            raise exceptions.MultipleChoices(identity)
        if rows:
            return rows[0]
    raise exceptions.NotFound(named.kind, identity)


def find_ids(
    session: orm.Session,
    ctx: RequestContext,
    named: Named,
    identities: Sequence[str],
) -> list[str] | None:
    """Return the ids that identities stand for, None if one is unknown.

    :raises MultipleChoices: when one of them stands for several objects.
    """
    query = _id_query(named)
    try:
        return [get(session, ctx, named, query, text)[0] for text in identities]
    except exceptions.NotFound:
        return None


@functools.lru_cache(maxsize=64)
def _id_query(named: Named) -> sa.Select[Any]:
    return sa.select(named.id)


class _Way(enum.Enum):
    """How a text may stand for an object."""

    ID = enum.auto()
    NAME = enum.auto()
    SHORT_ID = enum.auto()


def _ways(named: Named, identity: str) -> Iterator[_Way]:
    """Give the ways to try, one after the other."""
    if not identity or not may_name(identity):
        return
    by_id = is_uuid_like(identity)
    if by_id:
        yield _Way.ID
    if named.name is not None:
        yield _Way.NAME
    # Nothing but hexadecimal digits and dashes can begin an id.
    if _SHORT_ID.fullmatch(identity) and not (by_id and named.name is not None):
        yield _Way.SHORT_ID


@functools.lru_cache(maxsize=256)
def _prepared(
    query: sa.Select[Any], named: Named, way: _Way, dialect: str, is_scoped: bool
) -> sa.Select[Any]:
    """Build a statement once: building costs more than running it.

    The queries are constants of their modules, so there are few of them.
    """
    identity: sa.BindParameter[Any] = sa.bindparam("identity")
    column = named.id
    if way is _Way.NAME and named.name is not None:
        column = named.name
    if way is _Way.SHORT_ID:
        query = query.where(_begins(named.id, dialect))
    else:
        query = query.where(column == identity)
    if is_scoped:
        query = query.where(named.project == sa.bindparam("project"))
    return query.limit(2)


def _begins(column: sa.Column[Any], dialect: str) -> sa.ColumnElement[bool]:
    """Compare by range, not LIKE: that uses the index, and minds the case."""
    compared: sa.ColumnElement[Any] = column
    if dialect == "postgresql":
        compared = column.collate("C")
    return sa.and_(
        compared >= sa.bindparam("identity"), compared < sa.bindparam("beyond")
    )


def is_name_taken(session: orm.Session, named: Named, project: str, name: str) -> bool:
    """Tell whether a project has an object of that kind and name.

    For kinds that have names.
    """
    assert named.name is not None  # noqa: S101 - the caller's kind has names
    query = sa.select(named.id).where(named.project == project, named.name == name)
    return session.execute(query.limit(1)).first() is not None
