"""Many threads claim at once: each action is claimed once, on every database."""

import datetime
import threading
import uuid
from collections import Counter

import pytest

from senlin_like.db import claims, models, session, vault
from senlin_like.db.models import Action

ACTIONS = 300
THREADS = 8


@pytest.fixture
def database(any_url):
    made = session.connect(any_url, vault.Vault([vault.new_key()]), size=THREADS)
    models.Base.metadata.create_all(made.engine)
    yield made
    made.dispose()


def insert(database: session.Database, count: int) -> None:
    rows = [ready_row(number) for number in range(count)]
    table = Action.__table__
    database.transact(lambda one: one.execute(table.insert(), rows))


def ready_row(number: int) -> dict:
    return {
        "id": str(uuid.uuid4()),
        "name": "one",
        "action": "NODE_CHECK",
        "target": str(number),
        "cluster_id": str(number % 7),
        "cause": "RPC Request",
        "user": "u",
        "project": "p",
        "created_at": datetime.datetime.now(datetime.UTC),
        "timeout": 60,
        "status": "READY",
        "ready_at": 1.0,
        "status_reason": "",
        "request_id": "",
        "children_left": 0,
        "lease": 0,
        "attempt": 0,
        "flow_version": 0,
        **{name: {} for name in ("inputs", "outputs", "data", "journal")},
    }


def test_each_action_is_claimed_once(database) -> None:
    insert(database, ACTIONS)
    start = threading.Barrier(THREADS)
    taken: list[str] = []
    errors: list[Exception] = []

    def work(number: int) -> None:
        start.wait()
        empty = 0
        try:
            while empty < 3:
                got = database.transact(
                    lambda one: claims.claim(
                        one, f"engine-{number}", lease_s=60.0, limit=5
                    )
                )
                taken.extend(claimed.row.id for claimed in got)
                empty = 0 if got else empty + 1
        except Exception as error:  # noqa: BLE001 - is told at the end
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert set(Counter(taken).values()) == {1}
    # Those that lose a race find nothing; what is left is there for the next.
    rest = database.transact(
        lambda one: claims.claim(one, "last", lease_s=60.0, limit=ACTIONS)
    )
    assert len(taken) + len(rest) == ACTIONS


def test_lost_actions_are_freed_once(database) -> None:
    insert(database, 40)
    database.transact(lambda one: claims.claim(one, "lost", lease_s=-1.0, limit=40))
    start = threading.Barrier(4)
    freed: list[str] = []

    def work() -> None:
        start.wait()
        freed.extend(
            database.transact(lambda one: claims.reap(one, stray_watch_s=60.0))
        )

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(freed) == len(set(freed)) == 40
    again = database.transact(
        lambda one: claims.claim(one, "next", lease_s=60.0, limit=40)
    )
    assert {claimed.row.attempt for claimed in again} == {1}
    assert {claimed.row.lease for claimed in again} == {3}
