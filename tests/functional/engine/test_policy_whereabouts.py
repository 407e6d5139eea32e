"""Nodes whose place no policy has chosen are counted where they are."""

import dataclasses
from collections import Counter

import pytest

from senlin_like.drivers import objects
from senlin_like.drivers.base import Account
from senlin_like.operations import adoption, cluster_actions, nodes
from tests.torture import checks
from tests.torture.stage import IMAGE


@pytest.fixture
def far(stage):
    """Let the cloud have a second region."""
    things = {
        "region": ("Far", {}),
        "zone": ("far-zone", {"region": "Far"}),
        "host": ("far-host", {"zone": "far-zone"}),
    }
    for kind, (name, attributes) in things.items():
        fields = {"id": name, "name": name, "attributes": attributes}
        stage.controls.put_thing(kind, fields)
    return "Far"


def regions(stage):
    rows = checks.live_servers(stage.driver.world)
    return Counter(row.region for row in rows)


def add_node(stage, cluster, profile):
    body = {"name": "n", "profile_id": profile, "cluster_id": cluster}
    action = nodes.create(stage.deps, stage.ctx, body).action_id
    stage.drain()
    return stage.action(action)


def test_a_cap_counts_the_nodes_that_were_there_before(stage, make, ask, attach):
    make(3, high=9)
    attach("r", "region_placement", regions=[{"name": "RegionOne", "cap": 4}])

    too_many = ask("scale_out", count=2)
    one_more = ask("scale_out", count=1)
    again = ask("scale_out", count=1)

    assert [too_many.status, one_more.status, again.status] == [
        "FAILED",
        "SUCCEEDED",
        "FAILED",
    ]
    assert "no feasible plan" in too_many.status_reason
    assert regions(stage) == {"RegionOne": 4}


def test_a_single_node_is_one_of_those_that_were_there_before(stage, make, attach):
    cluster = make(3, high=9)
    attach("r", "region_placement", regions=[{"name": "RegionOne", "cap": 3}])

    refused = add_node(stage, cluster, stage.cluster(cluster).profile_id)

    assert refused.status == "FAILED"
    assert "no feasible plan" in refused.status_reason
    assert regions(stage) == {"RegionOne": 3}


@pytest.mark.parametrize("way", ["profile", "configuration", "cloud"])
def test_nodes_are_in_the_region_that_was_theirs(stage, make, ask, attach, far, way):
    home = "RegionOne" if way == "cloud" else far
    context = {"context": {"region_name": far}} if way == "profile" else {}
    if way == "configuration":
        settings = dataclasses.replace(stage.deps.settings, region=far)
        stage.deps = dataclasses.replace(stage.deps, settings=settings)
        stage.engine = stage.new_engine()
    make(2, high=9, **context)
    assert regions(stage) == {home: 2}
    both = [{"name": "RegionOne"}, {"name": far}]
    attach("r", "region_placement", regions=both)

    ask("scale_out", count=2)

    assert regions(stage) == {"RegionOne": 2, far: 2}


def test_the_youngest_go_though_others_have_no_region_noted(stage, make, ask, attach):
    make(3, high=9)
    attach("r", "region_placement", regions=[{"name": "RegionOne"}])
    attach("d", "deletion", criteria="YOUNGEST_FIRST")
    stage.advance(60)
    ask("scale_out", count=1)
    stage.advance(60)
    ask("scale_out", count=1)
    before = {node.index: node.id for node in stage.nodes()}

    action = ask("scale_in", count=2)

    assert action.status == "SUCCEEDED", action.status_reason
    assert sorted(action.data["deletion"]["candidates"]) == sorted(
        [before[4], before[5]]
    )
    assert action.data["deletion"]["regions"] == {"RegionOne": 2}


def test_an_adopted_node_is_in_the_zone_of_its_server(stage, make, ask, attach):
    make(0, high=9)
    attach("z", "zone_placement", zones=[{"name": "ZONE1"}, {"name": "nova"}])
    cloud = stage.driver.inner.cloud(
        Account(user=stage.ctx.user_id, project=stage.ctx.project_id)
    )
    server = cloud.compute.create_server(
        objects.ServerRequest(
            name="own", flavor_id="1", image_id=IMAGE, zone="ZONE1", metadata={}
        )
    )
    body = {"identity": server.id, "type": "os.nova.server-1.0", "name": "found"}
    adopted = adoption.adopt(stage.deps, stage.ctx, body)
    action = cluster_actions.ask(
        stage.deps, stage.ctx, "web", "add_nodes", {"nodes": [adopted["id"]]}
    )
    stage.drain()
    assert stage.action(action).status == "SUCCEEDED"

    grown = ask("scale_out", count=1)

    assert grown.data["creation"]["zones"] == {"nova": 1}
