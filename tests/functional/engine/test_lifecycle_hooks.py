"""Nodes that wait for a lifecycle hook before they go, told by a queue."""

import pytest

from senlin_like.operations import actions, cluster_actions, clusters, node_actions
from tests.torture import checks, hooks, kinds


@pytest.fixture
def shrinking(stage, make, attach):
    """Begin to shrink a cluster with a hook, as far as it goes; give the action."""

    def begin(way="scale_in", count=1, *, timeout_s=hooks.TIMEOUT_S, **policy):
        cluster = make(3)
        attach("del", "deletion", hooks=hooks.zaqar(timeout_s), **policy)
        chosen = [node.id for node in stage.nodes(cluster)][:count]
        params = {
            "scale_in": {"count": count},
            "resize": {"adjustment_type": "CHANGE_IN_CAPACITY", "number": -count},
            "del_nodes": {"nodes": chosen},
        }[way]
        action = cluster_actions.ask(stage.deps, stage.ctx, "web", way, params)
        hooks.settle(stage)
        return action

    return begin


def is_in_order(stage):
    return checks.problems(stage.deps.db, stage.driver.world) == []


@pytest.mark.parametrize("way", ["scale_in", "resize", "del_nodes"])
@pytest.mark.parametrize("is_destroyed", [True, False], ids=["deleted", "set free"])
def test_a_node_goes_when_its_hook_is_completed(stage, shrinking, way, is_destroyed):
    parent = shrinking(way, destroy_after_deletion=is_destroyed)

    [child] = hooks.waiting(stage)
    (node,) = [node for node in stage.nodes() if node.id == child.target]
    [message] = hooks.messages(stage)
    assert message == {
        "lifecycle_action_token": child.id,
        "node_id": node.id,
        "resource_id": node.physical_id,
        "lifecycle_transition_type": "termination",
        "cluster_id": node.cluster_id,
    }
    assert stage.action(parent).status == "WAITING"
    assert child.action == ("NODE_DELETE" if is_destroyed else "NODE_LEAVE")
    assert child.cause == "Derived Action with Lifecycle Hook"
    assert node.status == "ACTIVE"

    hooks.complete(stage, child.id)
    stage.drain()

    assert stage.action(child.id).status == "SUCCEEDED"
    assert stage.action(child.id).data["hooks"]["ended_by"] == "completion"
    assert stage.action(parent).status == "SUCCEEDED"
    assert len(stage.nodes(node.cluster_id)) == 2
    assert len(stage.servers()) == (2 if is_destroyed else 3)
    assert is_in_order(stage)


def test_what_happens_to_a_hook_is_told(stage, shrinking):
    shrinking()
    [child] = hooks.waiting(stage)

    hooks.complete(stage, child.id)
    stage.drain()

    assert hooks.events(stage) == [
        ("start", f"The lifecycle hook was told with the token {child.id}."),
        ("end", "The lifecycle hook was completed."),
    ]


def test_the_owner_sees_which_hook_is_told(stage, shrinking):
    parent = shrinking()

    kept = stage.action(parent).data["hooks"]

    assert kept.pop("policy_id")
    assert kept == hooks.zaqar()


def test_waiting_for_a_hook_is_no_work(stage, shrinking):
    shrinking(count=2)

    assert not stage.step()
    assert {row.owner for row in stage.unfinished()} == {None}


def test_a_node_goes_by_itself_when_its_time_is_over(stage, shrinking):
    parent = shrinking()
    [child] = hooks.waiting(stage)

    stage.advance(hooks.TIMEOUT_S - 5)
    hooks.settle(stage)
    assert [row.id for row in hooks.waiting(stage)] == [child.id]
    stage.advance(6)
    hooks.settle(stage)
    stage.drain()

    assert stage.action(parent).status == "SUCCEEDED"
    assert stage.action(child.id).data["hooks"]["ended_by"] == "timeout"
    assert hooks.events(stage)[-1] == (
        "end",
        "The lifecycle hook wasn't completed in 100 seconds: going on without.",
    )


def test_without_a_time_the_hook_is_told_and_not_waited_for(stage, shrinking):
    parent = shrinking(timeout_s=0)
    stage.drain()

    assert stage.action(parent).status == "SUCCEEDED"
    assert len(hooks.messages(stage)) == 1


def test_the_deadline_outlives_all_engines(stage, shrinking):
    parent = shrinking()
    for _ in range(3):
        stage.crash()
        stage.advance(hooks.TIMEOUT_S / 3 + 1)

    stage.drain(rounds=20)

    assert stage.action(parent).status == "SUCCEEDED"
    assert len(hooks.messages(stage)) == 1


def test_each_node_waits_for_its_own_hook(stage, shrinking):
    parent = shrinking(count=2)
    first, second = hooks.waiting(stage)

    hooks.complete(stage, first.id)
    for _ in range(10):
        hooks.settle(stage)
        stage.advance(1.0)

    assert stage.action(first.id).status == "SUCCEEDED"
    assert stage.action(second.id).status == "WAITING_LIFECYCLE_COMPLETION"
    assert stage.action(parent).status == "WAITING"
    assert {node.id for node in stage.nodes()} >= {second.target}


def test_a_node_that_is_not_well_goes_at_once(stage, make, attach):
    cluster = make(2)
    attach("del", "deletion", hooks=hooks.zaqar())
    ill, well = stage.nodes(cluster)
    stage.controls.kill_server(ill.physical_id)
    node_actions.ask(stage.deps, stage.ctx, ill.id, "check", {})
    stage.drain()

    cluster_actions.ask(
        stage.deps, stage.ctx, "web", "del_nodes", {"nodes": [ill.id, well.id]}
    )
    for _ in range(5):
        hooks.settle(stage)
        stage.advance(1.0)

    assert [row.target for row in hooks.hooked(stage)] == [well.id]
    assert [node.id for node in stage.nodes()] == [well.id]


def test_a_node_that_fell_ill_in_line_goes_without_its_hook(stage, make, attach):
    cluster = make(2)
    attach("del", "deletion", hooks=hooks.zaqar())
    node = stage.nodes(cluster)[0]
    asked = {"nodes": [node.id]}
    parent = cluster_actions.ask(stage.deps, stage.ctx, "web", "del_nodes", asked)
    stage.run_until(lambda: len(hooks.hooked(stage)) == 1)
    stage.controls.kill_server(node.physical_id)
    stage.deps.db.transact(
        lambda one: one.execute(checks.Node.__table__.update().values(status="ERROR"))
    )

    for _ in range(10):
        hooks.settle(stage)
        stage.advance(1.0)

    assert stage.action(parent).status == "SUCCEEDED"
    assert hooks.messages(stage) == []


def test_a_node_that_is_stopped_first_is_told_of_before_that(stage, make, attach):
    make(2)
    attach("del", "deletion", hooks=hooks.zaqar())
    hooks.stops_first(stage)
    parent = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    hooks.settle(stage)

    [child] = hooks.waiting(stage)
    assert (child.action, child.name) == (
        "NODE_OPERATION",
        f"node_delete_{child.target[:8]}",
    )
    assert {one["status"] for one in stage.servers()} == {"ACTIVE"}
    hooks.complete(stage, child.id)
    stage.drain()

    assert stage.action(parent).status == "SUCCEEDED"
    assert len(hooks.messages(stage)) == 1
    assert len(stage.nodes()) == 1


def test_what_cannot_be_stopped_is_told_of_before_it_goes(stage):
    profile = kinds.a_profile(stage, "p", kinds.STACK, template=kinds.TEMPLATE)
    kinds.a_cluster(stage, "web", profile, 2)
    stage.drain()
    policy = stage.a_policy("del", "deletion", hooks=hooks.zaqar())
    attach = {"policy_id": policy}
    cluster_actions.ask(stage.deps, stage.ctx, "web", "policy_attach", attach)
    stage.drain()
    hooks.stops_first(stage)

    parent = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    hooks.settle(stage)

    [child] = hooks.waiting(stage)
    assert child.action == "NODE_DELETE"
    hooks.complete(stage, child.id)
    stage.drain()
    assert stage.action(parent).status == "SUCCEEDED"
    assert len(stage.nodes()) == 1


@pytest.mark.parametrize("moment", ["call", "called"])
def test_a_completion_is_not_lost_while_the_action_is_at_work(
    stage, make, attach, moment
):
    make(2)
    attach("del", "deletion", hooks=hooks.zaqar())
    parent = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})

    def meanwhile(label):
        if f" {moment} messaging.post #" in label:
            hooks.complete(stage, stage.moments.action_id)
        return False

    stage.moments.dice = meanwhile
    stage.moments.is_watching = True
    for _ in range(10):
        hooks.settle(stage)
        stage.advance(1.0)

    assert stage.action(parent).status == "SUCCEEDED"
    assert len(stage.nodes()) == 1


def test_a_completion_that_comes_before_the_telling_ends_the_wait(stage, make, attach):
    make(2)
    attach("del", "deletion", hooks=hooks.zaqar())
    parent = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    stage.run_until(lambda: len(hooks.hooked(stage)) == 1)
    [child] = hooks.hooked(stage)
    assert child.status == "READY"

    hooks.complete(stage, child.id)
    for _ in range(10):
        hooks.settle(stage)
        stage.advance(1.0)

    assert stage.action(parent).status == "SUCCEEDED"


def test_a_late_completion_changes_nothing(stage, shrinking):
    shrinking()
    [child] = hooks.waiting(stage)
    hooks.complete(stage, child.id)
    stage.run_until(lambda: stage.action(child.id).wait_kind == "cloud")
    before = stage.action(child.id)

    hooks.complete(stage, child.id)

    assert stage.action(child.id) == before
    stage.drain()
    hooks.complete(stage, child.id)
    assert stage.action(child.id).status == "SUCCEEDED"


@pytest.mark.parametrize("force", [False, True], ids=["gently", "by force"])
def test_a_cancelled_parent_lets_its_nodes_be(stage, shrinking, force):
    parent = shrinking(count=2)
    children = hooks.waiting(stage)

    actions.cancel(stage.deps, stage.ctx, parent, force=force)
    hooks.settle(stage)

    assert {stage.action(row.id).status for row in children} == {"CANCELLED"}
    assert stage.action(parent).status == "CANCELLED"
    assert [node.status for node in stage.nodes()] == ["ACTIVE"] * 3
    assert len(stage.servers()) == 3
    assert is_in_order(stage)


def test_a_cancelled_child_lets_its_node_be(stage, shrinking):
    parent = shrinking(count=2)
    first, second = hooks.waiting(stage)

    actions.cancel(stage.deps, stage.ctx, first.id, force=False)
    hooks.complete(stage, second.id)
    stage.drain()

    assert stage.action(first.id).status == "CANCELLED"
    assert stage.action(parent).status == "FAILED"
    assert {node.id for node in stage.nodes()} >= {first.target}
    assert len(stage.nodes()) == 2
    assert is_in_order(stage)


def test_a_parent_whose_time_is_over_lets_its_nodes_be(stage, make, attach):
    cluster = make(2)
    clusters.update(stage.deps, stage.ctx, "web", {"timeout": 20})
    stage.drain()
    attach("del", "deletion", hooks=hooks.zaqar())
    parent = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})

    stage.drain()

    assert stage.action(parent).status == "FAILED"
    assert "Timed out after 20 seconds" in stage.action(parent).status_reason
    assert [node.status for node in stage.nodes(cluster)] == ["ACTIVE"] * 2
    assert is_in_order(stage)


@pytest.mark.parametrize("is_completed", [True, False], ids=["completed", "late"])
def test_a_suspended_wait_goes_on_when_resumed(stage, shrinking, is_completed):
    parent = shrinking()
    [child] = hooks.waiting(stage)
    actions.suspend(stage.deps, stage.ctx, parent)
    if is_completed:
        hooks.complete(stage, child.id)
    stage.advance(hooks.TIMEOUT_S + 1)
    hooks.settle(stage)
    assert stage.action(child.id).status == "SUSPENDED"
    assert len(stage.nodes()) == 3

    actions.resume(stage.deps, stage.ctx, parent)
    stage.drain()

    assert stage.action(parent).status == "SUCCEEDED"
    assert len(stage.nodes()) == 2


def test_a_completion_counts_while_the_wait_is_suspended(stage, shrinking):
    parent = shrinking()
    [child] = hooks.waiting(stage)
    actions.suspend(stage.deps, stage.ctx, parent)
    # Signals are heard when something wakes the action.
    stage.deps.db.transact(
        lambda one: one.execute(
            checks.Action.__table__.update()
            .where(checks.Action.id == child.id)
            .values(wake_at=0.0)
        )
    )
    hooks.settle(stage)
    assert stage.action(child.id).status == "SUSPENDED"

    hooks.complete(stage, child.id)
    actions.resume(stage.deps, stage.ctx, parent)
    for _ in range(5):
        hooks.settle(stage)
        stage.advance(1.0)

    assert stage.action(parent).status == "SUCCEEDED"
    assert stage.action(child.id).data["hooks"]["ended_by"] == "completion"


def test_deleting_the_cluster_ends_the_wait(stage, shrinking):
    parent = shrinking()
    deletion = clusters.delete(stage.deps, stage.ctx, "web", force=True)
    for _ in range(10):
        hooks.settle(stage)
        stage.advance(1.0)

    assert stage.action(parent).status == "CANCELLED"
    assert stage.action(deletion).status == "SUCCEEDED"
    assert stage.nodes() == []
    assert len(hooks.messages(stage)) == 1


def test_a_disabled_policy_calls_no_hook(stage, make, ask, attach):
    make(2)
    policy = attach("del", "deletion", hooks=hooks.zaqar())
    ask("policy_update", policy_id=policy, enabled=False)

    assert ask("scale_in").status == "SUCCEEDED"
    assert hooks.hooked(stage) == []
