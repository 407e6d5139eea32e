"""A process that was stopped within a transaction doesn't hold up others for ever."""

import pytest
import sqlalchemy as sa
from oslo_db import exception

from senlin_like.db import session
from senlin_like.db.work_models import WatchGroup

TABLE = WatchGroup.__table__
pytestmark = pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ],
    indirect=True,
)


@pytest.fixture
def engines(url, database):
    idle, other = (session.make_engine(url, idle_s=1) for _ in range(2))
    with other.begin() as connection:
        connection.execute(sa.delete(TABLE))
        connection.execute(sa.insert(TABLE).values(key="a", due_at=1.0, pace=1.0))
    yield idle, other
    idle.dispose()
    other.dispose()


@pytest.mark.timeout(60)
def test_an_idle_transaction_loses_its_locks_and_keeps_nothing(engines) -> None:
    idle, other = engines
    change = sa.update(TABLE).where(TABLE.c.key == "a")

    stopped = idle.connect()
    stopped.execute(change.values(pace=2.0))
    with other.begin() as connection:
        connection.execute(change.values(pace=TABLE.c.pace + 10.0))

    with pytest.raises(exception.DBConnectionError):
        stopped.execute(sa.select(TABLE.c.pace))
    stopped.close()
    with other.connect() as connection:
        assert connection.scalar(sa.select(TABLE.c.pace)) == 11.0


def test_work_on_a_connection_that_was_cut_is_done_again(engines, url) -> None:
    database = session.Database(session.make_engine(url, idle_s=1), None)
    tries = []

    def work(one: session.Session) -> None:
        one.execute(sa.update(TABLE).values(pace=5.0))
        tries.append(one)
        if len(tries) == 1:
            # Another one is let in when the server has cut this one off.
            with engines[1].begin() as connection:
                connection.execute(sa.update(TABLE).values(pace=7.0))
        one.execute(sa.update(TABLE).values(pace=TABLE.c.pace + 1.0))

    database.transact(work)

    with engines[1].connect() as connection:
        assert connection.scalar(sa.select(TABLE.c.pace)) == 6.0
    assert len(tries) == 2
    database.dispose()
