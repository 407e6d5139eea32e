"""Column types that behave the same on SQLite, MariaDB and PostgreSQL."""

import datetime
import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext import compiler
from sqlalchemy.sql import expression
from sqlalchemy.types import TypeDecorator, TypeEngine

_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


class UtcTime(TypeDecorator[datetime.datetime]):
    """An aware UTC time with microseconds; stored without a zone."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Ask MariaDB for microseconds, which it leaves out by default."""
        if dialect.name == "mysql":
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(sa.DateTime())

    def process_bind_param(
        self, value: datetime.datetime | None, dialect: Dialect
    ) -> datetime.datetime | None:
        """Strip the zone after turning the time into UTC."""
        if value is None:
            return None
        return value.astimezone(datetime.UTC).replace(tzinfo=None)

    def process_result_value(
        self, value: datetime.datetime | None, dialect: Dialect
    ) -> datetime.datetime | None:
        """Mark the stored time as UTC."""
        return None if value is None else value.replace(tzinfo=datetime.UTC)


class Json(TypeDecorator[Any]):
    """Any JSON value, kept as text: nobody queries inside it."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Ask MariaDB for a text that isn't cut at 64 KiB."""
        if dialect.name == "mysql":
            return dialect.type_descriptor(mysql.LONGTEXT())
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Encode the value, compactly."""
        return None if value is None else _ENCODER.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Decode the stored text."""
        return None if value is None else json.loads(value)


class LongText(TypeDecorator[str]):
    """A text without a limit that matters."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Ask MariaDB for a text that isn't cut at 64 KiB."""
        if dialect.name == "mysql":
            return dialect.type_descriptor(mysql.LONGTEXT())
        return dialect.type_descriptor(sa.Text())


class db_now(expression.FunctionElement[float]):
    """The database's own clock: seconds since the epoch, with a fraction.

    Leases and wake-up times are compared with this clock only, so hosts whose
    clocks differ can't take each other's actions too early.
    """

    type = sa.Double()
    inherit_cache = True
    name = "db_now"


@compiler.compiles(db_now)
def _now_default(element: db_now, _compiler: Any, **_kw: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiler.compiles(db_now, "postgresql")
def _now_postgresql(element: db_now, _compiler: Any, **_kw: Any) -> str:
    return "extract(epoch FROM clock_timestamp())::double precision"


@compiler.compiles(db_now, "mysql")
@compiler.compiles(db_now, "mariadb")
def _now_mysql(element: db_now, _compiler: Any, **_kw: Any) -> str:
    return "CAST(UNIX_TIMESTAMP(SYSDATE(6)) AS DOUBLE)"
