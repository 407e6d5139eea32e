"""What a node costs when clusters are made and deleted: statements, calls, threads.

A change that raises one of these figures has to say why.
"""

import threading

import pytest

#: Statements and commits of a cluster's action, without its nodes'.
STATEMENTS_AT_ALL, COMMITS_AT_ALL = 60, 20
STATEMENTS_PER_NODE, COMMITS_PER_NODE = 14.5, 3.4
#: Looks at what the profile names: a flavor, an image, a network.
LOOK_UPS = 4
#: Threads of an engine beside those that carry out actions.
OTHER_THREADS = 8


@pytest.fixture(params=["create", "delete"])
def both(request, figures):
    """Give the figures of making, then those of deleting."""
    return figures[request.param]


def test_nodes_are_made_and_deleted(figures):
    assert {one.status for one in figures.values()} == {"SUCCEEDED"}
    assert figures["create"].servers_left == figures["create"].nodes
    assert figures["delete"].servers_left == 0


def test_statements_have_a_ceiling(both):
    within = STATEMENTS_AT_ALL + STATEMENTS_PER_NODE * both.nodes

    assert both.statements <= within, both.most


def test_commits_have_a_ceiling(both):
    assert both.commits <= COMMITS_AT_ALL + COMMITS_PER_NODE * both.nodes


def test_a_node_is_created_by_one_call(figures):
    made = figures["create"]

    assert made.calls["compute.create_server"] == made.nodes
    assert made.calls["network.create_port"] == made.nodes


def test_what_the_profile_names_is_looked_up_once(figures):
    calls = figures["create"].calls

    for name in ("compute.find_flavor", "images.find_image", "network.find_network"):
        assert calls[name] <= LOOK_UPS


def test_a_node_is_deleted_by_one_call(figures):
    deleted = figures["delete"]

    assert deleted.calls["compute.delete_server"] == deleted.nodes
    assert deleted.calls["network.delete_port"] == deleted.nodes


def test_looks_are_bounded_by_rounds_not_by_nodes(both):
    looks = both.calls["look.server"]

    assert 1 <= looks <= both.rounds
    assert looks <= 2 + both.nodes // 8


def test_a_request_takes_one_message(both):
    # Children and woken actions are told of by nobody: they are polled for by
    # the engine that is at work already.
    assert both.messages == 1


@pytest.mark.timeout(900)
def test_a_thousand_servers_that_build_hold_no_thread(parked):
    stage = parked(1000)
    created = sum(stage.controls.counters()["compute.create_server"].values())
    stage.advance(60.0)
    stage.controls.reset_counters()
    before = threading.active_count()

    stage.engine.watcher.look_once()
    looks = sum(stage.controls.counters()["look.server"].values())
    stage.engine.start()
    held = len(stage.engine.heart.runs())
    threads = threading.active_count() - before
    stage.engine.stop()

    assert (created, looks) == (1000, 1)
    # The cluster's own action waits as well: for its children.
    assert [row.status for row in stage.actions()] == ["WAITING"] * 1001
    assert held == 0
    assert threads <= OTHER_THREADS
