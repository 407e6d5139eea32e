"""Column types that behave the same on SQLite, MariaDB and PostgreSQL."""

import datetime
import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext import compiler
from sqlalchemy.sql import expression
from sqlalchemy.types import TypeDecorator, TypeEngine

# In ASCII, so that any text fits any database: NUL and half a surrogate pair too.
_ENCODER = json.JSONEncoder(separators=(",", ":"))
_DECODER = json.JSONDecoder()
_NOTHING = "{}"


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

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], datetime.datetime | None]:
        """Mark the stored time as UTC; one call per value, as pages have many."""
        read = self.impl_instance.result_processor(dialect, coltype)

        def mark(value: Any) -> datetime.datetime | None:
            if value is None:
                return None
            time: Any = value if read is None else read(value)
            marked: datetime.datetime = time.replace(tzinfo=datetime.UTC)
            return marked

        return mark


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

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[str | None], Any]:
        """Decode the stored text; one call per value, as pages have many."""
        return _decoded


def _decoded(text: str | None) -> Any:
    """Decode what ``Json`` has stored; most of it is an empty map."""
    if text == _NOTHING:
        return {}
    return None if text is None else _DECODER.raw_decode(text)[0]


class LongText(TypeDecorator[str]):
    """A text without a limit that matters."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Ask MariaDB for a text that isn't cut at 64 KiB."""
        if dialect.name == "mysql":
            return dialect.type_descriptor(mysql.LONGTEXT())
        return dialect.type_descriptor(sa.Text())


class db_now(expression.FunctionElement[float]):  # noqa: N801 - reads as SQL
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
