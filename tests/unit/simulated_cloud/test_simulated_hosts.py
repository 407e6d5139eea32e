"""Hosts and the zones that aggregates give them."""

import dataclasses

import pytest

from senlin_like import exceptions
from senlin_like.drivers.simulated import cloud as driver_module
from senlin_like.simulated_cloud import hosts, placement, server_moves, servers, tables

REGION = "RegionOne"


def effective_zones(levers):
    return {one["name"]: one["effective_zone"] for one in levers.hosts()}


def test_hosts_are_numbered_once_and_for_all(cloud, levers):
    first = hosts.list_services(cloud, REGION)

    levers.set_host("a-new-one", {"zone": "nova"})
    levers.remove_thing("host", "host1")
    second = hosts.list_services(cloud, REGION)
    levers.set_host("host1", {"zone": "nova"})
    third = hosts.list_services(cloud, REGION)

    assert [(one.name, one.number) for one in first] == [("host1", 1), ("host2", 2)]
    assert [one.number for one in second] == [2, 3]
    assert [one.name for one in third] == ["host1", "host2", "a-new-one"]
    assert third[0].id == first[0].id


def test_a_host_was_last_seen_when_it_went_down(cloud, levers, clock):
    went_down_at = clock.seconds
    levers.set_host("host1", {"state": "down"})
    clock.seconds += 60
    levers.set_host("host1", {"status": "disabled"})

    found = hosts.list_services(cloud, REGION)

    assert [one.seen_at for one in found] == [went_down_at, clock.seconds]
    assert [one.state for one in found] == ["down", "up"]


def test_servers_that_are_being_deleted_are_still_on_their_host(
    cloud, owner, levers, clock, a_new_server
):
    levers.put_settings({"delete_seconds": 10})
    server = servers.create(cloud, owner, a_new_server(zone="nova"))
    servers.delete(cloud, owner, server.id)
    before = hosts.list_services(cloud, REGION)[0].servers

    clock.seconds += 10

    assert (before, hosts.list_services(cloud, REGION)[0].servers) == (1, 0)


def test_zones_of_aggregates_reach_other_processes_and_survive(open_world, levers):
    first, second = open_world(), open_world(fresh_s=0)

    hosts.set_zones(first, REGION, {"host1": "east"})
    first.close()

    third = open_world()
    assert placement.available_zones(second.picture, REGION) == ["ZONE1", "east"]
    assert third.picture.host_zones == second.picture.host_zones


def test_hosts_show_their_own_zone_and_that_of_their_aggregate(cloud, levers):
    hosts.set_zones(cloud, REGION, {"host1": "east"})

    assert effective_zones(levers) == {"host1": "east", "host2": "ZONE1"}
    assert [one["zone"] for one in levers.hosts()] == ["nova", "ZONE1"]


def test_what_is_set_replaces_what_was_set_before(cloud, levers):
    hosts.set_zones(cloud, REGION, {"host1": "east"})
    hosts.set_zones(cloud, REGION, {"host2": "west"})

    assert effective_zones(levers) == {"host1": "nova", "host2": "west"}


def test_a_zone_that_has_lost_its_hosts_is_not_available(cloud, owner, a_new_server):
    hosts.set_zones(cloud, REGION, {"host2": "east"})

    with pytest.raises(exceptions.CloudError, match="'ZONE1' is not available"):
        servers.create(cloud, owner, a_new_server(zone="ZONE1"))
    assert placement.available_zones(cloud.picture, REGION) == ["east", "nova"]

    hosts.set_zones(cloud, REGION, {})
    assert servers.create(cloud, owner, a_new_server(zone="ZONE1")).host == "host2"


def test_a_zone_that_never_had_hosts_is_known_but_takes_no_servers(
    cloud, owner, levers, a_new_server
):
    levers.put_thing("zone", {"name": "empty"})

    server = servers.create(cloud, owner, a_new_server(zone="empty"))

    seen = servers.look(cloud, owner, [server.id])[0]
    assert (seen.status, seen.reason) == ("ERROR", "No valid host was found.")
    assert "empty" in placement.available_zones(cloud.picture, REGION)


def test_servers_are_spread_over_the_hosts_of_an_aggregates_zone(
    cloud, owner, levers, a_new_server
):
    levers.set_host("host3", {"zone": "nova"})
    hosts.set_zones(cloud, REGION, {"host1": "east", "host2": "east"})

    made = [servers.create(cloud, owner, a_new_server(zone="east")) for _ in range(4)]

    assert sorted(one.host for one in made) == ["host1", "host1", "host2", "host2"]
    assert {one.zone for one in made} == {"east"}


def test_a_server_moves_within_the_zone_that_was_asked_for(
    cloud, owner, levers, a_new_server
):
    hosts.set_zones(cloud, REGION, {"host1": "east", "host2": "east"})
    server = servers.create(cloud, owner, a_new_server(zone="east"))
    levers.set_host(server.host, {"state": "down"})

    asked = server_moves.Asked(operation="evacuate", params={})
    server_moves.act(cloud, owner, server.id, asked)

    moved = servers.get(cloud, owner, server.id)
    assert {server.host, moved.host} == {"host1", "host2"}
    assert moved.zone == "east"


def test_a_host_out_of_an_unavailable_zone_takes_servers(
    cloud, owner, levers, a_new_server
):
    zone = {"name": "nova", "attributes": {"is_available": False}}
    levers.put_thing("zone", zone)

    hosts.set_zones(cloud, REGION, {"host1": "east"})

    assert servers.create(cloud, owner, a_new_server(zone="east")).host == "host1"
    assert placement.available_zones(cloud.picture, REGION) == ["ZONE1", "east"]


def test_regions_have_zones_of_their_own(cloud, owner, levers, a_new_server):
    levers.put_thing("region", {"name": "RegionTwo"})
    levers.put_thing("zone", {"name": "two", "attributes": {"region": "RegionTwo"}})
    levers.set_host("host3", {"zone": "two"})
    elsewhere = driver_module.SimulatedDriver(cloud, region="RegionTwo")
    here = driver_module.SimulatedDriver(cloud)

    here.hosts.set_zones({"host1": "two", "host3": "east"})
    elsewhere.hosts.set_zones({"host3": "nova", "host1": "east"})

    assert effective_zones(levers) == {
        "host1": "two",
        "host2": "ZONE1",
        "host3": "nova",
    }
    assert [one.name for one in here.hosts.list_hosts()] == ["host1", "host2"]
    assert [one.name for one in elsewhere.hosts.list_hosts()] == ["host3"]
    assert placement.available_zones(cloud.picture, "RegionTwo") == ["nova"]
    assert placement.available_zones(cloud.picture, REGION) == ["ZONE1", "two"]
    two = dataclasses.replace(owner, region="RegionTwo")
    assert servers.create(cloud, two, a_new_server(zone="nova")).host == "host3"
    assert servers.create(cloud, owner, a_new_server(zone="two")).host == "host1"


def test_calls_of_the_service_are_counted_and_struck(cloud, levers):
    driver = driver_module.SimulatedDriver(cloud)
    levers.add_fault({"effect": "busy", "method": "hosts.set_zones"})

    driver.hosts.list_hosts()
    with pytest.raises(exceptions.CloudBusy):
        driver.hosts.set_zones({"host1": "east"})

    counters = levers.counters()
    assert counters["hosts.list_hosts"] == {"ok": 1}
    assert counters["hosts.set_zones"] == {"CloudBusy": 1}
    assert effective_zones(levers)["host1"] == "nova"


def test_long_names_of_zones_are_kept_on_each_database(
    any_url, open_world, owner, a_new_server
):
    cloud, zone = open_world(any_url), "z" * 255

    hosts.set_zones(cloud, REGION, {"host1": zone})
    hosts.set_zones(cloud, REGION, {"host1": zone, "host2": "other"})
    server = servers.create(cloud, owner, a_new_server(zone=zone))

    assert servers.get(cloud, owner, server.id).zone == zone
    assert [one.number for one in hosts.list_services(cloud, REGION)] == [1, 2]


def test_an_older_cloud_gets_the_tables_that_it_lacks(open_world, cloud):
    for table in (tables.HOST_ZONES, tables.HOST_NUMBERS, tables.CACHED_IMAGES):
        cloud.store.transact(table.drop)

    newer = open_world()

    hosts.set_zones(newer, REGION, {"host1": "east"})
    assert [one.number for one in hosts.list_services(newer, REGION)] == [1, 2]
