"""Connections and transactions: one engine, readers, and retried writers."""

import contextlib
import logging
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import sqlalchemy as sa
from oslo_db import exception as db_exception
from oslo_db.sqlalchemy import exc_filters
from sqlalchemy import event, orm

from senlin_like import exceptions
from senlin_like.db import failures, turns
from senlin_like.db.vault import Vault

LOG = logging.getLogger(__name__)
Result = TypeVar("Result")

_AFTER_COMMIT = "after_commit"
_NO_CONNECTION = "All database connections are in use; try again later."
#: The type of session that readers and writers get.
Session = orm.Session

MAX_TRIES = 10
WRITERS = 1
_PAUSE_S = 0.05
#: Seconds that a transaction may be idle for.
_IDLE_S = 30
#: Bytes of a list that MySQL puts together; by default it cuts it at 1,024.
_LONGEST_LIST = 2**30


class CommitUnsure(exceptions.ServiceUnavailable):
    """The connection broke during COMMIT: it may have gone through or not."""

    code = "clustering.database.unsure"


class Database:
    """One database: its engine, its vault, and how transactions are run."""

    def __init__(
        self, engine: sa.Engine, vault: Vault, *, writers: int = WRITERS
    ) -> None:
        self.engine = engine
        self.vault = vault
        self.dialect = engine.dialect.name
        self._session = orm.sessionmaker(engine, expire_on_commit=False)
        # In READ COMMITTED, each statement sees what is there when it begins, in
        # a transaction or not: PostgreSQL is spared BEGIN and ROLLBACK. Others'
        # drivers would have to tell the server.
        self._reading: sa.Engine = (
            engine.execution_options(isolation_level="AUTOCOMMIT")
            if self.dialect == "postgresql"
            else engine
        )
        # SQLite has one writer at a time: threads queue here, in order and
        # without busy waiting, instead of inside the file lock.
        self._line = (
            turns.Turns() if self.dialect == "sqlite" else turns.Courtesy(writers)
        )

    @contextlib.contextmanager
    def reader(self) -> Iterator[orm.Session]:
        """Open a session for reading; nothing it does is kept.

        :raises ServiceUnavailable: when the database can't be reached.
        """
        try:
            # The transaction is the connection's, not the session's, which would
            # roll back once more than the connection does: one round trip less.
            with self._reading.connect() as connection:
                connection.begin()
                with self._session(bind=connection) as session:
                    yield session
        except sa.exc.TimeoutError as error:
            raise exceptions.ServiceUnavailable(_NO_CONNECTION) from error
        except failures.OF_STATEMENTS as error:
            if not failures.is_ill(error):
                raise
            raise _away(error) from error

    def transact(self, work: Callable[[orm.Session], Result]) -> Result:
        """Run ``work`` in one transaction, again after deadlocks and duplicates.

        ``work`` may run several times and must have no effect but on the
        session. Nothing is kept when it raises.

        :raises ServiceUnavailable: when the database can't be reached, or
            deadlocks don't end.
        :raises CommitUnsure: when the connection broke during the commit.
        """
        for trial in range(1, MAX_TRIES + 1):
            try:
                return self._once(work)
            except db_exception.DBDeadlock as error:
                if trial == MAX_TRIES:
                    raise exceptions.ServiceUnavailable(
                        "Too many others write the same rows; try again later."
                    ) from error
                LOG.debug("Deadlock, try %s", trial)
            except db_exception.DBDuplicateEntry:
                # Somebody else has just inserted it: look again, once.
                if trial > 1:
                    raise
            except sa.exc.TimeoutError as error:
                raise exceptions.ServiceUnavailable(_NO_CONNECTION) from error
            except failures.OF_STATEMENTS as error:
                if not failures.is_ill(error):
                    raise
                if trial > 2:
                    raise _away(error) from error
            time.sleep(random.uniform(0, _PAUSE_S * 2 ** min(trial, 5)))
        raise AssertionError("unreachable")

    def _once(self, work: Callable[[orm.Session], Result]) -> Result:
        with self._line.turn(), self._session() as session:
            if self.dialect == "sqlite":
                session.connection(execution_options={"senlin_writer": True})
            result = work(session)
            session.flush()
            try:
                session.commit()
            except failures.OF_STATEMENTS as error:
                if not failures.is_ill(error):
                    raise
                raise CommitUnsure(
                    "The database connection broke while the change was being "
                    "stored; look before you ask again."
                ) from error
            called = session.info.pop(_AFTER_COMMIT, ())
        for call in called:
            call()
        return result

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def after_commit(session: orm.Session, call: Callable[[], None]) -> None:
    """Have something called when the transaction at work is stored for sure.

    It isn't called when nothing is kept. It must not raise.
    """
    session.info.setdefault(_AFTER_COMMIT, []).append(call)


def connect(url: str, vault: Vault, *, writers: int = WRITERS, **pool: Any) -> Database:
    """Make a database from a SQLAlchemy URL.

    ``writers``: transactions at a time, as far as that holds nobody up.
    ``pool``: ``size``, ``overflow``, ``timeout_s``, ``recycle_s``; the number
    of connections never passes ``size + overflow``.
    """
    return Database(make_engine(url, **pool), vault, writers=writers)


def make_engine(
    url: str,
    *,
    size: int = 5,
    overflow: int = 10,
    timeout_s: float = 30.0,
    recycle_s: int = 3600,
    idle_s: int = _IDLE_S,
) -> sa.Engine:
    """Make a SQLAlchemy engine with the settings that this service relies on.

    READ COMMITTED everywhere: a transaction that waited for a row lock must
    see what the one before it wrote. The server ends a transaction in which
    nothing was asked for ``idle_s`` seconds: a process that was stopped in its
    midst, or whose host is gone, must not hold up all others.
    """
    parsed = sa.make_url(url)
    options: dict[str, Any] = {
        "pool_size": size,
        "max_overflow": overflow,
        "pool_timeout": timeout_s,
        "pool_recycle": recycle_s,
        "poolclass": sa.QueuePool,
    }
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        options["connect_args"] = {"timeout": 60, "check_same_thread": False}
    else:
        options["isolation_level"] = "READ COMMITTED"
    if backend in ("mysql", "mariadb"):
        options["connect_args"] = {
            "connect_timeout": 10,
            "read_timeout": 120,
            # What is between the marks is for MariaDB only.
            "init_command": f"SET SESSION group_concat_max_len = {_LONGEST_LIST}"
            f"/*M!100302 , idle_transaction_timeout = {idle_s} */",
        }
    if backend == "postgresql":
        options["connect_args"] = {"connect_timeout": 10}
    engine = sa.create_engine(parsed, **options)
    if backend == "postgresql":
        _prepare_postgresql(engine, idle_s)
    exc_filters.register_engine(engine)
    if backend == "sqlite":
        _prepare_sqlite(engine)
    return engine


def _prepare_postgresql(engine: sa.Engine, idle_s: int) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.execute(f"SET idle_in_transaction_session_timeout = '{idle_s}s'")
        connection.commit()


def _prepare_sqlite(engine: sa.Engine) -> None:
    """Give SQLite a write-ahead log, foreign keys and honest transactions."""

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "busy_timeout=60000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("senlin_writer")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _away(error: Exception) -> exceptions.ServiceUnavailable:
    # Without the statement and its values.
    said = failures.cause_of(error)
    LOG.warning("The database can't be used: %s %s", type(error).__name__, said or "")
    return exceptions.ServiceUnavailable(
        "The database can't be reached; try again later."
    )
