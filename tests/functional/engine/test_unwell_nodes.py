"""A node whose server isn't well doesn't become ACTIVE by being called otherwise."""

import pytest

from senlin_like.operations import clusters, node_actions, nodes
from tests.torture import checks


@pytest.fixture
def node(stage):
    """A node that was found to be in error."""
    body = {"name": "web", "profile_id": stage.a_profile("old"), "desired_capacity": 1}
    clusters.create(stage.deps, stage.ctx, body)
    stage.drain()
    [node] = stage.nodes()
    node_actions.operate(stage.deps, stage.ctx, node.id, "stop", {})
    stage.drain()
    node_actions.ask(stage.deps, stage.ctx, node.id, "check", {})
    stage.drain()
    [node] = stage.nodes()
    assert node.status == "ERROR"
    return node


@pytest.mark.parametrize(
    "body", [{"name": "x"}, {"metadata": {"a": 1}}, {"role": "r"}, {"tainted": True}]
)
def test_a_change_of_the_row_alone_heals_nothing(stage, node, body):
    action = nodes.update(stage.deps, stage.ctx, node.id, body).action_id
    stage.drain()

    assert stage.action(action).status == "SUCCEEDED"
    [changed] = stage.nodes()
    column = {"metadata": "meta_data"}
    for key, value in body.items():
        assert getattr(changed, column.get(key, key)) == value
    assert (changed.status, changed.status_reason) == ("ERROR", node.status_reason)
    assert checks.live_servers(stage.driver.world)


def test_a_node_that_is_well_stays_so(stage, node):
    node_actions.ask(stage.deps, stage.ctx, node.id, "recover", {})
    stage.drain()
    nodes.update(stage.deps, stage.ctx, node.id, {"name": "x"})
    stage.drain()

    [changed] = stage.nodes()
    assert (changed.status, changed.name) == ("ACTIVE", "x")
