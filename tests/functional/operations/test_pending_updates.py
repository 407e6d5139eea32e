"""A profile that an unfinished update is about can't be deleted."""

import pytest

from senlin_like import exceptions
from senlin_like.operations import clusters, nodes, profiles


@pytest.fixture
def body(stage):
    """Make a cluster of one node, with profile ``old``; there is ``new``, too."""
    stage.a_profile("old")
    stage.a_profile("new", metadata={"release": "2"})
    asked = {"name": "web", "profile_id": "old", "desired_capacity": 1}
    clusters.create(stage.deps, stage.ctx, asked)
    stage.drain()
    return {"profile_id": "new"}


def of_cluster(stage, body):
    asked = {**body, "profile_only": True}
    return clusters.update(stage.deps, stage.ctx, "web", asked).action_id


def of_node(stage, body):
    node = stage.nodes()[0].id
    return nodes.update(stage.deps, stage.ctx, node, body).action_id


@pytest.mark.parametrize("update", [of_cluster, of_node])
def test_a_profile_stays_that_an_update_is_about(stage, body, update) -> None:
    action = update(stage, body)

    with pytest.raises(exceptions.ResourceInUse):
        profiles.delete(stage.deps, stage.ctx, "new")

    stage.drain()
    assert stage.action(action).status == "SUCCEEDED"


def test_a_profile_goes_when_the_update_has_failed(stage, body) -> None:
    fault = {"effect": "error", "method": "compute.set_metadata"}
    stage.controls.add_fault(fault)
    action = of_node(stage, body)
    stage.drain()
    assert stage.action(action).status == "FAILED"

    profiles.delete(stage.deps, stage.ctx, "new")
