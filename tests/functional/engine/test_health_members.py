"""Clusters whose load balancer tells which nodes have failed."""

import pytest
import sqlalchemy as sa

from senlin_like.db.models import Node
from tests.functional.engine.balanced import Site
from tests.torture import watched

MEMBERS = {"type": "LB_MEMBER_STATUS_POLLING"}
LIST = "load_balancing.list_members"
PING = {"type": "PING"}


@pytest.fixture
def site(stage):
    return Site(stage)


@pytest.fixture
def heal(stage, site):
    """Make a watched cluster; with a load balancer unless ``balanced`` is false."""

    def make(size=3, *modes, balanced=True, detection=None, **balancing):
        site.make(size)
        if balanced:
            site.balance(**{"health_monitor": PING, **balancing})
        stage.advance(watched.LATER_S)
        policy = watched.a_policy(
            stage, *(modes or (MEMBERS,)), version="1.4", detection=detection or {}
        )
        ended = watched.attach(stage, site.cluster_id, policy)
        assert ended.status == "SUCCEEDED", ended.status_reason
        stage.controls.reset_counters()
        return site

    return make


def lists(stage):
    """Tell how often members were asked for."""
    return sum(stage.controls.counters().get(LIST, {}).values())


def fail(stage, site, index=0, status="ERROR"):
    """Let the monitor find that a node doesn't answer; give the node."""
    node = stage.nodes(site.cluster_id)[index]
    stage.controls.set_member(node.data["lb_member"], status)
    return node


def test_a_node_whose_member_fails_is_recovered(stage, heal):
    site = heal()
    assert watched.check(stage) == []
    node = fail(stage, site)

    (action,) = watched.check(stage, after_s=61)

    assert (action.target, action.cause) == (node.id, "Health Check")
    # The server itself is ACTIVE: that mustn't keep it from being made anew.
    assert "check" not in action.inputs
    assert "of the load balancer is ERROR." in watched.told(stage)[0]
    stage.drain()
    healed = next(one for one in stage.nodes() if one.id == node.id)
    assert (healed.status, healed.physical_id != node.physical_id) == ("ACTIVE", True)
    stage.advance(5)
    assert site.is_right()
    assert watched.check(stage, after_s=61) == []
    assert len(stage.servers()) == 3


def test_members_that_are_well_cost_one_call(stage, heal):
    heal(5)

    for count in (1, 2):
        assert watched.check(stage, after_s=61) == []
        assert lists(stage) == count
    assert watched.told(stage) == []
    assert stage.controls.counters().keys() == {LIST}


@pytest.mark.parametrize("status", ["OFFLINE", "DRAINING", "NO_MONITOR"])
def test_what_no_monitor_has_found_is_no_reason_to_act(stage, heal, status):
    site = heal()
    fail(stage, site, status=status)

    assert watched.check(stage) == []
    assert watched.check(stage, after_s=61) == []

    (told,) = watched.told(stage)
    assert told.startswith("Some nodes can't be judged: ")
    assert ("no health monitor" in told) is (status == "NO_MONITOR")


def test_a_pool_without_a_monitor_says_nothing(stage, heal):
    site = heal(health_monitor=None)
    stage.controls.stop_server(stage.nodes(site.cluster_id)[0].physical_id)

    assert watched.check(stage) == []

    assert watched.told(stage) == [
        "Some nodes can't be judged: The load balancer's pool has no health monitor."
    ]


def test_a_cluster_without_a_load_balancer_says_nothing(stage, heal):
    heal(balanced=False)

    assert watched.check(stage) == []
    assert watched.check(stage, after_s=61) == []

    assert lists(stage) == 0
    assert watched.told(stage) == [
        "Some nodes can't be judged: The cluster has no load balancer to be asked."
    ]


def test_a_load_balancer_that_comes_later_is_asked(stage, heal):
    site = heal(balanced=False)
    site.balance(health_monitor=PING)
    stage.advance(watched.LATER_S)
    assert watched.check(stage) == []
    node = fail(stage, site)

    assert [one.target for one in watched.check(stage, after_s=61)] == [node.id]


def test_a_pool_that_is_gone_says_nothing(stage, heal):
    site = heal()
    (balancer,) = site.balancers()
    stage.controls.vanish_load_balancer(balancer.id)

    assert watched.check(stage) == []

    assert watched.told(stage) == [
        "Some nodes can't be judged: It is no member of the load balancer's pool."
    ]


def test_a_policy_that_is_disabled_is_not_asked(stage, heal):
    site = heal(balanced=False)
    policy = site.balance(health_monitor=PING)
    fail(stage, site)
    ended = site.ask("policy_update", policy_id=policy, enabled=False)
    assert ended.status == "SUCCEEDED"
    stage.advance(watched.LATER_S)
    stage.controls.reset_counters()

    assert watched.check(stage) == []
    assert lists(stage) == 0


def test_nothing_is_repaired_while_load_balancers_can_not_be_asked(stage, heal):
    site = heal()
    fail(stage, site)
    rule = stage.controls.add_fault({"method": LIST, "effect": "busy"})

    assert watched.check(stage) == []
    assert "The cloud can't be asked" in watched.told(stage)[0]

    stage.controls.remove_fault(rule["id"])
    assert len(watched.check(stage, after_s=61)) == 1


@pytest.mark.parametrize(
    ("conditional", "is_stopped", "repairs"),
    [
        ("ANY_FAILED", False, 1),
        ("ANY_FAILED", True, 1),
        ("ALL_FAILED", False, 0),
        ("ALL_FAILED", True, 1),
    ],
)
def test_it_goes_together_with_other_modes(
    stage, heal, conditional, is_stopped, repairs
):
    detection = {"recovery_conditional": conditional}
    site = heal(3, MEMBERS, watched.STATUS, detection=detection)
    node = fail(stage, site)
    if is_stopped:
        stage.controls.stop_server(node.physical_id)

    found = watched.check(stage)

    assert [one.target for one in found] == [node.id] * repairs


def test_too_many_members_that_fail_are_not_repaired(stage, heal):
    site = heal(4)
    for index in range(3):
        fail(stage, site, index)

    assert watched.check(stage) == []
    assert "3 of 4 nodes look bad" in watched.told(stage)[-1]


def test_members_are_known_by_their_mark_too(stage, heal):
    """A node may not know its member yet, which was made anew by somebody."""
    site = heal()
    node = fail(stage, site)
    forget = sa.update(Node).where(Node.id == node.id).values(data={})
    stage.deps.db.transact(lambda session: session.execute(forget))

    assert [one.target for one in watched.check(stage)] == [node.id]
