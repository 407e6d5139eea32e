"""Actions that are cancelled at different moments, or whose time is over."""

import pytest

from senlin_like import exceptions
from senlin_like.db.models import Action
from senlin_like.db.work_models import StrayWatch
from senlin_like.operations import (
    actions,
    cluster_actions,
    clusters,
    node_actions,
    nodes,
)
from tests.torture import checks, scenarios


@pytest.fixture
def create(stage):
    """Ask for a cluster of two nodes; return the ids of cluster and action."""
    profile = stage.a_profile()

    def ask(count=2, timeout=1000, **body) -> tuple[str, str]:
        asked = {
            "name": "web",
            "profile_id": profile,
            "desired_capacity": count,
            "min_size": 0,
            "timeout": timeout,
        }
        accepted = clusters.create(stage.deps, stage.ctx, asked | body)
        return accepted.record["id"], accepted.action_id

    return ask


def at_rest(stage) -> list[str]:
    return checks.problems(stage.deps.db, stage.driver.world)


@pytest.mark.parametrize(
    "moment",
    [scenarios.at_once, scenarios.with_children, scenarios.in_the_cloud],
    ids=["before the start", "before the children's start", "in the cloud"],
)
@pytest.mark.parametrize("force", [False, True], ids=["gently", "by force"])
def test_a_cancelled_creation_leaves_nothing(stage, create, moment, force) -> None:
    cluster_id, action_id = create()
    stage.run_until(lambda: moment(stage, action_id))

    actions.cancel(stage.deps, stage.ctx, action_id, force=force)
    stage.drain()

    assert stage.action(action_id).status == "CANCELLED"
    assert stage.servers() == []
    assert at_rest(stage) == []
    assert stage.cluster(cluster_id).status not in checks.PASSING_CLUSTER


def test_a_creation_that_is_cancelled_early_makes_no_servers(stage, create) -> None:
    _cluster_id, action_id = create(20)
    stage.run_until(lambda: scenarios.with_children(stage, action_id))

    actions.cancel(stage.deps, stage.ctx, action_id, force=False)
    stage.drain()

    made = stage.controls.counters().get("compute.create_server", {})
    assert sum(made.values()) <= stage.options.threads
    assert stage.action(action_id).status == "CANCELLED"


def test_undoing_while_cancelled_waits_without_work(stage, create) -> None:
    _cluster_id, action_id = create(1)
    stage.run_until(lambda: scenarios.in_the_cloud(stage, action_id))
    actions.cancel(stage.deps, stage.ctx, action_id, force=False)
    stage.run_until(
        lambda: any(row.undoing and row.wait_kind == "cloud" for row in stage.actions())
    )

    worked = stage.step()

    assert not worked


def test_an_action_that_has_ended_cannot_be_cancelled(stage, create) -> None:
    _cluster_id, action_id = create()
    stage.drain()

    with pytest.raises(exceptions.ActionImmutable) as refusal:
        actions.cancel(stage.deps, stage.ctx, action_id, force=False)

    assert "('INIT', 'WAITING', 'READY', 'RUNNING'" in refusal.value.message


def test_an_action_whose_time_is_over_fails_when_its_children_have_ended(
    stage, create
) -> None:
    stage.controls.put_settings({"build_seconds": 500.0})
    _cluster_id, action_id = create(timeout=20)

    stage.drain()

    parent = stage.action(action_id)
    ends = [row.end_time for row in stage.rows(Action, Action.parent_id == action_id)]
    assert parent.status == "FAILED"
    assert "Timed out after 20 seconds" in parent.status_reason
    assert len(ends) == 2
    assert max(ends) <= parent.end_time
    assert stage.servers() == []


def test_a_server_that_is_never_built_ends_its_node_in_error(stage, create) -> None:
    stage.controls.put_settings({"build_seconds": 100_000.0})
    _cluster_id, action_id = create(1, timeout=50_000)

    stage.drain(by_s=60.0)

    assert stage.action(action_id).status == "FAILED"
    assert [node.status for node in stage.nodes()] == ["ERROR"]
    assert stage.servers() == []


def test_deleting_a_cluster_supersedes_its_creation(stage, create) -> None:
    cluster_id, action_id = create()
    stage.run_until(lambda: scenarios.in_the_cloud(stage, action_id))

    deletion = clusters.delete(stage.deps, stage.ctx, "web", force=True)
    stage.drain()

    assert stage.action(action_id).status == "CANCELLED"
    assert stage.action(deletion).status == "SUCCEEDED"
    assert stage.cluster(cluster_id) is None
    assert stage.nodes() == []
    assert stage.servers() == []
    assert at_rest(stage) == []


def test_a_cancelled_growth_keeps_what_was_there(stage, create) -> None:
    cluster_id, _action_id = create()
    stage.drain()
    before = {node.id for node in stage.nodes()}
    growth = cluster_actions.ask(
        stage.deps, stage.ctx, "web", "scale_out", {"count": 2}
    )
    stage.run_until(lambda: scenarios.in_the_cloud(stage, growth))

    actions.cancel(stage.deps, stage.ctx, growth, force=False)
    stage.drain()

    assert stage.action(growth).status == "CANCELLED"
    assert {node.id for node in stage.nodes()} == before
    assert stage.cluster(cluster_id).desired_capacity == 2
    assert stage.cluster(cluster_id).status == "ACTIVE"
    assert at_rest(stage) == []


def test_a_cancelled_node_keeps_no_server(stage) -> None:
    body = {"name": "lone", "profile_id": stage.a_profile()}
    action_id = nodes.create(stage.deps, stage.ctx, body).action_id
    stage.run_until(lambda: scenarios.in_the_cloud(stage, action_id))

    actions.cancel(stage.deps, stage.ctx, action_id, force=False)
    stage.drain()

    assert stage.action(action_id).status == "CANCELLED"
    assert stage.servers() == []
    assert [node.status for node in stage.nodes()] == ["ERROR"]


def test_a_node_cancelled_after_an_unsure_creation_keeps_no_server(stage) -> None:
    stage.controls.add_fault(
        {"effect": "done_but_timeout", "method": "compute.create_server", "count": 1}
    )
    stage.controls.add_fault(
        {"effect": "busy", "method": "compute.find_marked", "count": 3}
    )
    body = {"name": "lone", "profile_id": stage.a_profile()}
    action_id = nodes.create(stage.deps, stage.ctx, body).action_id
    stage.run_until(lambda: stage.action(action_id).wait_kind == "time")

    actions.cancel(stage.deps, stage.ctx, action_id, force=False)
    stage.drain()

    assert stage.action(action_id).status == "CANCELLED"
    assert stage.servers() == []


def test_a_suspended_creation_goes_on_when_resumed(stage, create) -> None:
    cluster_id, action_id = create()
    stage.run_until(lambda: scenarios.in_the_cloud(stage, action_id))

    actions.suspend(stage.deps, stage.ctx, action_id)
    stage.drain()
    paused = {row.status for row in stage.unfinished()}
    actions.resume(stage.deps, stage.ctx, action_id)
    stage.drain()

    assert "SUSPENDED" in paused
    assert stage.action(action_id).status == "SUCCEEDED"
    assert stage.cluster(cluster_id).status == "ACTIVE"
    assert at_rest(stage) == []


def test_a_suspended_action_can_be_cancelled_by_force(stage, create) -> None:
    _cluster_id, action_id = create()
    stage.run_until(lambda: scenarios.with_children(stage, action_id))
    actions.suspend(stage.deps, stage.ctx, action_id)
    stage.drain()

    actions.cancel(stage.deps, stage.ctx, action_id, force=True)
    stage.drain()

    assert stage.action(action_id).status == "CANCELLED"
    assert stage.unfinished() == []
    assert stage.servers() == []


@pytest.mark.parametrize(
    ("meanwhile", "status"),
    [(actions.resume, "SUCCEEDED"), (actions.cancel, "CANCELLED")],
    ids=["resumed", "cancelled"],
)
def test_a_signal_that_comes_while_an_action_is_suspended_is_heard(
    stage, meanwhile, status
) -> None:
    body = {"name": "lone", "profile_id": stage.a_profile()}
    action_id = nodes.create(stage.deps, stage.ctx, body).action_id
    actions.suspend(stage.deps, stage.ctx, action_id)
    [run] = stage.engine.claim(1)
    more = {"force": False} if meanwhile is actions.cancel else {}

    meanwhile(stage.deps, stage.ctx, action_id, **more)
    stage.engine.work(run)
    stage.drain()

    assert stage.action(action_id).status == status


# The longer time exceeds the one for which a node is watched.
@pytest.mark.parametrize("seconds", [0, 1000])
def test_a_recovery_cancelled_after_an_unsure_creation_keeps_no_server(
    stage, seconds
) -> None:
    body = {"name": "lone", "profile_id": stage.a_profile()}
    nodes.create(stage.deps, stage.ctx, body)
    stage.drain()
    for fault in (
        {"effect": "done_but_timeout", "method": "compute.create_server", "count": 1},
        {"effect": "busy", "method": "compute.find_marked", "nth": 2},
    ):
        stage.controls.add_fault(fault)
    action_id = node_actions.ask(stage.deps, stage.ctx, "lone", "recover", {})
    stage.run_until(lambda: stage.action(action_id).wait_kind == "time")
    # The watch begins now, and time passes for it as for the cloud.
    started = stage.action(action_id).start_time
    stage.advance(seconds)

    actions.cancel(stage.deps, stage.ctx, action_id, force=False)
    stage.drain()
    before = len(stage.servers())
    [watch] = stage.rows(StrayWatch)
    stage.sweep()

    assert stage.action(action_id).status == "CANCELLED"
    # The cloud has a clock of its own, and may tell whole seconds only.
    assert watch.since < started - 30
    assert before == 1
    assert stage.servers() == []


def test_a_server_that_is_made_after_a_forced_cancel_is_removed(stage, create) -> None:
    without_port = stage.a_profile("bare", networks=[])
    _cluster_id, action_id = create(1, profile_id=without_port)
    other = stage.new_engine()

    def cancel_meanwhile(label: str) -> bool:
        if "call compute.create_server" not in label:
            return False
        stage.moments.dice = None
        actions.cancel(stage.deps, stage.ctx, action_id, force=True)
        for _ in range(20):
            for run in other.claim(3):
                other.work(run)
        return False

    stage.moments.is_watching = True
    stage.moments.dice = cancel_meanwhile
    stage.drain()
    assert stage.action(action_id).status == "CANCELLED"
    assert len(stage.servers()) == 1

    stage.sweep()

    assert stage.servers() == []
    assert at_rest(stage) == []


def test_what_is_cancelled_cannot_be_suspended(stage, create) -> None:
    _cluster_id, action_id = create(1)
    stage.run_until(lambda: scenarios.in_the_cloud(stage, action_id))
    actions.cancel(stage.deps, stage.ctx, action_id, force=False)

    with pytest.raises(exceptions.Conflict, match="is being cancelled"):
        actions.suspend(stage.deps, stage.ctx, action_id)
    stage.drain()

    assert stage.action(action_id).status == "CANCELLED"
