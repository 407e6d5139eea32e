"""A deletion of a cluster that is stopped leaves no policy half attached."""

import pytest

from senlin_like.db.models import Binding
from senlin_like.db.work_models import MemberCheck
from senlin_like.operations import actions, clusters
from senlin_like.simulated_cloud import tables
from tests.functional.engine.balanced import PUT, Site


@pytest.fixture
def site(stage):
    return Site(stage).make(2)


def delete(site):
    stage = site.stage
    return clusters.delete(stage.deps, stage.ctx, site.cluster_id, force=True)


def cancel(site, action):
    actions.cancel(site.stage.deps, site.stage.ctx, action, force=False)
    site.stage.drain()
    return site.stage.action(action)


def attached(stage):
    return [row.policy_id for row in stage.rows(Binding) if row.is_attached]


def test_a_policy_whose_load_balancer_has_gone_is_detached(stage, site) -> None:
    site.balance()
    asked = delete(site)
    stage.run_until(lambda: not site.balancers())

    assert cancel(site, asked).status == "CANCELLED"

    assert (stage.rows(Binding), stage.rows(MemberCheck)) == ([], [])
    assert stage.cluster(site.cluster_id).status == "ACTIVE"
    assert stage.cluster(site.cluster_id).data == {}
    assert not any("lb_member" in node.data for node in stage.nodes())


def test_between_two_policies_a_cancel_is_heard(stage, site):
    site.attach("first", "test.policy.hooked")
    kept = site.balance()
    asked = delete(site)
    queues = tables.QUEUES
    stage.run_until(lambda: not site.rows(queues) and "DetachAll" in journal(stage))

    assert cancel(site, asked).status == "CANCELLED"

    assert attached(stage) == [kept]
    assert len(stage.rows(Binding)) == len(site.balancers()) == 1
    assert site.is_right()


def journal(stage):
    return stage.actions()[-1].journal


def test_a_deletion_that_is_over_its_time_ends_with_the_removal(stage, site):
    site.balance()
    asked = late(site, delete, 30, 60)

    assert stage.action(asked).status == "FAILED"
    assert stage.action(asked).status_reason == "Timed out after 30 seconds."
    assert (stage.rows(Binding), site.balancers()) == ([], [])
    assert len(stage.nodes()) == 2


def late(site, ask, timeout_s, removal_s):
    """Ask for something that removes a load balancer longer than it may take."""
    stage = site.stage
    clusters.update(stage.deps, stage.ctx, site.cluster_id, {"timeout": timeout_s})
    stage.drain()
    stage.controls.put_settings({"load_balancer_seconds": removal_s})
    asked = ask(site)
    stage.run_until(lambda: not site.balancers())
    stage.drain()
    return asked


def test_nodes_that_were_no_members_are_well_without_the_policy(stage, site):
    site.balance()
    stage.controls.add_fault({"effect": "error", "method": PUT})
    site.ask("scale_out", count=1)
    assert stage.cluster(site.cluster_id).status == "WARNING"
    asked = delete(site)
    stage.run_until(lambda: not site.balancers())

    cancel(site, asked)

    assert {node.status for node in stage.nodes()} == {"ACTIVE"}
    assert stage.cluster(site.cluster_id).status == "ACTIVE"


def test_a_removal_that_fails_leaves_a_policy_that_is_not_attached(stage, site):
    policy = site.balance()
    method = "load_balancing.delete_load_balancer"
    stage.controls.add_fault({"effect": "error_status", "method": method, "count": 1})

    asked = delete(site)
    stage.drain()

    assert stage.action(asked).status == "FAILED"
    assert (attached(stage), stage.rows(MemberCheck)) == ([], [])
    assert len(stage.rows(Binding)) == 1
    assert site.ask("policy_detach", policy_id=policy).status == "SUCCEEDED"
    assert (stage.rows(Binding), site.balancers()) == ([], [])


def test_what_was_removed_before_a_failure_later_is_detached(stage, site):
    site.balance()
    fail = {"effect": "error", "method": "compute.delete_server"}
    stage.controls.add_fault(fail)

    asked = delete(site)
    stage.drain()

    assert stage.action(asked).status == "FAILED"
    assert (stage.rows(Binding), site.balancers()) == ([], [])
    assert len(stage.nodes()) == 2
