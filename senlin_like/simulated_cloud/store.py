"""The simulated cloud's own database: connections and transactions.

Errors of the database come out as a real cloud's would: ``CloudBusy`` where
nothing was done, ``CloudUnsure`` where a commit may have gone through.
"""

import contextlib
import logging
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import migration, operations
from sqlalchemy import event

from senlin_like import exceptions
from senlin_like.simulated_cloud import tables

LOG = logging.getLogger(__name__)
Result = TypeVar("Result")

MAX_TRIES = 12
_PAUSE_S = 0.02

#: Deadlock, lock wait timeout, record changed since it was read.
_MYSQL_RETRY = frozenset({1020, 1205, 1213})
#: Serialization failure, deadlock, lock not available.
_POSTGRESQL_RETRY = frozenset({"40001", "40P01", "55P03"})


class Store:
    """One database with the tables of one cloud, made where they lack."""

    def __init__(self, url: str, *, size: int = 4, overflow: int = 0) -> None:
        self.engine = _make_engine(url, size, overflow)
        self.dialect = self.engine.dialect.name
        # SQLite has one writer at a time: threads queue here, in order and
        # without busy waiting, instead of at the file lock.
        self._turn: contextlib.AbstractContextManager[Any] = (
            threading.Lock() if self.dialect == "sqlite" else contextlib.nullcontext()
        )
        self._create_tables()

    def read(self, work: Callable[[sa.Connection], Result]) -> Result:
        """Run ``work``, which changes nothing.

        :raises CloudBusy: when the database can't answer.
        """
        try:
            return self._read_once(work)
        except sa.exc.DBAPIError as error:
            if not error.connection_invalidated:
                raise _mapped(error) from error
        except sa.exc.SQLAlchemyError as error:
            raise _mapped(error) from error
        # The connection had been idle and was cut: a new one may do.
        try:
            return self._read_once(work)
        except sa.exc.SQLAlchemyError as error:
            raise _mapped(error) from error

    def transact(
        self,
        work: Callable[[sa.Connection], Result],
        *,
        before: Callable[[], None] | None = None,
    ) -> Result:
        """Run ``work`` in one transaction, again after conflicts with others.

        ``work`` may run several times, and ``before`` each time before it,
        outside of the transaction. Nothing is kept when ``work`` raises.

        :raises CloudBusy: when the database can't answer; nothing was done.
        :raises CloudUnsure: when the connection broke during the commit.
        """
        for trial in range(1, MAX_TRIES + 1):
            if before is not None:
                before()
            try:
                return self._once(work)
            except sa.exc.SQLAlchemyError as error:
                if trial == MAX_TRIES or not _may_retry(error, trial):
                    raise _mapped(error) from error
            time.sleep(random.uniform(0, _PAUSE_S * 2 ** min(trial, 5)))
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _read_once(self, work: Callable[[sa.Connection], Result]) -> Result:
        with self.engine.connect() as connection:
            return work(connection)

    def _once(self, work: Callable[[sa.Connection], Result]) -> Result:
        with self._turn, self.engine.connect() as connection:
            if self.dialect == "sqlite":
                connection.execution_options(cloud_writer=True)
            with connection.begin() as transaction:
                result = work(connection)
                try:
                    transaction.commit()
                except sa.exc.DBAPIError as error:
                    if not error.connection_invalidated:
                        raise
                    raise exceptions.CloudUnsure(
                        "The simulated cloud's database went away during a commit."
                    ) from error
            return result

    def _create_tables(self) -> None:
        """Make the tables; other processes may be doing the same right now."""
        for trial in range(1, MAX_TRIES + 1):
            try:
                self._once(_make_tables)
            except sa.exc.DBAPIError as error:
                if trial == MAX_TRIES:
                    raise _mapped(error) from error
                LOG.debug("Tables are being made by somebody else, try %s", trial)
                time.sleep(_PAUSE_S * trial)
            else:
                return


def _make_tables(connection: sa.Connection) -> None:
    """Make the tables that are missing, and columns that older releases hadn't."""
    known = sa.inspect(connection)
    old = [
        table for table in tables.METADATA.sorted_tables if known.has_table(table.name)
    ]
    tables.METADATA.create_all(connection)
    change = operations.Operations(migration.MigrationContext.configure(connection))
    for table in old:
        there = {column["name"] for column in known.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                change.add_column(table.name, column.copy())


def _make_engine(url: str, size: int, overflow: int) -> sa.Engine:
    parsed = sa.make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise exceptions.Invalid(
            "The simulated cloud needs a database that outlives a connection: "
            "name a file, or a MariaDB or PostgreSQL database."
        )
    options: dict[str, Any] = {
        "pool_size": size,
        "max_overflow": overflow,
        "pool_timeout": 30,
        "pool_recycle": 3600,
        "poolclass": sa.QueuePool,
    }
    if backend == "sqlite":
        options["connect_args"] = {"timeout": 60, "check_same_thread": False}
    else:
        # Whoever waited for a row must see what the one before it wrote.
        options["isolation_level"] = "READ COMMITTED"
        options["connect_args"] = {"connect_timeout": 10}
        if backend in ("mysql", "mariadb"):
            options["connect_args"]["read_timeout"] = 120
    engine = sa.create_engine(parsed, **options)
    if backend == "sqlite":
        _prepare_sqlite(engine)
    return engine


def _prepare_sqlite(engine: sa.Engine) -> None:
    """Give SQLite a write-ahead log and honest transactions."""

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "busy_timeout=60000",
            "journal_mode=WAL",
            "synchronous=NORMAL",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("cloud_writer")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _may_retry(error: sa.exc.SQLAlchemyError, trial: int) -> bool:
    if isinstance(error, sa.exc.IntegrityError):
        return True  # somebody else took the same address or name: choose again
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    if error.connection_invalidated:
        return trial == 1  # it had been idle and was cut; nothing was done
    cause = error.orig
    if isinstance(cause, sqlite3.OperationalError):
        return "locked" in str(cause)
    if getattr(cause, "sqlstate", None) in _POSTGRESQL_RETRY:
        return True
    arguments = getattr(cause, "args", None) or (None,)
    return arguments[0] in _MYSQL_RETRY


def _mapped(error: Exception) -> exceptions.CloudError:
    if isinstance(error, sa.exc.DataError):
        return exceptions.CloudError("A value is too long or of a wrong kind.", 400)
    LOG.warning("The simulated cloud's database: %s", type(error).__name__)
    return exceptions.CloudBusy("The simulated cloud's database can't answer.", 1.0)
