"""What the cloud does long after who asked for it has given up leaves nothing behind.

An API that hangs, or has too much to do, may take a request when the engine that sent
it has had no answer, has looked, and has asked again.
"""

import pytest

from senlin_like.db.work_models import BindingWatch, StrayWatch
from senlin_like.drivers import objects
from senlin_like.drivers.base import CLUSTER_MARK, NODE_MARK, Account
from senlin_like.operations import actions, clusters
from tests.functional.engine.balanced import Site
from tests.torture import checks


@pytest.fixture
def cloud(stage):
    return stage.driver.inner.cloud(Account(user="alice", project="red"))


@pytest.fixture
def ask(stage):
    """Ask for a cluster of one node; give the action's id."""
    profile = stage.a_profile(networks=[])

    def create() -> str:
        body = {"name": "web", "profile_id": profile, "desired_capacity": 1}
        return clusters.create(stage.deps, stage.ctx, body).action_id

    return create


@pytest.fixture
def come_late(stage, cloud):
    """Let the first request for the server of a node be done now."""

    def make(node_id: str) -> None:
        asked = objects.ServerRequest(
            name="late",
            flavor_id="1",
            image_id=cloud.images.find_image("cirros-0.4.0-x86_64-disk").id,
            metadata={NODE_MARK: node_id, CLUSTER_MARK: "web"},
        )
        cloud.compute.create_server(asked)

    return make


def unanswered(stage, method: str, effect: str = "timeout") -> None:
    """Let the next call of a method come to nothing, as far as can be told."""
    fault = {"effect": effect, "method": method, "count": 1}
    stage.controls.add_fault(fault)


def test_a_server_that_comes_beside_the_second_is_removed(
    stage, ask, come_late
) -> None:
    unanswered(stage, "compute.create_server")
    ask()
    stage.drain()
    [node] = stage.nodes()

    come_late(node.id)
    stage.sweep()

    [server] = checks.live_servers(stage.driver.world)
    assert server.id == node.physical_id
    assert checks.problems(stage.deps.db, stage.driver.world) == []


def test_it_is_so_when_the_look_for_the_first_is_refused(stage, ask, come_late) -> None:
    unanswered(stage, "compute.create_server")
    unanswered(stage, "compute.find_marked", "busy")
    ask()
    stage.drain()
    [node] = stage.nodes()

    come_late(node.id)
    stage.sweep()

    [server] = checks.live_servers(stage.driver.world)
    assert server.id == node.physical_id


def test_it_is_so_when_nobody_may_look_for_the_first(stage, ask, come_late) -> None:
    unanswered(stage, "compute.create_server")
    unanswered(stage, "compute.find_marked", "error")
    ask()
    stage.drain()
    [node] = stage.nodes()
    assert node.status == "ERROR"

    come_late(node.id)
    stage.sweep()

    assert checks.problems(stage.deps.db, stage.driver.world) == []
    assert checks.live_servers(stage.driver.world) == []


def test_a_server_that_comes_after_its_node_is_gone_is_removed(
    stage, ask, come_late
) -> None:
    unanswered(stage, "compute.create_server")
    action_id = ask()
    stage.run_until(lambda: bool(stage.rows(StrayWatch)))
    [node] = stage.nodes()
    actions.cancel(stage.deps, stage.ctx, action_id, force=False)
    stage.drain()
    clusters.delete(stage.deps, stage.ctx, "web", force=True)
    stage.drain()

    come_late(node.id)
    stage.sweep()

    assert checks.live_servers(stage.driver.world) == []


def test_nothing_is_watched_where_every_call_was_answered(stage, ask) -> None:
    unanswered(stage, "compute.create_server", "busy")

    ask()
    stage.drain()

    assert stage.rows(StrayWatch) == []


def test_what_a_policy_makes_is_watched_too(stage) -> None:
    site = Site(stage).make(1)
    unanswered(stage, "load_balancing.create_load_balancer")

    site.balance()

    assert len(stage.rows(BindingWatch)) == 1
