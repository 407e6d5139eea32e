"""What a policy has made stays where it is when the cluster's profile moves."""

import pytest

from senlin_like.db import policy_strays
from senlin_like.db.models import Action
from senlin_like.drivers.balancing import LoadBalancerRequest
from senlin_like.drivers.base import Account
from senlin_like.operations import bindings, clusters
from senlin_like.simulated_cloud import tables
from tests.functional.engine.balanced import Site
from tests.functional.engine.test_policy_members_upkeep import drift, look

FAR = "Far"
DELETE_LB = "load_balancing.delete_load_balancer"


@pytest.fixture
def site(stage):
    """Make a cluster site in a cloud that has a second region."""
    things = {
        "region": (FAR, {}),
        "zone": ("far-zone", {"region": FAR}),
        "host": ("far-host", {"zone": "far-zone"}),
    }
    for kind, (name, attributes) in things.items():
        fields = {"id": name, "name": name, "attributes": attributes}
        stage.controls.put_thing(kind, fields)
    return Site(stage)


def move(stage, site, region=FAR):
    """Give the cluster, not its nodes, a profile of the other region."""
    profile = stage.a_profile("far", context={"region_name": region})
    body = {"profile_id": profile, "profile_only": True}
    action = clusters.update(stage.deps, stage.ctx, site.cluster_id, body).action_id
    stage.drain()
    assert stage.action(action).status == "SUCCEEDED"


def test_a_load_balancer_is_removed_where_it_was_made(stage, site):
    policy = site.make(2).balance()
    move(stage, site)

    ended = site.ask("policy_detach", policy_id=policy)

    assert ended.status == "SUCCEEDED", ended.status_reason
    assert (site.balancers(), site.pool()) == ([], {})


def test_members_go_with_their_nodes(stage, site):
    site.make(3).balance()
    move(stage, site)

    assert site.ask("scale_in", count=1).status == "SUCCEEDED"

    assert (len(site.pool()), site.is_right()) == (2, True)


def test_a_removal_that_waits_stays_in_the_region(stage, site):
    policy = site.make(1).balance()
    move(stage, site)
    stage.controls.add_fault({"method": DELETE_LB, "effect": "busy", "count": 2})

    ended = site.ask("policy_detach", policy_id=policy)

    assert (ended.status, site.balancers()) == ("SUCCEEDED", [])


def test_members_are_looked_at_where_they_are(stage, site):
    site.make(3).balance()
    move(stage, site)
    assert look(stage) == []
    drift(stage, site)

    (action,) = look(stage)

    assert (action.status, site.is_right()) == ("SUCCEEDED", True)


def test_second_ones_are_looked_for_where_they_are(stage, site):
    site.make(1).balance()
    (first,) = site.balancers()
    move(stage, site)
    cloud = stage.driver.inner.cloud(Account(user="alice", project="red"))
    subnet = cloud.network.find_subnet("private-subnet")
    request = LoadBalancerRequest(name="late", mark=first.mark, subnet_id=subnet)
    cloud.load_balancing.create_load_balancer(request)
    stage.advance(5.0)
    (asked,) = stage.rows(Action, Action.kind == "CLUSTER_ATTACH_POLICY")
    watch_s = stage.options.stray_watch_s
    stage.deps.db.transact(lambda one: policy_strays.remember(one, [asked.id], watch_s))

    assert stage.sweep() == 1

    stage.advance(5.0)
    assert [row.id for row in site.balancers()] == [first.id]


def test_a_server_group_is_removed_where_it_was_made(stage, site):
    site.make(0)
    site.attach("a", "affinity")
    (group,) = site.rows(tables.SERVER_GROUPS)
    assert group.region != FAR
    move(stage, site)

    assert site.ask("policy_detach", policy_id="a").status == "SUCCEEDED"

    assert site.rows(tables.SERVER_GROUPS) == []


def test_users_don_t_see_the_region_in_the_data(stage, site):
    """It's the service's own note, not the policy's."""
    site.make(0)
    site.attach("a", "affinity")

    shown = bindings.get(stage.deps, stage.ctx, site.cluster_id, "a")

    assert set(shown["data"]) == {"made_group", "servergroup_id", "inherited_group"}


def test_nodes_of_another_region_are_no_members(stage, site):
    site.make(2).balance()
    members = site.pool()
    move(stage, site)

    ended = site.ask("scale_out", count=1)

    assert ended.status == "FAILED"
    assert "has no server with an address in the network" in ended.status_reason
    assert site.pool() == members
    assert sorted(node.status for node in stage.nodes()) == [
        *("ACTIVE", "ACTIVE"),
        "WARNING",
    ]
    assert look(stage) == []


def test_no_node_is_put_into_a_group_of_another_region(stage, site):
    site.make(1)
    site.attach("a", "affinity")
    move(stage, site)

    ended = site.ask("scale_out", count=1)

    assert ended.status == "FAILED"
    assert f"no node in the region '{FAR}' can be in it" in ended.status_reason
    assert [node.status for node in stage.nodes()] == ["ACTIVE"]


def test_a_group_is_used_in_the_region_that_is_named_or_usual(stage, site):
    site.make(1)
    site.attach("a", "affinity")
    move(stage, site, "RegionOne")

    assert site.ask("scale_out", count=1).status == "SUCCEEDED"
