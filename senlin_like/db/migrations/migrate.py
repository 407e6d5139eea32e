"""Brings a database to the present tables, and tells where it stands."""

import contextlib
import pathlib
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import command, config, script
from alembic.runtime import migration

from senlin_like.db import session

#: One number in every database that this service's processes agree on.
_LOCK = 5_204_112


def sync(url: str, revision: str = "head") -> None:
    """Apply the steps that a database lacks, up to ``revision``.

    Does nothing when there is none. Two that come at once take turns.
    """
    with _connected(url, writes=True) as connection:
        sync_on(connection, revision)


def sync_on(connection: sa.Connection, revision: str = "head") -> None:
    """Apply the missing steps on a connection of the caller's."""
    with _turn(connection):
        settings = _config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
        connection.commit()


def version(url: str) -> str | None:
    """Return the step that a database is at, None if it has none yet."""
    with _connected(url) as connection:
        return version_on(connection)


def version_on(connection: sa.Connection) -> str | None:
    """Return the step that the caller's connection sees, None if none."""
    return migration.MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """Return the last step that this release knows."""
    head = script.ScriptDirectory.from_config(_config()).get_current_head()
    return head or ""


def is_current(url: str) -> bool:
    """Tell whether a database has all steps of this release."""
    return version(url) == newest()


def is_behind(url: str) -> bool:
    """Tell whether a database lacks steps; one of a newer release doesn't."""
    found = version(url)
    if found is None:
        return True
    known = script.ScriptDirectory.from_config(_config()).walk_revisions()
    return found != newest() and found in {step.revision for step in known}


def _config() -> config.Config:
    settings = config.Config()
    here = pathlib.Path(__file__).parent
    settings.set_main_option("script_location", str(here).replace("%", "%%"))
    return settings


@contextlib.contextmanager
def _connected(url: str, *, writes: bool = False) -> Iterator[sa.Connection]:
    engine = session.make_engine(url, size=1, overflow=0)
    try:
        with engine.connect() as connection:
            # SQLite: nobody else may write between the look and the steps.
            yield connection.execution_options(senlin_writer=writes)
    finally:
        engine.dispose()


@contextlib.contextmanager
def _turn(connection: sa.Connection) -> Iterator[None]:
    """Keep other processes from applying steps at the same time."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_lock(_LOCK)))
        connection.commit()
    elif dialect in ("mysql", "mariadb"):
        connection.execute(sa.select(sa.func.get_lock(str(_LOCK), 600)))
        connection.commit()
    try:
        yield
    finally:
        # Ends a transaction that failed; nothing else would be accepted in it.
        connection.rollback()
        if dialect == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_unlock(_LOCK)))
            connection.commit()
        elif dialect in ("mysql", "mariadb"):
            connection.execute(sa.select(sa.func.release_lock(str(_LOCK))))
            connection.commit()
