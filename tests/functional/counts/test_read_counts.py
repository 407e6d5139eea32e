"""SQL statements and connections of reads, whatever there is of everything."""

import threading
from concurrent import futures

import pytest
import sqlalchemy as sa

from senlin_like.db import session

SIZE, OVERFLOW = 3, 2


@pytest.mark.parametrize("nodes_each", [0, 10], ids=["no nodes", "ten nodes"])
@pytest.mark.parametrize("count", [1, 10, 100])
def test_a_page_of_clusters_takes_three_statements(
    stage, tally, get, store, count, nodes_each
):
    store(count, nodes_each)
    send = get(stage.deps)

    with tally.counting():
        status, body = send("/v1/clusters")

    assert (status, body.count(b'"policies":')) == (200, count)
    # The clusters, the ids of their nodes, and those of their bindings.
    assert tally.statements == 3, tally.most()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("clusters", 3),
        ("nodes", 1),
        ("profiles", 1),
        ("policies", 1),
        ("actions", 3),
        ("events", 1),
    ],
)
def test_one_thing_takes_a_fixed_number_of_statements(
    stage, tally, get, store, kind, expected
):
    identity = store(3, 4)[kind]
    send = get(stage.deps)

    with tally.counting():
        status, _ = send(f"/v1/{kind}/{identity}")

    assert status == 200
    assert tally.statements == expected, tally.most()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("nodes", 1), ("profiles", 1), ("policies", 1), ("actions", 3), ("events", 1)],
)
@pytest.mark.parametrize("count", [1, 10, 100])
def test_a_page_takes_a_fixed_number_of_statements(
    stage, tally, get, store, kind, expected, count
):
    store(count, 1)
    send = get(stage.deps)

    with tally.counting():
        status, _ = send(f"/v1/{kind}")

    assert status == 200
    assert tally.statements == expected, tally.most()


def test_a_page_after_a_marker_takes_one_more(stage, tally, get, store):
    identity = store(10, 2)["clusters"]
    send = get(stage.deps)

    with tally.counting():
        status, _ = send(f"/v1/clusters?limit=5&marker={identity}")

    assert status == 200
    assert tally.statements == 4, tally.most()


def test_reads_commit_nothing(stage, tally, get, store):
    store(2, 2)
    send = get(stage.deps)

    with tally.counting():
        for kind in ("clusters", "nodes", "profiles", "policies", "actions", "events"):
            send(f"/v1/{kind}")

    assert tally.commits == 0


@pytest.fixture
def small_pool(stage):
    """The same database through a small pool, and the most connections it had."""
    database = session.connect(
        str(stage.deps.db.engine.url),
        stage.deps.db.vault,
        size=SIZE,
        overflow=OVERFLOW,
        timeout_s=120.0,
    )
    lock = threading.Lock()
    now = {"open": 0, "most": 0}

    @sa.event.listens_for(database.engine, "connect")
    def opened(*_):
        with lock:
            now["open"] += 1
            now["most"] = max(now["most"], now["open"])

    @sa.event.listens_for(database.engine, "close")
    def closed(*_):
        with lock:
            now["open"] -= 1

    yield database, now
    database.dispose()


def test_connections_stay_within_the_pool(stage, get, store, small_pool):
    database, now = small_pool
    store(20, 5)
    stage.deps = type(stage.deps)(
        **{
            name: getattr(stage.deps, name)
            for name in stage.deps.__dataclass_fields__
            if name != "db"
        },
        db=database,
    )
    send = get(stage.deps)
    together = threading.Barrier(50)

    def ask(_):
        together.wait(60)
        return send("/v1/clusters")[0]

    with futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(ask, range(50)))

    assert answers == [200] * 50
    assert now["most"] <= SIZE + OVERFLOW
