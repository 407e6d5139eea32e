"""What the tables of the simulated cloud are made of."""

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

METADATA = sa.MetaData()

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


class Json(TypeDecorator[Any]):
    """Any JSON value, kept as text."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Ask MariaDB for a text that isn't cut at 64 KiB."""
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.LONGTEXT())
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Encode the value, compactly."""
        return None if value is None else _ENCODER.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Decode the stored text."""
        return None if value is None else json.loads(value)


def table(name: str, *items: sa.schema.SchemaItem, **options: Any) -> sa.Table:
    """Make a table; its own name is told without the ``cloud_`` that it gets."""
    return sa.Table(
        f"cloud_{name}",
        METADATA,
        *items,
        **options,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )


def identity(name: str = "id", **options: Any) -> sa.Column[str]:
    """Make a column for an id, or a word."""
    return sa.Column(name, sa.String(64), **options)


def time(name: str, **options: Any) -> sa.Column[float]:
    """Make a column for a time, in seconds since the epoch."""
    return sa.Column(name, sa.Double(), **options)


def owner() -> tuple[sa.Column[str], sa.Column[str]]:
    """Make the columns that say whose a row is, and where."""
    return identity("project", nullable=False), identity("region", nullable=False)
