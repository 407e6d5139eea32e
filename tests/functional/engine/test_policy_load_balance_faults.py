"""Load balancers of clusters when something goes wrong, or has drifted."""

from collections import Counter

import pytest
import sqlalchemy as sa

from senlin_like.db.models import Binding
from senlin_like.drivers.balancing import MemberRequest
from senlin_like.drivers.base import Account
from senlin_like.operations import (
    actions,
    cluster_actions,
    clusters,
)
from senlin_like.simulated_cloud import tables
from tests.functional.engine.balanced import DELETE, POOL, PUT, Site

WORDS_ADD = "Failed in adding nodes into lb pool"
WORDS_REMOVE = "Failed in removing deleted node(s) from lb pool"


@pytest.fixture
def site(stage):
    return Site(stage)


def broken(stage, method, **fields):
    stage.controls.add_fault({"effect": "error", "method": method, **fields})


def test_an_attachment_that_fails_leaves_nothing_behind(stage, site):
    for method in (
        "load_balancing.create_load_balancer",
        "load_balancing.create_listener",
        "load_balancing.create_pool",
        PUT,
    ):
        if not site.cluster_id:
            site.make(2)
            policy = stage.a_policy("lb", "loadbalance", pool=POOL, vip=POOL)
        stage.controls.clear_faults()
        broken(stage, method)

        failed = site.ask("policy_attach", policy_id=policy)

        assert failed.status == "FAILED"
        assert "could not be undone" not in failed.status_reason
        assert (site.balancers(), stage.rows(Binding)) == ([], [])
        assert stage.cluster(site.cluster_id).data == {}
        assert not any("lb_member" in node.data for node in stage.nodes())


def test_nodes_that_could_not_be_added_show_it(stage, site):
    site.make(1).balance()
    broken(stage, PUT)

    failed = site.ask("scale_out", count=2)

    assert (failed.status, len(stage.nodes())) == ("FAILED", 3)
    assert failed.status_reason.startswith(WORDS_ADD)
    status = Counter(node.status for node in stage.nodes())
    assert status == {"ACTIVE": 1, "WARNING": 2}
    assert stage.cluster(site.cluster_id).status == "WARNING"

    stage.controls.clear_faults()
    assert site.ask("scale_out", count=1).status == "SUCCEEDED"
    assert site.is_right()


def test_a_user_s_node_that_could_not_be_added_stays(stage, site):
    site.make(1).balance()
    broken(stage, PUT)

    failed = site.create_node("mine", site.cluster_id)

    assert failed.status == "FAILED"
    assert failed.status_reason.startswith(WORDS_ADD)
    status = Counter(node.status for node in stage.nodes())
    assert (status, len(stage.servers())) == ({"ACTIVE": 1, "WARNING": 1}, 2)
    assert all(node.physical_id for node in stage.nodes())


@pytest.mark.parametrize("size", [1, 3])
def test_no_node_goes_that_could_not_be_taken_out(stage, site, size):
    site.make(3).balance()
    broken(stage, DELETE if size == 1 else PUT, count=1)

    ended = site.ask("scale_in", count=size)

    assert ended.status == "FAILED"
    assert ended.status_reason.startswith(WORDS_REMOVE)
    assert len(stage.nodes()) == len(stage.servers()) == 3
    assert site.is_right()


@pytest.mark.parametrize("way", ["scale_in", "resize"])
def test_nodes_that_stay_in_the_pool_are_wanted_still(stage, site, way):
    site.make(4).balance()
    broken(stage, "load_balancing.*")
    exact = {"adjustment_type": "EXACT_CAPACITY", "number": 2}

    failed = site.ask(way, **(exact if way == "resize" else {"count": 2}))

    assert failed.status == "FAILED"
    assert len(stage.nodes()) == 4
    assert stage.cluster(site.cluster_id).desired_capacity == 4


def test_so_are_those_of_a_batch_that_follows(stage, site):
    site.make(4).balance()
    site.attach("b", "batch", max_batch_size=1, pause_time=0)
    broken(stage, DELETE, nth=2)

    failed = site.ask("scale_in", count=3)

    assert failed.status == "FAILED"
    assert len(stage.nodes()) == 3
    assert stage.cluster(site.cluster_id).desired_capacity == 3


def test_a_user_s_node_stays_that_could_not_be_taken_out(stage, site):
    site.make(2).balance()
    name = stage.nodes()[0].name
    broken(stage, DELETE, count=1)

    ended = site.delete_node(name)

    assert ended.status == "FAILED"
    assert ended.status_reason.startswith(WORDS_REMOVE)
    assert site.node(name).status == "WARNING"
    assert site.is_right()


def test_a_shrinking_that_is_cancelled_fills_the_pool_again(stage, site):
    site.make(3).balance()
    site.attach("del", "deletion", grace_period=60)
    action = cluster_actions.ask(
        stage.deps, stage.ctx, site.cluster_id, "scale_in", {"count": 2}
    )
    stage.run_until(lambda: "grace" in (stage.action(action).status_reason or ""))
    assert sorted(site.pool().values()) == [0, 0, 1]

    actions.cancel(stage.deps, stage.ctx, action, force=False)
    stage.drain()

    assert stage.action(action).status == "CANCELLED"
    assert site.is_right()


@pytest.mark.parametrize("how", ["out", "in", "delete", "recover"])
def test_drifted_members_are_put_right(stage, site, how):
    site.make(4).balance()
    site.attach("del", "deletion")
    world = stage.driver.world
    gone, drained, *_ = site.rows(tables.MEMBERS)

    def drift(connection):
        table = tables.MEMBERS
        connection.execute(sa.delete(table).where(table.c.id == gone.id))
        change = sa.update(table).where(table.c.id == drained.id)
        connection.execute(change.values(weight=0))

    world.store.transact(drift)

    acts = {
        "out": lambda: site.ask("scale_out", count=1),
        "in": lambda: site.ask("scale_in", count=1),
        "delete": lambda: site.delete_node(stage.nodes()[0].name),
        "recover": lambda: site.ask("recover"),
    }
    assert acts[how]().status == "SUCCEEDED"

    assert site.is_right()


def test_strangers_in_the_pool_stay(stage, site):
    site.make(2).balance()
    (member, *_) = site.rows(tables.MEMBERS)
    cloud = stage.driver.inner.cloud(Account(user="alice", project="red"))
    stranger = MemberRequest(address="10.0.0.250", port=80, name="stranger")
    cloud.load_balancing.put_members(member.pool_id, [stranger], additive=True)

    site.ask("scale_out", count=1)
    site.ask("scale_in", count=2)

    assert set(site.pool()) == site.names() | {"stranger"}


def test_a_policy_that_is_disabled_is_left_alone(stage, site):
    policy = site.make(2).balance()
    site.ask("policy_update", policy_id=policy, enabled=False)

    site.ask("scale_out", count=1)

    assert (site.changes(), len(site.pool())) == (0, 2)


def test_a_pool_that_is_gone_stops_no_deletion(stage, site):
    site.make(3).balance()
    (balancer,) = site.balancers()
    stage.controls.vanish_load_balancer(balancer.id)

    assert site.ask("scale_in", count=1).status == "SUCCEEDED"
    assert len(stage.nodes()) == 2


def test_a_cluster_goes_with_its_load_balancer(stage, site):
    site.make(2).balance()

    action = clusters.delete(stage.deps, stage.ctx, site.cluster_id, force=True)
    stage.drain()

    assert stage.action(action).status == "SUCCEEDED"
    assert (site.balancers(), site.pool(), stage.rows(Binding)) == ([], {}, [])


def test_the_user_s_own_load_balancer_stays(stage, site):
    site.make(2)
    other = site.balance()
    own = site.balancers()[0]
    site.cluster_id = None
    site.make(1, name="second")
    policy = site.balance(loadbalancer=own.id)
    assert (len(site.balancers()), len(site.pool())) == (1, 3)

    assert site.ask("scale_out", count=1).status == "SUCCEEDED"
    assert len(site.pool()) == 4
    assert site.ask("policy_detach", policy_id=policy).status == "SUCCEEDED"

    assert [one.id for one in site.balancers()] == [own.id]
    assert len(site.pool()) == 2
    assert other != policy


@pytest.mark.parametrize("is_late", [True, False])
def test_a_growth_that_is_stopped_lets_in_what_it_has_made(stage, site, is_late):
    site.make(1).balance()
    action = cluster_actions.ask(
        stage.deps, stage.ctx, site.cluster_id, "scale_out", {"count": 4}
    )
    stage.run_until(lambda: len(stage.servers()) >= 3)
    stage.controls.put_settings({"build_seconds": 1e6})
    stage.run_until(lambda: sum(node.status == "ACTIVE" for node in stage.nodes()) >= 2)

    if is_late:
        stage.advance(stage.action(action).timeout + 5.0)
    else:
        actions.cancel(stage.deps, stage.ctx, action, force=False)
    stage.drain()

    assert stage.action(action).status == ("FAILED" if is_late else "CANCELLED")
    well = {node.name for node in stage.nodes() if node.status == "ACTIVE"}
    assert set(site.pool()) == well
    assert len(well) >= 2


def test_a_replacement_that_is_cancelled_lets_the_old_one_in_again(stage, site):
    site.make(2).balance()
    old, new = stage.nodes(site.cluster_id)[0], site.lone("lone")
    action = cluster_actions.ask(
        stage.deps,
        stage.ctx,
        site.cluster_id,
        "replace_nodes",
        {"nodes": {old.id: new}},
    )
    stage.run_until(lambda: "lone" in site.pool())
    assert old.name not in site.pool()

    actions.cancel(stage.deps, stage.ctx, action, force=False)
    stage.drain()

    assert stage.action(action).status == "CANCELLED"
    assert {old.name, "lone"} < site.names()
    assert site.is_right()


def test_what_could_not_be_put_right_is_told(stage, site):
    policy = site.make(2).balance()
    (balancer,) = site.balancers()
    stage.controls.vanish_load_balancer(balancer.id)

    ended = site.ask("scale_in", count=1)

    assert ended.status == "SUCCEEDED"
    assert "No pool found" in ended.data["members_problem"]
    assert ended.data["balanced_by"] == policy
