"""A database that can't be used is told as 503; nobody's work is wrong by that."""

import sqlite3

import psycopg
import pymysql
import pytest
import sqlalchemy as sa
from oslo_db import exception as db_exception

from senlin_like import exceptions
from senlin_like.db import session, vault

SELECT = sa.text("SELECT 1")
ERRORS = {
    "starting": psycopg.OperationalError("FATAL:  the database system is starting up"),
    "crowded": psycopg.errors.TooManyConnections("FATAL:  too many clients already"),
    "stopping": psycopg.errors.AdminShutdown("terminating connection"),
    "standby": psycopg.errors.ReadOnlySqlTransaction("cannot execute UPDATE"),
    "mariadb-crowded": pymysql.err.OperationalError(1040, "Too many connections"),
    "mariadb-stopping": pymysql.err.OperationalError(1053, "Server shutdown"),
    "mariadb-standby": pymysql.err.OperationalError(1290, "--read-only"),
    "full": sqlite3.OperationalError("database or disk is full"),
}
URLS = {
    psycopg: "postgresql+psycopg://nobody@127.0.0.1:1/none",
    pymysql: "mysql+pymysql://nobody@127.0.0.1:1/none",
}


def ask(database):
    return database.transact(lambda one: one.scalar(SELECT))


def read(database):
    with database.reader() as one:
        return one.scalar(SELECT)


def a_database(url="sqlite://"):
    return session.connect(url, vault.Vault([vault.new_key()]))


def strike(database, monkeypatch, error, *, at, times=100):
    """Let a driver's function fail some times."""
    real = getattr(database.engine.dialect, at)
    left = [times]

    def failing(*args, **kwargs):
        if left[0] > 0:
            left[0] -= 1
            raise error
        return real(*args, **kwargs)

    monkeypatch.setattr(database.engine.dialect, at, failing)


@pytest.mark.parametrize("url", URLS.values(), ids=["postgresql", "mariadb"])
@pytest.mark.parametrize("use", [ask, read])
def test_a_server_that_is_down_is_unavailable(url, use) -> None:
    with pytest.raises(exceptions.ServiceUnavailable):
        use(a_database(url))


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("use", [ask, read])
def test_a_server_that_refuses_is_unavailable(name, use, monkeypatch) -> None:
    error = ERRORS[name]
    module = next((one for one in URLS if one.__name__ in type(error).__module__), None)
    database = a_database(URLS.get(module, "sqlite://"))
    strike(database, monkeypatch, error, at="connect")

    with pytest.raises(exceptions.ServiceUnavailable):
        use(database)


def test_what_was_refused_for_a_moment_is_done(monkeypatch) -> None:
    database = a_database()
    strike(database, monkeypatch, ERRORS["full"], at="do_execute", times=2)

    assert ask(database) == 1


def test_a_commit_that_the_server_refuses_is_unsure(monkeypatch) -> None:
    database = a_database()
    strike(database, monkeypatch, ERRORS["full"], at="do_commit")

    with pytest.raises(session.CommitUnsure):
        ask(database)


def test_a_wrong_statement_is_no_illness() -> None:
    table = sa.table("none", sa.column("id"))

    with pytest.raises(db_exception.DBNonExistentTable):
        a_database().transact(lambda one: one.execute(sa.select(table.c.id)))


@pytest.mark.parametrize("use", [ask, read])
@pytest.mark.parametrize(
    "error",
    [
        pymysql.err.OperationalError(1054, "Unknown column 'x' in 'SELECT'"),
        pymysql.err.OperationalError(1153, "Got a packet bigger than allowed"),
        pymysql.err.OperationalError(1690, "BIGINT value is out of range"),
        psycopg.errors.StatementTooComplex("stack depth limit exceeded"),
    ],
    ids=str,
)
def test_what_was_asked_wrongly_is_no_illness(use, error, monkeypatch) -> None:
    module = pymysql if isinstance(error, pymysql.Error) else psycopg
    database = a_database(URLS[module])
    strike(database, monkeypatch, error, at="connect")

    with pytest.raises(sa.exc.OperationalError):
        use(database)


@pytest.mark.parametrize("use", [ask, read])
def test_what_sqlite_does_not_know_is_no_illness(use, monkeypatch) -> None:
    monkeypatch.setitem(globals(), "SELECT", sa.text("SELECT unknown"))

    with pytest.raises(sa.exc.OperationalError):
        use(a_database())
