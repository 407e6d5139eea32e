"""Statements that are built once, and then only filled in.

Putting a statement together costs more than sending it. What engines write with
every step therefore goes through here; all else is written as usual.
"""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import mysql, postgresql, sqlite

from senlin_like.db.types import db_now

Fixed = tuple[tuple[str, sa.ColumnElement[Any]], ...]

#: The present time, by the database's clock.
NOW = db_now()


@dataclasses.dataclass(frozen=True)
class After:
    """A value: so many seconds from now, by the database's clock."""

    seconds: float


def update(
    session: orm.Session,
    table: sa.FromClause,
    where: Mapping[str, Any],
    values: Mapping[str, Any],
    **given: Any,
) -> int:
    """Set columns of the rows whose columns equal those in ``where``.

    A value is plain, an ``After``, or an SQL expression; the latter must be a
    constant of its module, with ``given`` for its parameters. Returns how
    many rows were changed.
    """
    parameters = dict(given)
    parameters.update((f"where_{name}", value) for name, value in where.items())
    plain, later, fixed = [], [], []
    for name, value in values.items():
        if isinstance(value, After):
            later.append(name)
            parameters[f"set_{name}"] = value.seconds
        elif isinstance(value, sa.ColumnElement):
            fixed.append((name, value))
        else:
            plain.append(name)
            parameters[f"set_{name}"] = value
    statement = _update(
        table, tuple(where), tuple(plain), tuple(later), _Fixed(tuple(fixed))
    )
    changed = session.execute(statement, parameters)
    return int(changed.rowcount)  # type: ignore[attr-defined]


def put(
    dialect: str, table: Any, row: Mapping[str, Any], values: Mapping[str, Any]
) -> sa.Insert:
    """Make an INSERT that sets ``values`` instead where the row is there already.

    For the table's primary key; one statement, safe against others.
    """
    if dialect in ("mysql", "mariadb"):
        made = mysql.insert(table).values(row)
        return made.on_duplicate_key_update(**values)
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    guarded: sa.Insert = (
        insert(table)
        .values(row)
        .on_conflict_do_update(index_elements=list(table.primary_key), set_=values)
    )
    return guarded


@functools.cache
def put_rows(dialect: str, table: Any) -> sa.Insert:
    """Make an INSERT of many whole rows, each in place of the one with its key.

    Execute it with a list: it goes to the server as few statements, or as one.
    """
    columns = [column.name for column in table.c if not column.primary_key]
    row: dict[str, Any] = {column.name: sa.bindparam(column.name) for column in table.c}
    if dialect in ("mysql", "mariadb"):
        made = mysql.insert(table).values(row)
        return made.on_duplicate_key_update(
            **{name: made.inserted[name] for name in columns}
        )
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    other = insert(table).values(row)
    replacing: sa.Insert = other.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: other.excluded[name] for name in columns},
    )
    return replacing


class _Fixed:
    """Expressions as part of a key: the same ones, not merely equal ones."""

    def __init__(self, parts: Fixed) -> None:
        self.parts = parts
        self._key = tuple((name, id(value)) for name, value in parts)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Fixed) and self._key == other._key


@functools.lru_cache(maxsize=256)
def _update(
    table: Any,
    where: tuple[str, ...],
    plain: tuple[str, ...],
    later: tuple[str, ...],
    fixed: _Fixed,
) -> sa.Update:
    columns = table.c
    values: dict[str, Any] = {
        name: sa.bindparam(f"set_{name}", type_=columns[name].type) for name in plain
    }
    for name in later:
        values[name] = NOW + sa.bindparam(f"set_{name}", type_=sa.Double())
    values.update(fixed.parts)
    return (
        sa.update(table)
        .where(
            *(
                columns[name] == sa.bindparam(f"where_{name}", type_=columns[name].type)
                for name in where
            )
        )
        .values(values)
    )
