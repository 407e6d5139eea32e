"""What a node costs when clusters are made and deleted: statements, calls, threads.

A change that raises one of these figures has to say why.
"""

import threading

import pytest

from senlin_like.operations import clusters

#: Statements and commits of a cluster's action, without its nodes'.
STATEMENTS_AT_ALL, COMMITS_AT_ALL = 60, 20
STATEMENTS_PER_NODE, COMMITS_PER_NODE = 14.5, 3.4
#: Threads of an engine beside those that carry out actions.
OTHER_THREADS = 8
FOREVER_S = 1e6


def total(counters, name):
    return sum(counters.get(name, {}).values())


@pytest.fixture
def made(stage, ask, work):
    """Make a cluster of so many nodes, to the end; give its id."""

    def make(count):
        cluster_id, action_id = ask(count)
        work()
        assert stage.action(action_id).status == "SUCCEEDED"
        return cluster_id

    return make


@pytest.mark.parametrize("count", [10, 100])
def test_making_nodes_has_a_ceiling(stage, tally, made, count):
    made(count)

    assert len(stage.servers()) == count
    within = STATEMENTS_AT_ALL + STATEMENTS_PER_NODE * count
    assert tally.statements <= within, tally.most()
    assert tally.commits <= COMMITS_AT_ALL + COMMITS_PER_NODE * count


@pytest.mark.parametrize("count", [10, 100])
def test_deleting_nodes_has_a_ceiling(stage, tally, made, work, count):
    cluster_id = made(count)
    tally.clear()

    clusters.delete(stage.deps, stage.ctx, cluster_id, force=False)
    work()

    assert stage.servers() == []
    within = STATEMENTS_AT_ALL + STATEMENTS_PER_NODE * count
    assert tally.statements <= within, tally.most()
    assert tally.commits <= COMMITS_AT_ALL + COMMITS_PER_NODE * count


@pytest.mark.parametrize("count", [10, 100])
def test_a_node_is_created_by_one_call(stage, made, count):
    stage.controls.reset_counters()

    made(count)

    counters = stage.controls.counters()
    assert total(counters, "compute.create_server") == count
    assert total(counters, "network.create_port") == count
    # What belongs to the profile is looked up once, not once per node.
    for name in ("find_flavor", "find_image", "find_network"):
        assert sum(total(counters, key) for key in counters if name in key) <= 4


@pytest.mark.parametrize("count", [10, 100])
def test_looks_are_bounded_by_rounds(stage, ask, work, count):
    stage.controls.reset_counters()
    ask(count)

    rounds = work()

    looks = total(stage.controls.counters(), "look.server")
    # All servers are built by then: it's one look, and one for each batch.
    assert 1 <= looks <= rounds
    assert looks <= 2 + count // 10


@pytest.mark.parametrize("count", [10, 100])
def test_a_node_is_deleted_by_one_call(stage, made, work, count):
    cluster_id = made(count)
    stage.controls.reset_counters()

    clusters.delete(stage.deps, stage.ctx, cluster_id, force=False)
    rounds = work()

    counters = stage.controls.counters()
    assert total(counters, "compute.delete_server") == count
    assert total(counters, "network.delete_port") == count
    assert total(counters, "look.server") <= rounds


@pytest.mark.parametrize("count", [10, 100])
def test_a_request_takes_one_wake_up_message(stage, wakes, made, work, count):
    cluster_id = made(count)
    clusters.delete(stage.deps, stage.ctx, cluster_id, force=False)
    work()

    # One for each of the two requests, whatever there is of children.
    assert len(stage.actions()) == 2 * (count + 1)
    assert len(wakes) <= 2


def test_a_thousand_servers_that_build_hold_no_thread(stage, ask, work):
    stage.controls.put_settings({"build_seconds": FOREVER_S})
    stage.controls.reset_counters()
    ask(1000)
    work(until_parked=True)
    created = total(stage.controls.counters(), "compute.create_server")
    stage.advance(60.0)
    stage.controls.reset_counters()
    before = threading.active_count()

    stage.engine.watcher.look_once()
    looks = total(stage.controls.counters(), "look.server")
    stage.engine.start()
    held = len(stage.engine.heart.runs())
    threads = threading.active_count() - before
    stage.engine.stop()

    assert (created, looks) == (1000, 1)
    # The cluster's own action waits as well: for its children.
    assert [row.status for row in stage.actions()] == ["WAITING"] * 1001
    assert held == 0
    assert threads <= OTHER_THREADS
