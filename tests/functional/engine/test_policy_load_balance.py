"""Load balancers of clusters: made, given members, and removed by the engine."""

import pytest

from senlin_like.db.models import Binding
from senlin_like.operations import (
    cluster_actions,
)
from senlin_like.simulated_cloud import tables
from tests.functional.engine.balanced import DELETE, PUT, Site


@pytest.fixture
def site(stage):
    return Site(stage)


def test_attaching_makes_a_load_balancer_with_all_nodes(stage, site):
    policy = site.make(3).balance(health_monitor={"type": "HTTP", "url_path": "/"})

    (balancer,) = site.balancers()
    (binding,) = stage.rows(Binding)
    kept = stage.deps.db.vault.unseal(binding.sealed_data)
    assert kept["loadbalancer"] == balancer.id
    assert set(kept) >= {"listener", "pool", "healthmonitor", "vip_address"}
    data = stage.cluster(site.cluster_id).data
    assert data == {"loadbalancers": {policy: {"vip_address": kept["vip_address"]}}}
    assert site.is_right()

    assert site.ask("policy_detach", policy_id=policy).status == "SUCCEEDED"

    assert (site.balancers(), site.pool(), stage.rows(Binding)) == ([], {}, [])
    assert stage.cluster(site.cluster_id).data == {}
    assert not any("lb_member" in node.data for node in stage.nodes())


@pytest.mark.parametrize("number", [1, 10, 50])
def test_a_growth_and_a_shrinking_take_one_change_each(stage, site, number):
    site.make(1).balance()

    assert site.ask("scale_out", count=number).status == "SUCCEEDED"
    assert (len(site.pool()), site.is_right()) == (number + 1, True)
    looks = {"load_balancing.list_members": 2, "compute.list_addresses": 2}
    assert site.calls() == looks | {PUT: 1}

    stage.controls.reset_counters()
    assert site.ask("scale_in", count=number).status == "SUCCEEDED"
    assert (len(site.pool()), site.is_right()) == (1, True)
    looks = {"load_balancing.list_members": 3, "compute.list_addresses": 1}
    assert site.calls() == looks | {DELETE if number == 1 else PUT: 1}


def test_members_are_drained_and_go_before_their_nodes(stage, site):
    site.make(4).balance()
    site.attach("del", "deletion", criteria="OLDEST_FIRST", grace_period=60)
    stage.controls.reset_counters()
    action = cluster_actions.ask(
        stage.deps, stage.ctx, site.cluster_id, "scale_in", {"count": 2}
    )

    stage.run_until(lambda: "grace" in (stage.action(action).status_reason or ""))
    chosen = stage.action(action).data["deletion"]["candidates"]
    going = {node.name for node in stage.nodes() if node.id in chosen}
    assert len(going) == 2
    drained = {name for name, weight in site.pool().items() if not weight}
    assert (drained, len(site.names()), site.changes()) == (going, 4, 1)

    stage.run_until(lambda: len(site.pool()) == 2)
    assert len(site.names()) == 4
    stage.drain()

    assert stage.action(action).status == "SUCCEEDED"
    assert not going & site.names()
    assert (site.changes(), site.is_right()) == (2, True)


@pytest.mark.parametrize("destroys", [True, False])
def test_the_named_nodes_are_those_that_go(stage, site, destroys):
    site.make(4).balance()
    named = [node.id for node in stage.nodes()[1:3]]
    kept = {node.name for node in stage.nodes() if node.id not in named}

    ended = site.ask("del_nodes", nodes=named, destroy_after_deletion=destroys)

    assert ended.status == "SUCCEEDED"
    assert (set(site.pool()), site.changes(), site.is_right()) == (kept, 1, True)
    free = [node for node in stage.nodes() if not node.cluster_id]
    assert len(free) == (0 if destroys else 2)
    assert not any("lb_member" in node.data for node in free)


def test_nodes_that_join_become_members(stage, site):
    site.make(1).balance()
    lone = [site.lone(f"lone-{number}") for number in range(3)]

    assert site.ask("add_nodes", nodes=lone).status == "SUCCEEDED"

    assert (len(site.pool()), site.changes(), site.is_right()) == (4, 1, True)


def test_a_replacement_is_one_change(stage, site):
    site.make(3).balance()
    old = stage.nodes(site.cluster_id)[0]
    new = site.lone("lone")

    assert site.ask("replace_nodes", nodes={old.id: new}).status == "SUCCEEDED"

    assert old.name not in site.pool()
    assert "lone" in site.pool()
    assert (site.changes(), site.is_right()) == (1, True)


def test_a_resize_changes_the_pool_once(stage, site):
    site.make(3).balance()
    for number in (2, -4):
        stage.controls.reset_counters()
        kind = "CHANGE_IN_CAPACITY"
        ended = site.ask("resize", adjustment_type=kind, number=number)
        assert (ended.status, site.changes()) == ("SUCCEEDED", 1)
        assert site.is_right()


def test_a_user_s_node_becomes_a_member_and_goes(stage, site):
    site.make(2).balance()

    made = site.create_node("mine", site.cluster_id)
    assert made.status == "SUCCEEDED", made.status_reason
    mine = stage.nodes(site.cluster_id)[-1]
    assert mine.status == "ACTIVE"
    assert (set(site.pool()) == site.names(), site.changes()) == (True, 1)
    assert site.is_right()

    stage.controls.reset_counters()
    ended = site.delete_node(mine.name)
    assert (ended.status, site.changes()) == ("SUCCEEDED", 1)
    assert (mine.name not in site.pool(), site.is_right()) == (True, True)


@pytest.mark.parametrize("whole", [True, False])
def test_a_recreated_server_s_address_is_renewed(stage, site, whole):
    site.make(3).balance()
    ill = stage.nodes()[0]
    before = {row.address for row in site.rows(tables.MEMBERS)}
    stage.controls.kill_server(ill.physical_id)
    site.ask("check")

    ended = site.ask("recover") if whole else site.recover_node(ill.name)

    assert ended.status == "SUCCEEDED"
    assert site.node(ill.name).physical_id != ill.physical_id
    assert {row.address for row in site.rows(tables.MEMBERS)} != before
    assert (site.changes(), site.is_right()) == (1, True)
