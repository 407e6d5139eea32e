"""An update goes on where it is when the cloud hasn't said what it did."""

import pytest

from senlin_like.operations import clusters, nodes
from tests.torture import checks

OPERATIONS = ["stop", "resize", "confirm_resize", "rebuild", "start"]
IMAGE = "new_image"


@pytest.fixture
def node(stage):
    """A node of a cluster."""
    profile = stage.a_profile("old")
    body = {"name": "web", "profile_id": profile, "desired_capacity": 1}
    clusters.create(stage.deps, stage.ctx, body)
    stage.drain()
    return stage.nodes()[0]


@pytest.mark.parametrize("effect", ["done_but_timeout", "timeout", "busy"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_call_may_be_unsure(stage, node, operation, effect) -> None:
    stage.a_profile("new", flavor="2", image=IMAGE)
    fault = {"effect": effect, "method": f"compute.{operation}", "count": 1}
    stage.controls.add_fault(fault)

    asked = nodes.update(stage.deps, stage.ctx, node.id, {"profile_id": "new"})
    stage.drain(by_s=0.5)

    action = stage.action(asked.action_id)
    assert (action.status, action.status_reason) == (
        "SUCCEEDED",
        "Action completed successfully.",
    )
    [server] = checks.live_servers(stage.driver.world)
    assert (server.flavor_id, server.target) == ("2", "ACTIVE")
    assert action.end_time - action.start_time < 60
    assert [one["fired"] for one in stage.controls.faults()] == [1]
