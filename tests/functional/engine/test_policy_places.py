"""What placement policies decide, and the whole set together."""

from collections import Counter

import pytest

from senlin_like.db.models import Event
from senlin_like.drivers.base import Account
from senlin_like.operations import clusters, nodes
from tests.torture import checks


def scaling(event, **adjustment):
    return {"event": f"CLUSTER_SCALE_{event}", "adjustment": adjustment}


def zones(stage):
    return Counter(node.data["placement"]["zone"] for node in stage.nodes())


def update(stage, profile):
    accepted = clusters.update(stage.deps, stage.ctx, "web", {"profile_id": profile})
    return accepted.action_id


# -- placement --------------------------------------------------------------


@pytest.fixture
def cloud(stage):
    return stage.driver.inner.cloud(Account(user="alice", project="red"))


@pytest.fixture
def zone_names(cloud):
    return cloud.compute.list_zones()


@pytest.fixture
def region_names(cloud):
    return cloud.list_regions()


def test_new_nodes_are_spread_over_zones(stage, make, ask, attach, zone_names):
    first, second = zone_names[:2]
    make(0, high=9)
    attach("z", "zone_placement", zones=[{"name": first}, {"name": second}])

    action = ask("scale_out", count=3)
    ask("scale_out", count=1)

    assert zones(stage) == {first: 2, second: 2}
    assert sum(action.data["creation"]["zones"].values()) == 3
    assert len(action.data["placement"]["placements"]) == 3
    assert Counter(server["zone"] for server in stage.servers()) == zones(stage)


def test_nodes_go_where_there_are_too_many(stage, make, ask, attach, zone_names):
    first, second = zone_names[:2]
    make(4, availability_zone=first)
    attach(
        "z",
        "zone_placement",
        zones=[{"name": first, "weight": 100}, {"name": second, "weight": 300}],
    )
    ask("resize", adjustment_type="EXACT_CAPACITY", number=5)
    assert zones(stage) == {first: 4, second: 1}

    action = ask("scale_in", count=2)

    assert zones(stage) == {first: 2, second: 1}
    assert action.data["deletion"]["zones"] == {first: 2}


def test_a_zone_that_is_not_named_is_emptied_first(
    stage, make, ask, attach, zone_names
):
    first, second = zone_names[:2]
    make(2, availability_zone=first)
    attach("z", "zone_placement", zones=[{"name": second}])
    attach("d", "deletion", criteria="OLDEST_FIRST")
    ask("scale_out", count=2)

    ask("scale_in", count=2)

    assert zones(stage) == {second: 2}


def test_a_single_node_has_its_place_too(stage, make, attach, zone_names):
    second = zone_names[1]
    cluster = make(0)
    attach("z", "zone_placement", zones=[{"name": second}])
    profile = stage.cluster(cluster).profile_id
    body = {"name": "n", "profile_id": profile, "cluster_id": cluster}

    nodes.create(stage.deps, stage.ctx, body)
    stage.drain()

    assert zones(stage) == {second: 1}
    assert stage.servers()[0]["zone"] == second


def test_no_feasible_plan_fails_before_anything_is_made(
    stage, make, ask, attach, region_names
):
    make(0)
    attach("r", "region_placement", regions=[{"name": region_names[0], "cap": 1}])

    refused = ask("scale_out", count=2)

    assert refused.status == "FAILED"
    assert refused.status_reason.startswith(
        "Policy check failure: Failed policy 'r': There is no feasible plan"
    )
    assert stage.nodes() == stage.servers() == []


def test_new_nodes_are_spread_over_regions(stage, make, ask, attach, region_names):
    make(0)
    regions = [{"name": name} for name in region_names]
    attach("r", "region_placement", regions=regions)

    action = ask("scale_out", count=len(region_names))

    assert action.status == "SUCCEEDED", action.status_reason
    placed = [node.data["placement"]["region_name"] for node in stage.nodes()]
    assert sorted(placed) == sorted(region_names)
    rows = checks.live_servers(stage.driver.world)
    assert sorted(row.region for row in rows) == sorted(region_names)

    assert ask("scale_in", count=1).status == "SUCCEEDED"
    assert len(checks.live_servers(stage.driver.world)) == len(region_names) - 1


# -- places that are closed -------------------------------------------------


def close(stage, zone, *, is_open=False):
    attributes = {"region": "RegionOne", "is_available": is_open}
    fields = {"id": zone, "name": zone, "attributes": attributes}
    stage.controls.put_thing("zone", fields)


def vanish(stage, zone):
    stage.controls.remove_thing("zone", zone)


def looks(stage, method="compute.list_zones"):
    return sum(stage.controls.counters().get(method, {}).values())


@pytest.mark.parametrize("lever", [close, vanish])
def test_a_zone_that_is_closed_gets_no_nodes(
    stage, make, ask, attach, zone_names, lever
):
    first, second = zone_names[:2]
    make(0, high=9)
    attach("out", "scaling", **scaling("OUT", number=3))
    attach("z", "zone_placement", zones=[{"name": first}, {"name": second}])
    lever(stage, first)
    stage.controls.reset_counters()

    action = ask("scale_out")

    assert action.status == "SUCCEEDED", action.status_reason
    assert zones(stage) == {second: 3}
    assert [(one["policy"], one["reasons"]) for one in action.data["policies"]] == [
        ("out", ["3 nodes more."]),
        ("z", [f"To come: 3 in {second}. Can't be used now: {first}."]),
    ]
    assert looks(stage) == 1


def test_a_zone_that_is_open_again_is_used_again(stage, make, ask, attach, zone_names):
    first, second = zone_names[:2]
    make(0, high=9)
    attach("z", "zone_placement", zones=[{"name": first}, {"name": second}])
    close(stage, first)
    ask("scale_out", count=2)
    close(stage, first, is_open=True)

    ask("scale_out", count=2)

    assert zones(stage) == {first: 2, second: 2}


@pytest.mark.parametrize("way", ["scale_out", "resize", "node"])
def test_without_any_open_zone_nothing_is_made(
    stage, make, ask, attach, zone_names, way
):
    first, second = zone_names[:2]
    cluster = make(1, high=9, availability_zone=zone_names[-1])
    attach("z", "zone_placement", zones=[{"name": first}, {"name": second}])
    close(stage, first)
    vanish(stage, second)

    if way == "node":
        profile = stage.a_profile("other")
        body = {"name": "n", "profile_id": profile, "cluster_id": cluster}
        action = nodes.create(stage.deps, stage.ctx, body).action_id
        stage.drain()
        ended = stage.action(action)
    elif way == "resize":
        ended = ask("resize", adjustment_type="CHANGE_IN_CAPACITY", number=1)
    else:
        ended = ask("scale_out")

    assert ended.status == "FAILED"
    prefix = "Policy check" if way == "node" else "Policy check failure"
    assert ended.status_reason == (
        f"{prefix}: Failed policy 'z': None of the zones that may get new nodes can be "
        f"used now: {', '.join(sorted((first, second)))} can't be found or isn't "
        "available."
    )
    assert len(stage.servers()) == 1
    assert stage.cluster(cluster).desired_capacity == 1
    assert len(stage.nodes(cluster)) == 1


def test_nodes_go_without_a_look_at_the_zones(stage, make, ask, attach, zone_names):
    first, second = zone_names[:2]
    make(0, high=9)
    attach("z", "zone_placement", zones=[{"name": first}, {"name": second}])
    ask("scale_out", count=4)
    close(stage, first)
    stage.controls.reset_counters()

    ask("scale_in", count=2)

    assert zones(stage) == {first: 1, second: 1}
    assert looks(stage) == 0


def test_a_look_is_taken_again_while_the_cloud_is_busy(
    stage, make, ask, attach, zone_names
):
    make(0, high=9)
    attach("z", "zone_placement", zones=[{"name": zone_names[0]}])
    rule = {"effect": "busy", "method": "compute.list_zones", "count": 3}
    stage.controls.add_fault(rule)

    assert ask("scale_out", count=2).status == "SUCCEEDED"
    assert zones(stage) == {zone_names[0]: 2}


def test_nothing_is_made_when_the_cloud_does_not_tell(
    stage, make, ask, attach, zone_names
):
    cluster = make(0, high=9)
    attach("z", "zone_placement", zones=[{"name": zone_names[0]}])
    stage.controls.add_fault({"effect": "error", "method": "compute.list_zones"})

    refused = ask("scale_out", count=2)

    assert refused.status == "FAILED"
    assert refused.status_reason.startswith("The zones can't be looked at: ")
    assert stage.cluster(cluster).desired_capacity == 0
    assert stage.nodes() == []


def test_a_region_that_has_gone_gets_no_nodes(stage, make, ask, attach, region_names):
    make(0, high=9)
    (first,) = region_names
    stage.controls.put_thing("region", {"id": "far", "name": "far", "attributes": {}})
    attach("r", "region_placement", regions=[{"name": first}, {"name": "far"}])
    stage.controls.remove_thing("region", "far")
    stage.controls.reset_counters()

    action = ask("scale_out", count=2)

    assert action.status == "SUCCEEDED", action.status_reason
    placed = {node.data["placement"]["region_name"] for node in stage.nodes()}
    assert placed == {first}
    assert looks(stage, "list_regions") == 1


def test_without_placement_policies_no_places_are_looked_at(stage, make, ask, attach):
    make(1)
    attach("out", "scaling", **scaling("OUT"))

    assert ask("scale_out").status == "SUCCEEDED"
    assert looks(stage) == looks(stage, "list_regions") == 0


# -- together ---------------------------------------------------------------


def test_the_whole_set_works_together(stage, make, ask, attach, zone_names):
    cluster = make(2, high=8, availability_zone=zone_names[0])
    attach("out", "scaling", **scaling("OUT", number=4, best_effort=True))
    attach("in", "scaling", **scaling("IN", number=3, best_effort=True))
    attach("z", "zone_placement", zones=[{"name": name} for name in zone_names])
    attach("d", "deletion", criteria="OLDEST_FIRST", grace_period=5)
    attach("b", "batch", min_in_service=1, max_batch_size=3, pause_time=5)

    grown = ask("scale_out")
    assert len(stage.nodes(cluster)) == 6
    changes = {"availability_zone": zone_names[0], "metadata": {"release": "2"}}
    update(stage, stage.a_profile("new", **changes))
    stage.drain()
    shrunk = ask("scale_in")

    assert len(stage.nodes(cluster)) == 3
    told = [one["policy"] for one in shrunk.data["policies"]]
    assert told == ["in", "b", "z", "d"]
    assert [one["policy"] for one in grown.data["policies"]] == ["out", "z"]
    chosen = shrunk.data["deletion"]["candidates"]
    assert len(chosen) == 3
    spread = zones(stage)
    assert max(spread.values()) - min(spread.get(name, 0) for name in zone_names) <= 1
    assert checks.problems(stage.deps.db, stage.driver.world) == []
    assert not stage.rows(Event, Event.status == "error")
