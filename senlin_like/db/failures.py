"""What a database's libraries raise, and what that says of the database."""

from typing import Any

import sqlalchemy as sa
from oslo_db import exception as db_exception

#: The address of the database is none.
UNUSABLE = (sa.exc.ArgumentError,)
#: There is none of that name.
MISSING = (db_exception.DBNonExistentDatabase,)
#: It can't be reached, or lets nobody in: it may be starting, or full.
AWAY = (db_exception.DBConnectionError, sa.exc.OperationalError)
#: It has no such table or column.
OTHER_TABLES = (db_exception.DBNonExistentTable, sa.exc.ProgrammingError)
#: Whatever it is.
ALL = (sa.exc.SQLAlchemyError, db_exception.DBError, ImportError)
#: What a statement that was asked raises; ``is_ill`` tells what that means.
OF_STATEMENTS = (db_exception.DBError, sa.exc.OperationalError)

#: Classes of SQLSTATE: no connection, a server that only reads, too few resources,
#: an operator's intervention, a failing system.
_ILL = frozenset({"08", "25", "53", "57", "58"})
#: The class of statements that are too large.
_TOO_LARGE = "54"
#: SQLite's code of a statement that it doesn't understand.
_SQLITE_ERROR = 1
#: Codes of MariaDB for what is wrong with a statement or its values. Its driver
#: calls everything operational that it doesn't know.
_MARIADB_ERRORS = frozenset(
    {1054, 1118, 1139, 1153, 1210, 1242, 1247, 1267, 1271, 1292, 1300, 1305}
    | {1390, 1411, 1436, 1582, 1690, 4025}
)


def cause_of(error: Exception) -> Any | None:
    """Return what the database's driver itself has raised."""
    return getattr(getattr(error, "inner_exception", None) or error, "orig", None)


def is_ill(error: Exception) -> bool:
    """Tell whether the database is to blame for an error, not what was asked.

    It refuses connections, as it has too many or is about to start or to stop, or
    it can't write. Nothing that was being done is wrong because of that.
    """
    if isinstance(error, db_exception.DBConnectionError):
        return True
    cause = cause_of(error)
    state = str(getattr(cause, "sqlstate", None))[:2]
    if isinstance(error, sa.exc.OperationalError):
        return not _is_misunderstood(cause, state)
    return type(error) is db_exception.DBError and state in _ILL


def _is_misunderstood(cause: Any | None, state: str) -> bool:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return bool(code & 0xFF == _SQLITE_ERROR)
    args = getattr(cause, "args", None) or (None,)
    return state == _TOO_LARGE or args[0] in _MARIADB_ERRORS
