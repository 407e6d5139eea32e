"""Clusters in zones that host aggregates define."""

from collections import Counter

import pytest

from senlin_like import exceptions
from senlin_like.operations import aggregates


@pytest.fixture
def east(stage):
    """Let ``host1`` be in a zone that only an aggregate has."""
    made = aggregates.create(stage.deps, stage.ctx, name="fast", zone="east")
    return aggregates.add_host(stage.deps, stage.ctx, made["id"], "host1")


def places(stage):
    """Count the live servers by zone and host."""
    return Counter((one["zone"], one["host"]) for one in stage.servers())


def test_nodes_are_placed_in_a_zone_of_an_aggregate(stage, make, ask, attach, east):
    make(0, high=9)
    attach("z", "zone_placement", zones=[{"name": "east"}, {"name": "ZONE1"}])

    action = ask("scale_out", count=4)

    assert action.status == "SUCCEEDED", action.status_reason
    assert action.data["creation"]["zones"] == {"east": 2, "ZONE1": 2}
    assert places(stage) == {("east", "host1"): 2, ("ZONE1", "host2"): 2}


def test_a_zone_whose_hosts_are_in_an_aggregate_gets_no_nodes(stage, make, ask, attach):
    make(0, high=9)
    attach("z", "zone_placement", zones=[{"name": "nova"}, {"name": "ZONE1"}])
    made = aggregates.create(stage.deps, stage.ctx, name="fast", zone="east")
    aggregates.add_host(stage.deps, stage.ctx, made["id"], "host1")

    action = ask("scale_out", count=2)

    assert action.status == "SUCCEEDED", action.status_reason
    assert places(stage) == {("ZONE1", "host2"): 2}


def test_a_profile_asks_for_a_zone_of_an_aggregate(stage, make, east):
    make(2, availability_zone="east")

    assert places(stage) == {("east", "host1"): 2}
    with pytest.raises(exceptions.ZoneConflict):
        aggregates.remove_host(stage.deps, stage.ctx, east["id"], "host1")


def test_a_policy_waits_for_the_last_host_of_its_zone_to_return(
    stage, make, ask, attach, east
):
    make(0, high=9)
    attach("z", "zone_placement", zones=[{"name": "east"}])
    aggregates.remove_host(stage.deps, stage.ctx, east["id"], "host1")

    refused = ask("scale_out", count=1)

    assert refused.status == "FAILED"
    assert "east can't be found or isn't available." in refused.status_reason
    assert stage.nodes() == stage.servers() == []

    aggregates.add_host(stage.deps, stage.ctx, east["id"], "host1")
    assert ask("scale_out", count=1).status == "SUCCEEDED"
    assert places(stage) == {("east", "host1"): 1}


def test_nodes_of_a_profile_whose_zone_is_gone_say_so(stage, make, ask, east):
    make(0, high=9, availability_zone="east")
    aggregates.remove_host(stage.deps, stage.ctx, east["id"], "host1")

    failed = ask("scale_out", count=1)

    text = "The requested availability zone 'east' is not available."
    assert failed.status == "FAILED"
    assert text in failed.status_reason
    assert [node.status_reason for node in stage.nodes()] == [text]
