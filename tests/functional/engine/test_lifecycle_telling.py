"""How a lifecycle hook is told of a node, and what if that isn't possible."""

import pytest

from senlin_like.db.models import Binding, Policy
from senlin_like.flows.tasks import lifecycle
from senlin_like.operations import actions, cluster_actions, clusters
from senlin_like.simulated_cloud import tables
from tests.torture import checks, hooks


def test_a_queue_that_is_gone_is_made_again(stage, make, attach):
    make(3)
    attach("del", "deletion", hooks=hooks.zaqar())
    cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    hooks.settle(stage)
    hooks.complete_all(stage)
    stage.drain()
    hooks.forget_queue(stage)

    cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    hooks.settle(stage)

    [child] = hooks.waiting(stage)
    assert [one["node_id"] for one in hooks.messages(stage)] == [child.target]


@pytest.mark.parametrize("effect", ["error", "busy", "timeout", "done_but_timeout"])
def test_telling_is_tried_again(stage, make, attach, effect):
    make(2)
    attach("del", "deletion", hooks=hooks.zaqar())
    rule = {"effect": effect, "method": "messaging.post", "count": 3}
    stage.controls.add_fault(rule)
    cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    hooks.settle(stage)

    [child] = hooks.waiting(stage)
    assert "told" in child.status_reason
    for _ in range(15):
        stage.advance(1.0)
        hooks.settle(stage)

    [child] = hooks.waiting(stage)
    tokens = {one["lifecycle_action_token"] for one in hooks.messages(stage)}
    assert tokens == {child.id}
    assert [phase for phase, _ in hooks.events(stage)] == ["error", "start"]
    assert "to be completed" in child.status_reason


def test_who_is_told_late_has_all_the_time(stage, make, attach):
    make(2)
    attach("del", "deletion", hooks=hooks.zaqar())
    stage.controls.add_fault({"effect": "error", "method": "messaging.post"})
    cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    for _ in range(30):
        hooks.settle(stage)
        stage.advance(1.0)
    stage.controls.clear_faults()
    for _ in range(60):
        if hooks.told_at(stage):
            break
        stage.advance(1.0)
        hooks.settle(stage)

    stage.advance(hooks.TIMEOUT_S - 5)
    hooks.settle(stage)

    assert len(hooks.waiting(stage)) == 1
    stage.advance(10)
    stage.drain()
    assert len(stage.nodes()) == 1


def test_a_node_goes_in_time_though_nobody_can_be_told(stage, make, attach):
    make(2)
    attach("del", "deletion", hooks=hooks.zaqar())
    stage.controls.add_fault({"effect": "error", "method": "messaging.post"})
    parent = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    hooks.settle(stage)
    stage.advance(hooks.TIMEOUT_S - 5)
    hooks.settle(stage)
    assert len(stage.nodes()) == 2

    stage.advance(6)
    stage.drain()

    assert stage.action(parent).status == "SUCCEEDED"
    assert hooks.events(stage) == [
        (
            "error",
            "The lifecycle hook couldn't be told: Simulated failure. That is tried "
            "again.",
        ),
        (
            "error",
            "The lifecycle hook was never told (Simulated failure): going on.",
        ),
    ]
    assert len(stage.nodes()) == 1


def test_the_time_to_try_begins_with_the_first_try(stage, make, attach):
    make(2)
    attach("del", "deletion", hooks=hooks.zaqar())
    cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    stage.moments.is_watching = True
    stage.moments.crash_at = "NODE_DELETE before:CallHook #1"
    stage.run_until(lambda: stage.crashes == 1)
    # Nobody tells anything for longer than the node may wait.
    stage.advance(hooks.TIMEOUT_S + 50)
    rule = {"effect": "error", "method": "messaging.post", "count": 2}
    stage.controls.add_fault(rule)
    for _ in range(15):
        hooks.settle(stage)
        stage.advance(1.0)

    [child] = hooks.waiting(stage)
    assert hooks.tokens(stage) == [child.id]
    hooks.complete_all(stage)
    stage.drain()
    assert len(stage.nodes()) == 1


def test_a_hook_can_be_completed_though_its_telling_seemed_to_fail(stage, make, attach):
    make(2)
    attach("del", "deletion", hooks=hooks.zaqar())
    rule = {"effect": "done_but_timeout", "method": "messaging.post"}
    stage.controls.add_fault(rule)
    parent = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    hooks.settle(stage)

    hooks.complete(stage, hooks.messages(stage)[0]["lifecycle_action_token"])
    for _ in range(5):
        hooks.settle(stage)
        stage.advance(1.0)

    assert stage.action(parent).status == "SUCCEEDED"


@pytest.mark.parametrize("moment", ["called messaging.post", "worked:CallHook"])
def test_a_crash_after_the_telling_tells_again_with_the_same_token(
    stage, make, attach, moment
):
    make(2)
    attach("del", "deletion", hooks=hooks.zaqar())
    cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    stage.moments.is_watching = True
    stage.moments.crash_at = f"NODE_DELETE {moment} #1"
    hooks.settle(stage)

    [child] = hooks.waiting(stage)
    tokens = [one["lifecycle_action_token"] for one in hooks.messages(stage)]
    assert stage.crashes == 1
    assert tokens == [child.id, child.id]


@pytest.mark.parametrize("is_cancelled", [True, False], ids=["cancelled", "completed"])
def test_who_waits_is_no_member_of_a_pool(stage, make, attach, is_cancelled):
    def members():
        return len(checks.cloud_rows(stage.driver.world, tables.MEMBERS))

    make(3)
    subnet = {"subnet": "private-subnet"}
    attach("lb", "loadbalance", pool=subnet, vip=subnet)
    attach("del", "deletion", hooks=hooks.zaqar())
    parent = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    stage.run_until(lambda: bool(hooks.waiting(stage)))
    assert members() == 2

    if is_cancelled:
        actions.cancel(stage.deps, stage.ctx, parent, force=False)
    else:
        hooks.complete_all(stage)
    stage.drain()

    assert members() == len(stage.nodes()) == (3 if is_cancelled else 2)


def test_telling_is_tried_within_bounds(stage, make, attach):
    make(2)
    clusters.update(stage.deps, stage.ctx, "web", {"timeout": 100_000})
    stage.drain()
    attach("del", "deletion", hooks=hooks.zaqar(20_000))
    stage.controls.reset_counters()
    stage.controls.add_fault({"effect": "error", "method": "messaging.post"})
    parent = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    for _ in range(60):
        hooks.settle(stage)
        stage.advance(120.0)

    tries = sum(stage.controls.counters()["messaging.post"].values())
    assert tries == lifecycle.TRIES
    assert [text.partition(". ")[2] for _, text in hooks.events(stage)] == [
        "That is tried again.",
        "That isn't tried again.",
    ]
    assert len(stage.nodes()) == 2
    stage.advance(20_000)
    stage.drain()
    assert stage.action(parent).status == "SUCCEEDED"


def without_place(stage, policy):
    """Let a policy be one that was stored when nobody looked at hooks."""
    spec = {
        "type": "senlin.policy.deletion",
        "version": "1.1",
        "properties": {"hooks": {"timeout": hooks.TIMEOUT_S}},
    }
    sealed = stage.deps.db.vault.seal(spec)
    table = Policy.__table__
    change = table.update().where(table.c.id == policy).values(sealed_spec=sealed)
    stage.deps.db.transact(lambda one: one.execute(change))


def without_binding(stage, _policy):
    """Let the policy be gone."""
    stage.deps.db.transact(lambda one: one.execute(Binding.__table__.delete()))


@pytest.mark.parametrize("lose", [without_place, without_binding])
def test_a_hook_that_is_nowhere_is_not_looked_for_again(stage, make, attach, lose):
    make(2)
    policy = attach("del", "deletion", hooks=hooks.zaqar())
    parent = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    stage.run_until(lambda: len(hooks.hooked(stage)) == 1)
    lose(stage, policy)
    stage.engine = stage.new_engine()
    hooks.settle(stage)

    [child] = hooks.waiting(stage)
    assert "couldn't be told" in child.status_reason
    assert [phase for phase, _ in hooks.events(stage)] == ["error"]
    stage.drain()
    assert stage.action(parent).status == "SUCCEEDED"
    assert len(stage.nodes()) == 1
