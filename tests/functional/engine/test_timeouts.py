"""Cluster actions whose time is over before all of their nodes were begun."""

import pytest
import sqlalchemy as sa

from senlin_like.db.models import Action
from senlin_like.operations import cluster_actions, clusters
from tests.torture import checks, scenarios

TIMEOUT_S = 20


@pytest.fixture
def create(stage):
    """Ask for a cluster; return the ids of cluster and action."""
    profile = stage.a_profile()

    def ask(count, timeout=TIMEOUT_S) -> tuple[str, str]:
        body = {
            "name": "web",
            "profile_id": profile,
            "desired_capacity": count,
            "min_size": 0,
            "timeout": timeout,
        }
        accepted = clusters.create(stage.deps, stage.ctx, body)
        return accepted.record["id"], accepted.action_id

    return ask


def run_out_of_time(stage, action_id, *, begun=0) -> None:
    """Begin some of the children; the turn of the others comes too late."""
    stage.run_until(lambda: scenarios.with_children(stage, action_id))
    for run in stage.engine.claim(begun) if begun else []:
        stage.engine.work(run)
    late = sa.update(Action).where(
        Action.parent_id == action_id, Action.start_time.is_(None)
    )
    stage.deps.db.transact(lambda one: one.execute(late.values(ready_at=1e12)))
    stage.advance(TIMEOUT_S + 5)
    stage.step(1)
    stage.drain()


def at_rest(stage) -> list[str]:
    return checks.problems(stage.deps.db, stage.driver.world)


def test_nodes_that_were_never_begun_go_when_the_time_is_over(stage, create) -> None:
    cluster_id, action_id = create(2)

    run_out_of_time(stage, action_id)

    assert stage.action(action_id).status == "FAILED"
    assert "Timed out after 20 seconds" in stage.action(action_id).status_reason
    assert stage.nodes() == []
    assert at_rest(stage) == []
    cluster = stage.cluster(cluster_id)
    assert (cluster.status, cluster.desired_capacity) == ("WARNING", 2)
    assert "below desired_capacity (2)" in cluster.status_reason


def test_nodes_that_were_begun_stay_and_tell_why(stage, create) -> None:
    _cluster_id, action_id = create(3)

    run_out_of_time(stage, action_id, begun=1)

    left = [(node.status, node.status_reason) for node in stage.nodes()]
    assert left == [("ERROR", "Action execution cancelled")]
    assert stage.servers() == []
    assert at_rest(stage) == []


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("scale_out", {"count": 2}),
        ("resize", {"adjustment_type": "EXACT_CAPACITY", "number": 4}),
    ],
    ids=["scale-out", "resize"],
)
def test_a_growth_out_of_time_keeps_what_was_there(stage, create, name, params) -> None:
    cluster_id, _action_id = create(2)
    stage.drain()
    before = {node.id for node in stage.nodes()}
    growth = cluster_actions.ask(stage.deps, stage.ctx, "web", name, params)

    run_out_of_time(stage, growth)

    assert stage.action(growth).status == "FAILED"
    assert {node.id for node in stage.nodes()} == before
    assert {node.status for node in stage.nodes()} == {"ACTIVE"}
    assert stage.cluster(cluster_id).desired_capacity == 4
    assert stage.cluster(cluster_id).status == "WARNING"
    assert at_rest(stage) == []


def test_what_a_timeout_left_out_is_made_by_a_recovery(stage, create) -> None:
    cluster_id, action_id = create(2)
    run_out_of_time(stage, action_id)
    ask = {"check_capacity": True}

    late = cluster_actions.ask(stage.deps, stage.ctx, "web", "recover", ask)
    run_out_of_time(stage, late)
    after_another = stage.nodes()
    recovery = cluster_actions.ask(stage.deps, stage.ctx, "web", "recover", ask)
    stage.drain()

    assert after_another == []
    assert stage.action(recovery).status == "SUCCEEDED"
    assert {node.status for node in stage.nodes(cluster_id)} == {"ACTIVE"}
    assert len(stage.nodes(cluster_id)) == 2
    assert stage.cluster(cluster_id).status == "ACTIVE"
