"""An action's outputs name the nodes that came and went, not those that were to."""

import pytest

from senlin_like.db.models import Action, Cluster
from senlin_like.operations import actions, cluster_actions, clusters
from tests.torture import hooks

DELETE = "compute.delete_server"
WAYS = ["scale_in", "resize", "del_nodes"]


@pytest.fixture
def shrink(stage, make):
    """Begin to remove nodes of a cluster of four; give the action."""

    def begin(way="scale_in", count=2, before=lambda: None):
        cluster = make(4)
        before()
        chosen = [node.id for node in stage.nodes(cluster)][:count]
        params = {
            "scale_in": {"count": count},
            "resize": {"adjustment_type": "CHANGE_IN_CAPACITY", "number": -count},
            "del_nodes": {"nodes": chosen, "destroy_after_deletion": True},
        }[way]
        return cluster_actions.ask(stage.deps, stage.ctx, "web", way, params)

    return begin


@pytest.fixture
def hooked(stage, shrink, attach):
    """Begin to remove nodes whose hook isn't completed; give the action."""

    def begin(way="scale_in", count=2):
        hook = hooks.zaqar()
        action = shrink(way, count, lambda: attach("del", "deletion", hooks=hook))
        hooks.settle(stage)
        return action

    return begin


def removed(stage, action):
    return sorted(stage.action(action).outputs.get("nodes_removed", []))


def chosen(stage, action):
    return sorted(stage.action(action).data["deletion"]["candidates"])


def gone(stage, action):
    there = {node.id for node in stage.nodes()}
    return [node_id for node_id in chosen(stage, action) if node_id not in there]


def cancel(stage, action):
    actions.cancel(stage.deps, stage.ctx, action, force=False)
    hooks.settle(stage)


@pytest.mark.parametrize("way", WAYS)
def test_who_has_gone_is_told(stage, shrink, way):
    action = shrink(way)

    stage.drain()

    assert removed(stage, action) == chosen(stage, action) == gone(stage, action)
    assert len(removed(stage, action)) == 2


@pytest.mark.parametrize("way", WAYS)
def test_who_waits_for_a_hook_has_not_gone(stage, hooked, way):
    action = hooked(way)

    assert len(hooks.waiting(stage)) == len(chosen(stage, action)) == 2
    assert removed(stage, action) == []


@pytest.mark.parametrize("way", WAYS)
def test_a_cancelled_removal_tells_of_nobody(stage, hooked, way):
    action = hooked(way)

    cancel(stage, action)

    assert stage.action(action).status == "CANCELLED"
    assert [node.status for node in stage.nodes()] == ["ACTIVE"] * 4
    assert removed(stage, action) == []


def test_of_two_children_one_of_which_is_cancelled_the_other_is_told(stage, hooked):
    action = hooked()
    first, second = hooks.waiting(stage)

    actions.cancel(stage.deps, stage.ctx, first.id, force=False)
    hooks.complete(stage, second.id)
    stage.drain()

    assert stage.action(action).status == "FAILED"
    assert removed(stage, action) == gone(stage, action) == [second.target]


def test_a_removal_whose_time_is_over_tells_who_has_gone(stage, shrink, attach):
    def before():
        clusters.update(stage.deps, stage.ctx, "web", {"timeout": 30})
        stage.drain()
        attach("del", "deletion", hooks=hooks.zaqar())

    action = shrink(before=before)
    hooks.settle(stage)
    hooks.complete(stage, hooks.waiting(stage)[0].id)
    stage.drain()

    assert "Timed out" in stage.action(action).status_reason
    assert removed(stage, action) == gone(stage, action)
    assert len(removed(stage, action)) == 1


@pytest.mark.parametrize("way", WAYS)
def test_who_can_not_be_deleted_is_not_told(stage, shrink, way):
    stage.controls.add_fault({"effect": "error", "method": DELETE})
    action = shrink(way)

    stage.drain()

    assert stage.action(action).status == "FAILED"
    assert [node.status for node in stage.nodes()].count("ERROR") == 2
    assert removed(stage, action) == []


def test_of_batches_those_that_were_done_are_told(stage, shrink, attach):
    one_by_one = {"max_batch_size": 1, "pause_time": 50}
    action = shrink(before=lambda: attach("batch", "batch", **one_by_one))
    stage.run_until(lambda: len(stage.nodes()) == 3)
    hooks.settle(stage)

    cancel(stage, action)

    assert stage.action(action).status == "CANCELLED"
    assert removed(stage, action) == gone(stage, action)
    assert len(removed(stage, action)) == 1


def test_an_action_that_is_given_up_tells_who_has_gone(stage, hooked):
    action = hooked()
    hooks.complete(stage, hooks.waiting(stage)[0].id)
    stage.run_until(lambda: len(stage.nodes()) == 3)
    tries = stage.options.max_attempts + 1
    stage.deps.db.transact(lambda session: lost(session, action, tries))
    cancel(stage, action)

    assert "Given up" in stage.action(action).status_reason
    assert removed(stage, action) == gone(stage, action)
    assert len(removed(stage, action)) == 1


def lost(session, action, tries):
    session.get(Action, action).attempt = tries


def test_a_deletion_that_fails_tells_who_has_gone(stage, make):
    cluster = make(3)
    stage.controls.add_fault({"effect": "error", "method": DELETE, "count": 1})
    before = {node.id for node in stage.nodes(cluster)}

    action = clusters.delete(stage.deps, stage.ctx, "web", force=False)
    stage.drain()

    there = {node.id for node in stage.nodes(cluster)}
    assert stage.action(action).status == "FAILED"
    assert removed(stage, action) == sorted(before - there)
    assert len(there) == 1


def test_a_recovery_tells_of_the_surplus_that_has_gone(stage, make):
    cluster = make(3)
    stage.deps.db.transact(lambda session: wish(session, cluster, 1))

    action = cluster_actions.ask(
        stage.deps, stage.ctx, "web", "recover", {"check_capacity": True}
    )
    stage.drain()

    assert removed(stage, action) == gone(stage, action)
    assert len(removed(stage, action)) == 2


def wish(session, cluster, number):
    session.get(Cluster, cluster).desired_capacity = number


@pytest.mark.parametrize("way", ["create", "scale_out"])
def test_nodes_that_came_to_nothing_were_not_added(stage, make, way):
    cluster = make(1) if way == "scale_out" else None
    stage.controls.put_settings({"build_seconds": 1000})
    if way == "create":
        body = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": 2}
        action = clusters.create(stage.deps, stage.ctx, body).action_id
    else:
        asked = {"count": 2}
        action = cluster_actions.ask(stage.deps, stage.ctx, "web", way, asked)
    hooks.settle(stage)
    before = {node.id for node in stage.nodes(cluster)}

    actions.cancel(stage.deps, stage.ctx, action, force=False)
    stage.drain()

    there = {node.id for node in stage.nodes()}
    assert stage.action(action).status == "CANCELLED"
    assert len(before - there) == 2
    assert stage.action(action).outputs["nodes_added"] == []
