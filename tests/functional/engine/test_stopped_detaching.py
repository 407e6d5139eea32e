"""Detaching that is asked to stop, runs late or fails, and what follows then."""

import pytest

from senlin_like.db.models import Binding
from senlin_like.db.work_models import MemberCheck
from senlin_like.operations import actions, bindings, cluster_actions, clusters
from senlin_like.simulated_cloud import tables
from tests.functional.engine.balanced import POOL, PUT, Site
from tests.functional.engine.test_cancelled_deletions import late

DELETE = "load_balancing.delete_load_balancer"


@pytest.fixture
def site(stage):
    return Site(stage).make(2)


def begin(site, policy="lb"):
    """Ask for the removal of a policy; give the action."""
    deps, ctx = site.stage.deps, site.stage.ctx
    asked = {"policy_id": policy}
    return cluster_actions.ask(deps, ctx, site.cluster_id, "policy_detach", asked)


def under_way(site):
    action = begin(site)
    site.stage.run_until(lambda: not site.balancers())
    return action


def cancel(site, action, *, force=False):
    actions.cancel(site.stage.deps, site.stage.ctx, action, force=force)


def is_clean(site):
    stage = site.stage
    return (
        (stage.rows(Binding), stage.rows(MemberCheck)) == ([], [])
        and not site.rows(tables.BALANCER_PARTS)
        and stage.cluster(site.cluster_id).data == {}
        and not any("lb_member" in node.data for node in stage.nodes())
    )


def test_a_cancel_comes_too_late_once_the_removal_has_begun(stage, site):
    site.balance()
    action = under_way(site)

    cancel(site, action)
    stage.step()

    # It waits as before, without being claimed again and again.
    assert stage.action(action).status == "WAITING"
    assert stage.action(action).wait_kind == "cloud"
    stage.drain()
    assert stage.action(action).status == "SUCCEEDED"
    assert is_clean(site)


def test_a_cancel_before_the_removal_has_begun_is_heard(stage, site):
    policy = site.balance()
    action = begin(site)

    cancel(site, action)
    stage.drain()

    assert stage.action(action).status == "CANCELLED"
    assert [row.policy_id for row in stage.rows(Binding)] == [policy]
    assert stage.rows(Binding)[0].is_attached
    assert site.is_right()


def test_a_cloud_that_is_busy_from_the_start_lets_a_cancel_through(stage, site):
    site.balance()
    busy = {"effect": "busy", "method": "load_balancing.find_marked"}
    stage.controls.add_fault(busy)
    action = begin(site)
    stage.run_until(lambda: "busy" in str(stage.action(action).journal))

    cancel(site, action)
    stage.step()

    assert stage.action(action).status == "CANCELLED"
    assert stage.rows(Binding)[0].is_attached


def test_a_removal_that_takes_too_long_goes_on_to_its_end(stage, site):
    site.balance()

    action = late(site, begin, 30, 60)

    assert stage.action(action).status == "SUCCEEDED"
    assert is_clean(site)


def test_an_action_that_is_taken_from_its_engine_goes_on_too(stage, site):
    site.balance()
    action = under_way(site)

    cancel(site, action, force=True)
    stage.drain()

    assert stage.action(action).status == "SUCCEEDED"
    assert is_clean(site)


def test_a_pause_is_heard_and_a_cancel_after_it_waits(stage, site):
    site.balance()
    action = under_way(site)
    actions.suspend(stage.deps, stage.ctx, action)
    stage.advance(5.0)
    stage.drain()
    assert stage.action(action).status == "SUSPENDED"

    cancel(site, action, force=True)
    stage.drain()

    assert stage.action(action).status == "SUCCEEDED"
    assert is_clean(site)


def test_a_cancel_does_not_wait_for_ever(stage, site):
    policy = site.balance()
    stage.controls.add_fault({"effect": "timeout", "method": DELETE})
    action = begin(site)
    stage.run_until(lambda: "retry" in str(stage.action(action).journal))
    cancel(site, action)

    stage.drain(by_s=31.0)

    assert stage.action(action).status == "CANCELLED"
    assert [row.is_attached for row in stage.rows(Binding)] == [False]
    stage.controls.clear_faults()
    assert site.ask("policy_detach", policy_id=policy).status == "SUCCEEDED"
    assert is_clean(site)


def test_a_removal_that_is_late_gives_a_busy_cloud_time(stage, site):
    site.balance()
    clusters.update(stage.deps, stage.ctx, site.cluster_id, {"timeout": 30})
    stage.drain()
    stage.controls.add_fault({"effect": "timeout", "method": DELETE})
    action, began = begin(site), stage.clock.offset

    stage.drain(rounds=2000)

    assert stage.action(action).status_reason == "Timed out after 30 seconds."
    assert not stage.rows(Binding)[0].is_attached
    assert stage.clock.offset - began > 300.0


def fail_half_way(site):
    """Let a removal fail after the cloud has begun with it; give the policy."""
    stage, policy = site.stage, site.balance()
    stage.controls.add_fault({"effect": "error_status", "method": DELETE, "count": 1})
    failed = site.ask("policy_detach", policy_id=policy)
    assert failed.status == "FAILED"
    assert failed.status_reason.startswith("Deleting load balancer ")
    return policy


def test_a_removal_that_fails_half_way_is_shown_to_nobody(stage, site):
    fail_half_way(site)

    (row,) = stage.rows(Binding)
    assert (row.is_attached, stage.rows(MemberCheck)) == (False, [])
    shown = bindings.list_of(stage.deps, stage.ctx, site.cluster_id, {}, [])
    assert list(shown) == []


def test_what_failed_half_way_is_detached_again(stage, site):
    policy = fail_half_way(site)

    again = site.ask("policy_detach", policy_id=policy)

    assert again.status == "SUCCEEDED", again.status_reason
    assert (is_clean(site), site.balancers()) == (True, [])


@pytest.mark.parametrize("enabled", [True, False])
def test_what_failed_half_way_is_attached_again(stage, site, enabled):
    policy = fail_half_way(site)
    (broken,) = site.balancers()

    again = site.ask("policy_attach", policy_id=policy, enabled=enabled)

    assert again.status == "SUCCEEDED", again.status_reason
    (row,) = stage.rows(Binding)
    assert (row.is_attached, row.enabled) == (True, enabled)
    (made,) = site.balancers()
    assert (made.id != broken.id, made.target) == (True, "ACTIVE")
    assert site.is_right()
    assert site.ask("policy_detach", policy_id=policy).status == "SUCCEEDED"
    assert (is_clean(site), site.balancers()) == (True, [])


def test_an_attempt_to_attach_again_that_fails_can_be_cleared_up(stage, site):
    policy = fail_half_way(site)
    stage.controls.add_fault({"effect": "error_status", "method": DELETE, "count": 2})

    again = site.ask("policy_attach", policy_id=policy)

    assert (again.status, len(stage.rows(Binding))) == ("FAILED", 1)
    assert "couldn't be deleted" in again.status_reason
    assert not stage.rows(Binding)[0].is_attached
    assert site.ask("policy_detach", policy_id=policy).status == "SUCCEEDED"
    assert (is_clean(site), site.balancers()) == (True, [])


def test_nodes_are_well_when_a_removal_failed(stage, site):
    policy = site.balance()
    stage.controls.add_fault({"effect": "error", "method": PUT})
    site.ask("scale_out", count=1)
    stage.controls.clear_faults()
    stage.controls.add_fault({"effect": "error_status", "method": DELETE, "count": 1})

    assert site.ask("policy_detach", policy_id=policy).status == "FAILED"

    assert {node.status for node in stage.nodes()} == {"ACTIVE"}
    assert stage.cluster(site.cluster_id).status == "ACTIVE"


def test_a_removal_that_the_cloud_refuses_leaves_the_policy_attached(stage, site):
    policy = site.balance()
    stage.controls.add_fault({"effect": "error", "method": DELETE, "count": 1})

    assert site.ask("policy_detach", policy_id=policy).status == "FAILED"

    assert stage.rows(Binding)[0].is_attached
    assert site.is_right()


def test_the_user_s_own_load_balancer_is_left_in_one_go(stage, site):
    site.balance()
    own = site.balancers()[0]
    other = Site(stage).make(3, name="second")
    policy = stage.a_policy(
        "own", "loadbalance", pool=POOL, vip=POOL, loadbalancer=own.id
    )
    other.ask("policy_attach", policy_id=policy)
    action = begin(other, policy)
    stage.run_until(lambda: len(site.pool()) == 4)

    cancel(other, action)
    stage.drain()

    assert stage.action(action).status == "SUCCEEDED"
    assert (len(site.pool()), len(stage.rows(Binding))) == (2, 1)
