"""Ends programs that can't start, or go on, with the reason and no traceback."""

import contextlib
import logging
import time
from collections.abc import Iterator

from oslo_config import cfg

from senlin_like import exceptions
from senlin_like.cmd import assembly
from senlin_like.db import failures
from senlin_like.db.migrations import migrate

LOG = logging.getLogger(__name__)

#: Seconds between two looks whether a database is there.
PAUSE_S = 2.0
_SYNC = "run 'senlin-like-manage db sync'."


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn what operators can mend into an exit status of 1 and a line that says it.

    :raises SystemExit: instead of such an error.
    """
    try:
        yield
    except exceptions.Error as error:
        raise assembly.fail(error.message) from error
    except (cfg.Error, OSError, ValueError) as error:
        raise assembly.fail(str(error)) from error
    except ImportError as error:
        raise assembly.fail(f"Something isn't installed: {error}.") from error
    except failures.UNUSABLE as error:
        raise assembly.fail(
            f"A database can't be used; is [database] connection right? {error}."
        ) from error
    except failures.MISSING as error:
        raise assembly.fail(
            "The database that [database] connection names doesn't exist."
        ) from error
    except (*failures.AWAY, *failures.OTHER_TABLES) as error:
        raise assembly.fail(_said(error)) from error


def _said(error: Exception) -> str:
    """Tell a database that is away from one with other tables."""
    if failures.is_ill(error):
        return (
            "The database can't be reached, or lets nobody in; is it up, and is "
            "[database] connection right?"
        )
    return f"The database's tables aren't those of this release: {_SYNC}"


def require_tables(conf: cfg.ConfigOpts) -> bool:
    """See that the database has what this release works with.

    Returns false when it can't be reached, now.

    :raises Invalid: when tables, or changes of them, are missing.
    """
    if not conf.database.connection:
        raise exceptions.Invalid("[database] connection is not set.")
    try:
        is_behind = migrate.is_behind(conf.database.connection)
    except failures.AWAY:
        LOG.warning("The database can't be reached; waiting for it")
        return False
    if is_behind:
        raise exceptions.Invalid(
            f"The database lacks tables, or changes of them: {_SYNC}"
        )
    return True


def await_tables(conf: cfg.ConfigOpts) -> None:
    """Wait for the database, and see that it has what this release works with.

    :raises Invalid: when tables, or changes of them, are missing.
    """
    while not require_tables(conf):
        time.sleep(PAUSE_S)
