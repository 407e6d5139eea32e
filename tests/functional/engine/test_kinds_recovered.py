"""Stacks and containers are only made anew: other ways are refused when asked."""

import pytest

from senlin_like import exceptions
from senlin_like.operations import cluster_actions, node_actions
from tests.torture import kinds


@pytest.fixture
def boxes(stage):
    """A cluster of one container on one host."""
    kinds.make_hosts(stage, 1)
    kinds.a_cluster(stage, "boxes", "box", 1)
    stage.drain()
    return stage


@pytest.mark.parametrize("operation", ["REBOOT", "rebuild"])
def test_a_container_is_neither_rebooted_nor_rebuilt(boxes, operation):
    asked = {"operation": operation}
    only = f"'{operation}' has to be one of the following: RECREATE."

    with pytest.raises(exceptions.Invalid, match=only):
        cluster_actions.ask(boxes.deps, boxes.ctx, "boxes", "recover", asked)
    with pytest.raises(exceptions.Invalid, match=only):
        node_actions.ask(boxes.deps, boxes.ctx, "boxes-1", "recover", asked)


def test_a_container_is_made_anew(boxes):
    before = {node.name: node.physical_id for node in boxes.nodes()}

    node_actions.ask(
        boxes.deps, boxes.ctx, "boxes-1", "recover", {"operation": "recreate"}
    )
    boxes.drain()

    after = {node.name: node for node in boxes.nodes()}
    assert after["boxes-1"].status == "ACTIVE"
    assert after["boxes-1"].physical_id != before["boxes-1"]
