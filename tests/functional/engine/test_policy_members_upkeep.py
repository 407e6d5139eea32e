"""Members are put right without anybody asking for it."""

from collections import Counter

import pytest
import sqlalchemy as sa

from senlin_like.db.models import Action, Event
from senlin_like.db.work_models import MemberCheck
from senlin_like.drivers.balancing import MemberRequest
from senlin_like.drivers.base import Account
from senlin_like.operations import cluster_actions, clusters, nodes
from senlin_like.simulated_cloud import tables
from tests.functional.engine.balanced import PUT, Site

KIND = "CLUSTER_UPDATE_POLICY"


@pytest.fixture
def site(stage):
    return Site(stage)


def drift(stage, site):
    """Take a member away and drain another one, behind everybody's back."""
    gone, drained, *_ = site.rows(tables.MEMBERS)

    def work(connection):
        table = tables.MEMBERS
        connection.execute(sa.delete(table).where(table.c.id == gone.id))
        change = sa.update(table).where(table.c.id == drained.id)
        connection.execute(change.values(weight=0))

    stage.driver.world.store.transact(work)
    assert not site.is_right()


def settlings(stage):
    """Give the actions that nobody has asked for, oldest first."""
    rows = stage.rows(Action, Action.kind == KIND)
    asked = [row for row in rows if row.cause == "Health Check"]
    return sorted(asked, key=lambda row: row.created_at)


def look(stage, *, after_s=None):
    """Let a check be due, and do what follows from it; tell what it asked for."""
    known = {row.id for row in settlings(stage)}
    stage.advance(stage.options.members_every_s if after_s is None else after_s)
    stage.engine.sweep()
    stage.drain()
    return [row for row in settlings(stage) if row.id not in known]


def told(stage):
    rows = stage.rows(Event, Event.action == "MEMBERS_CHECK")
    return [row.status_reason for row in sorted(rows, key=lambda row: row.timestamp)]


def test_members_that_drifted_are_put_right(stage, site):
    site.make(3).balance()
    drift(stage, site)

    (action,) = look(stage)

    assert (action.status, site.is_right()) == ("SUCCEEDED", True)
    assert action.inputs["policy_id"] == action.data["balanced_by"]
    (said,) = told(stage)
    assert "2 members are missing or not as they should be" in said
    assert look(stage) == []


def test_a_member_too_many_and_marks_that_are_wrong_are_put_right(stage, site):
    site.make(3).balance()
    cloud = stage.driver.inner.cloud(Account(user="alice", project="red"))
    one, *_ = site.rows(tables.MEMBERS)
    extra = MemberRequest(address="10.0.0.250", port=80, tags=tuple(one.tags))
    cloud.load_balancing.put_members(one.pool_id, [extra], additive=True)
    stage.advance(5.0)

    (action,) = look(stage)
    assert (action.status, site.is_right()) == ("SUCCEEDED", True)
    assert "1 member is one too many" in told(stage)[-1]

    # Somebody has made a member anew, just as it was.
    members = cloud.load_balancing.list_members(one.pool_id)
    for some in (members[1:], members):
        requests = [member.as_request() for member in some]
        cloud.load_balancing.put_members(one.pool_id, requests, additive=False)
        stage.advance(5.0)
    assert not site.is_right()

    (action,) = look(stage)
    assert (action.status, site.is_right()) == ("SUCCEEDED", True)
    assert "1 node doesn't know its member" in told(stage)[-1]


def test_nothing_is_asked_for_where_nothing_has_drifted(stage, site):
    site.make(3).balance()

    assert look(stage) == []
    calls = {"load_balancing.list_members": 1, "compute.list_addresses": 1}
    assert site.calls() == calls
    assert told(stage) == []


def test_a_look_comes_in_time_and_not_before(stage, site):
    site.make(3).balance()
    look(stage)
    drift(stage, site)

    assert look(stage, after_s=stage.options.members_every_s / 2) == []
    assert len(look(stage, after_s=stage.options.members_every_s / 2 + 1)) == 1


def test_two_engines_ask_once(stage, site):
    site.make(3).balance()
    drift(stage, site)
    stage.advance(stage.options.members_every_s)
    other = stage.new_engine()

    stage.engine.sweep()
    other.sweep()
    stage.drain()

    assert len(settlings(stage)) == 1


def test_enabling_renews_the_members(stage, site):
    policy = site.make(2).balance()
    site.ask("policy_update", policy_id=policy, enabled=False)
    assert site.ask("scale_out", count=2).status == "SUCCEEDED"
    assert (look(stage), len(site.pool())) == ([], 2)

    ended = site.ask("policy_update", policy_id=policy, enabled=True)

    assert (ended.status, site.is_right()) == ("SUCCEEDED", True)
    assert len(site.pool()) == 4
    assert len(stage.rows(MemberCheck)) == 1


def test_a_policy_is_enabled_though_its_members_can_not_be_renewed_yet(stage, site):
    policy = site.make(2).balance()
    site.ask("policy_update", policy_id=policy, enabled=False)
    site.ask("scale_out", count=1)
    stage.controls.add_fault({"effect": "error", "method": PUT, "count": 1})

    ended = site.ask("policy_update", policy_id=policy, enabled=True)

    assert ended.status == "SUCCEEDED"
    assert "Simulated failure" in ended.data["members_problem"]
    assert not site.is_right()

    (action,) = look(stage)
    assert (action.status, site.is_right()) == ("SUCCEEDED", True)


def test_an_update_without_a_word_puts_members_right(stage, site):
    policy = site.make(3).balance()
    drift(stage, site)

    assert site.ask("policy_update", policy_id=policy).status == "SUCCEEDED"

    assert site.is_right()


def test_what_can_not_be_put_right_is_tried_again_less_and_less_often(stage, site):
    site.make(3).balance()
    drift(stage, site)
    stage.controls.add_fault({"effect": "error", "method": PUT})

    (failed,) = look(stage)
    assert failed.status == "FAILED"
    assert failed.status_reason == (
        "The members couldn't be put right: Simulated failure."
    )
    found = [len(look(stage)) for _ in range(14)]
    assert found == [1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]

    stage.controls.clear_faults()
    (action,) = look(stage)
    assert (action.status, site.is_right()) == ("SUCCEEDED", True)
    # As soon as all is well, the next look comes as soon as ever.
    assert look(stage) == []
    drift(stage, site)
    assert len(look(stage)) == 1


def test_a_load_balancer_that_is_gone_is_told_once(stage, site):
    site.make(2).balance()
    (balancer,) = site.balancers()
    stage.controls.vanish_load_balancer(balancer.id)

    for _ in range(4):
        assert look(stage) == []

    (said,) = told(stage)
    assert "policy 'lb'" in said
    assert "No pool found" in said


def test_a_cluster_that_is_worked_on_is_left_alone(stage, site):
    site.make(3).balance()
    drift(stage, site)
    stage.advance(stage.options.members_every_s)
    action = cluster_actions.ask(
        stage.deps, stage.ctx, site.cluster_id, "scale_out", {"count": 1}
    )
    stage.step(1)
    stage.controls.reset_counters()

    stage.engine.sweep()

    assert site.calls() == {}
    stage.drain()
    assert stage.action(action).status == "SUCCEEDED"
    assert look(stage, after_s=20.0) == []
    assert site.is_right()


def test_a_user_who_asks_meanwhile_goes_first(stage, site):
    """Between the look and the request somebody else asks for something."""
    site.make(3).balance()
    drift(stage, site)
    stage.advance(stage.options.members_every_s)

    def meanwhile(label):
        if "called load_balancing.list_members" in label:
            stage.moments.dice = None
            deps, ctx = stage.deps, stage.ctx
            cluster_actions.ask(deps, ctx, site.cluster_id, "scale_out", {"count": 1})
        return False

    stage.moments.dice = meanwhile
    stage.moments.is_watching = True
    stage.engine.sweep()
    stage.moments.is_watching = False

    assert settlings(stage) == []
    stage.drain()
    assert site.is_right()


@pytest.mark.parametrize("how", ["disabled", "detached", "deleted"])
def test_no_check_is_left_without_its_policy(stage, site, how):
    policy = site.make(1).balance()
    assert len(stage.rows(MemberCheck)) == 1

    if how == "disabled":
        site.ask("policy_update", policy_id=policy, enabled=False)
    elif how == "detached":
        site.ask("policy_detach", policy_id=policy)
    else:
        clusters.delete(stage.deps, stage.ctx, site.cluster_id, force=True)
        stage.drain()

    assert stage.rows(MemberCheck) == []


def test_policies_without_members_are_not_checked(stage, site):
    site.make(1).attach("del", "deletion")

    assert stage.rows(MemberCheck) == []


def moved(stage, name="moved"):
    """Make a profile whose servers are in one more network, with new addresses."""
    networks = [{"network": "public"}, {"network": "private"}]
    return stage.a_profile(name, networks=networks)


@pytest.mark.parametrize("whole", [True, False])
def test_an_update_of_networks_renews_members(stage, site, whole):
    site.make(3).balance()
    before = {row.address for row in site.rows(tables.MEMBERS)}
    fixed = stage.a_profile(
        "moved", networks=[{"network": "private", "fixed_ip": "10.0.0.77"}]
    )
    if whole:
        one = moved(stage)
        body = {"profile_id": one}
        action = clusters.update(stage.deps, stage.ctx, site.cluster_id, body)
    else:
        name = stage.nodes()[0].name
        action = nodes.update(stage.deps, stage.ctx, name, {"profile_id": fixed})
    stage.drain()

    ended = stage.action(getattr(action, "action_id", action))
    assert ended.status == "SUCCEEDED", ended.status_reason
    assert site.is_right()
    addresses = stage.driver.inner.cloud(
        Account(user="alice", project="red")
    ).compute.list_addresses([node.physical_id for node in stage.nodes()])
    now = {row.address for row in site.rows(tables.MEMBERS)}
    known = {one["addr"] for two in addresses.values() for one in two["private"]}
    assert now == known
    if not whole:
        assert now != before


def test_nodes_that_became_members_are_well_again(stage, site):
    site.make(1).balance()
    stage.controls.add_fault({"effect": "error", "method": PUT})
    assert site.ask("scale_out", count=2).status == "FAILED"
    assert Counter(node.status for node in stage.nodes()) == {"ACTIVE": 1, "WARNING": 2}
    assert stage.cluster(site.cluster_id).status == "WARNING"
    stage.controls.clear_faults()

    (action,) = look(stage)

    assert (action.status, site.is_right()) == ("SUCCEEDED", True)
    assert {node.status for node in stage.nodes()} == {"ACTIVE"}
    assert stage.cluster(site.cluster_id).status == "ACTIVE"


def test_a_check_in_between_does_not_hide_why_a_node_was_not_well(stage, site):
    site.make(1).balance()
    stage.controls.add_fault({"effect": "error", "method": PUT})
    site.ask("scale_out", count=1)
    stage.controls.clear_faults()
    site.ask("check")
    assert Counter(node.status for node in stage.nodes()) == {"ACTIVE": 1, "WARNING": 1}

    assert site.ask("scale_out", count=1).status == "SUCCEEDED"

    assert {node.status for node in stage.nodes()} == {"ACTIVE"}
    assert stage.cluster(site.cluster_id).status == "ACTIVE"


def test_nodes_are_not_called_well_that_are_unwell_for_another_reason(stage, site):
    site.make(2).balance()
    stage.controls.add_fault(
        {"effect": "error", "method": "load_balancing.delete_member", "count": 1}
    )
    ill = stage.nodes()[0].name
    assert site.delete_node(ill).status == "FAILED"
    assert site.node(ill).status == "WARNING"

    assert site.ask("scale_out", count=1).status == "SUCCEEDED"

    assert site.node(ill).status == "WARNING"


def test_a_node_without_an_address_there_stays_as_it_is(stage, site):
    site.make(1).balance()
    profile = stage.a_profile("elsewhere", networks=[{"network": "public"}])
    body = {"name": "n", "profile_id": profile, "cluster_id": site.cluster_id}
    nodes.create(stage.deps, stage.ctx, body)
    stage.drain()
    far = stage.nodes()[-1].name
    assert site.node(far).status == "WARNING"

    for _ in range(3):
        assert look(stage) == []
    assert site.node(far).status == "WARNING"


def test_without_a_load_balancer_nobody_has_to_be_a_member(stage, site):
    policy = site.make(1).balance()
    stage.controls.add_fault({"effect": "error", "method": PUT})
    site.ask("scale_out", count=1)
    stage.controls.clear_faults()
    assert stage.cluster(site.cluster_id).status == "WARNING"

    site.ask("policy_detach", policy_id=policy)

    assert {node.status for node in stage.nodes()} == {"ACTIVE"}
    assert stage.cluster(site.cluster_id).status == "ACTIVE"


def test_checks_can_be_switched_off(stage, site):
    site.make(3).balance()
    drift(stage, site)
    stage.options = type(stage.options)(threads=4, members_every_s=0.0)
    stage.engine = stage.new_engine()

    assert look(stage, after_s=10_000.0) == []


def test_a_check_survives_a_cloud_that_can_not_be_asked(stage, site):
    site.make(3).balance()
    drift(stage, site)
    method = "load_balancing.list_members"
    stage.controls.add_fault({"effect": "busy", "method": method, "count": 1})

    assert look(stage) == []
    assert told(stage) == []

    found = [look(stage) for _ in range(2)]
    assert sum(map(len, found)) == 1
    assert site.is_right()
