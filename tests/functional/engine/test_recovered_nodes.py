"""Nodes that are recovered after a look, which found out more or less."""

import pytest

from senlin_like.operations import cluster_actions, node_actions


@pytest.fixture
def lost(stage, make):
    """A node whose server is gone, as a check has found out."""
    make(2)
    node = stage.nodes()[0]
    stage.controls.vanish_server(node.physical_id)
    node_actions.ask(stage.deps, stage.ctx, node.id, "check", {})
    stage.drain()
    [found] = [one for one in stage.nodes() if one.id == node.id]
    assert (found.status, found.physical_id) == ("ERROR", None)
    return found


def test_a_node_known_to_have_no_server_gets_one(stage, lost):
    action = node_actions.ask(
        stage.deps, stage.ctx, lost.id, "recover", {"check": True}
    )
    stage.drain()

    assert stage.action(action).status == "SUCCEEDED"
    assert {node.status for node in stage.nodes()} == {"ACTIVE"}
    assert len(stage.servers()) == 2


def test_so_do_the_nodes_of_a_cluster(stage, lost):
    action = cluster_actions.ask(
        stage.deps, stage.ctx, "web", "recover", {"check": True}
    )
    stage.drain()

    assert stage.action(action).status == "SUCCEEDED"
    assert {node.status for node in stage.nodes()} == {"ACTIVE"}
    assert len(stage.servers()) == 2
