"""An update that is given up leaves no server off that ran before."""

import pytest

from senlin_like.operations import actions, clusters, node_actions, nodes
from tests.torture import checks

STOPPED = "NODE_UPDATE called compute.act #1"
OPERATIONS = ["stop", "rebuild", "resize", "confirm_resize", "start"]


@pytest.fixture
def node(stage):
    """A node of a cluster, and a newer profile."""
    body = {"name": "web", "profile_id": stage.a_profile("old"), "desired_capacity": 1}
    clusters.create(stage.deps, stage.ctx, body)
    stage.drain()
    stage.a_profile("new", flavor="2", image="new_image")
    [node] = stage.nodes()
    return node


def server_of(stage):
    [server] = checks.live_servers(stage.driver.world)
    return server


def asked_for(stage, operation: str) -> int:
    return sum(stage.controls.counters().get(f"compute.{operation}", {}).values())


def update(stage, node) -> str:
    body = {"profile_id": "new"}
    return nodes.update(stage.deps, stage.ctx, node.id, body).action_id


def cancel(stage, action_id) -> None:
    """Cancel an action, and see it end."""
    actions.cancel(stage.deps, stage.ctx, action_id, force=False)
    stage.drain(by_s=0.5)
    ended = stage.action(action_id)
    reason = "Action execution cancelled"
    assert (ended.status, ended.status_reason) == ("CANCELLED", reason)


def turn_off(stage, node) -> None:
    node_actions.operate(stage.deps, stage.ctx, node.id, "stop", {})
    stage.drain()
    assert server_of(stage).target == "SHUTOFF"


@pytest.mark.parametrize("after_s", [0.0, 30.0], ids=["under way", "reached"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_cancelled_update_starts_what_it_has_stopped(
    stage, node, operation, after_s
) -> None:
    action_id = update(stage, node)
    stage.run_until(lambda: asked_for(stage, operation))
    stage.advance(after_s)

    cancel(stage, action_id)

    server = server_of(stage)
    assert (server.target, server.ready_at <= stage.clock()) == ("ACTIVE", True)
    wanted = "2" if operation in ("confirm_resize", "start") else "1"
    assert server.flavor_id == wanted
    assert stage.nodes()[0].profile_id == node.profile_id


def test_a_server_that_was_off_before_stays_off(stage, node) -> None:
    turn_off(stage, node)
    action_id = update(stage, node)
    stage.run_until(lambda: asked_for(stage, "resize"))

    cancel(stage, action_id)

    assert server_of(stage).target == "SHUTOFF"
    assert asked_for(stage, "start") == 0


@pytest.mark.parametrize("label", ["call compute.get_server", "called compute.act"])
def test_a_server_that_was_off_before_stays_off_over_a_crash(
    stage, node, label
) -> None:
    turn_off(stage, node)
    stage.moments.is_watching = True
    stage.moments.crash_at = f"NODE_UPDATE {label} #1"
    action_id = update(stage, node)

    stage.drain(by_s=0.5)

    assert (stage.crashes, stage.action(action_id).status) == (1, "SUCCEEDED")
    server = server_of(stage)
    assert (server.target, server.flavor_id) == ("SHUTOFF", "2")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_failed_update_starts_what_it_has_stopped(stage, node, operation) -> None:
    fault = {"effect": "error", "method": f"compute.{operation}", "count": 1}
    stage.controls.add_fault(fault)

    action_id = update(stage, node)
    stage.drain(by_s=0.5)

    ended = stage.action(action_id)
    assert ended.status == "FAILED"
    assert "undone" not in ended.status_reason
    assert server_of(stage).target == "ACTIVE"


def test_a_server_that_cannot_be_started_again_is_told_of(stage, node) -> None:
    action_id = update(stage, node)
    stage.run_until(lambda: asked_for(stage, "stop"))
    stage.controls.add_fault({"effect": "error", "method": "compute.start"})

    actions.cancel(stage.deps, stage.ctx, action_id, force=False)
    stage.drain()

    ended = stage.action(action_id)
    assert ended.status == "CANCELLED"
    assert "could not be undone" in ended.status_reason
    assert server_of(stage).target == "SHUTOFF"


def test_a_stop_that_only_the_cloud_knows_of_is_taken_back(stage, node) -> None:
    stage.moments.is_watching = True
    stage.moments.crash_at = STOPPED
    action_id = update(stage, node)
    stage.run_until(lambda: stage.crashes)

    cancel(stage, action_id)

    assert asked_for(stage, "stop") == 1
    assert server_of(stage).target == "ACTIVE"


def test_a_server_that_is_gone_is_left_alone(stage, node) -> None:
    action_id = update(stage, node)
    stage.run_until(lambda: asked_for(stage, "stop"))
    stage.controls.vanish_server(node.physical_id)

    actions.cancel(stage.deps, stage.ctx, action_id, force=False)
    stage.drain()

    assert stage.action(action_id).status == "CANCELLED"
    assert checks.live_servers(stage.driver.world) == []


def test_a_cancelled_update_of_a_cluster_starts_its_servers(stage, node) -> None:
    body = {"profile_id": "new"}
    action_id = clusters.update(stage.deps, stage.ctx, "web", body).action_id
    stage.run_until(lambda: asked_for(stage, "stop"))

    actions.cancel(stage.deps, stage.ctx, action_id, force=False)
    stage.drain(by_s=0.5)

    assert stage.action(action_id).status == "CANCELLED"
    assert server_of(stage).target == "ACTIVE"
