"""What a database says is told to operators as what they can do about it."""

import pymysql
import pytest
import sqlalchemy as sa

from senlin_like.cmd import refusing
from senlin_like.db import session, vault

SYNC = "senlin-like-manage db sync"


def told(capsys, error) -> str:
    with pytest.raises(SystemExit) as left, refusing.told():
        raise error
    assert left.value.code == 1
    return capsys.readouterr().err


def wrapped(error: Exception) -> sa.exc.OperationalError:
    return sa.exc.OperationalError("SELECT", {}, error)


def test_a_column_that_sqlite_lacks_is_one_of_another_release(capsys) -> None:
    database = session.connect("sqlite://", vault.Vault([vault.new_key()]))
    unknown = sa.text("SELECT unknown")

    with pytest.raises(SystemExit), refusing.told():
        database.transact(lambda one: one.scalar(unknown))

    assert SYNC in capsys.readouterr().err


@pytest.mark.parametrize(
    ("code", "expected"), [(1054, SYNC), (1040, "The database can't be reached")]
)
def test_so_is_one_that_mariadb_lacks(capsys, code, expected) -> None:
    error = wrapped(pymysql.err.OperationalError(code, "said"))

    assert expected in told(capsys, error)
