"""What can be done to the cloud from outside."""

import json

import pytest

from senlin_like import exceptions
from senlin_like.simulated_cloud import servers, volumes


def test_a_server_dies_stops_and_vanishes(cloud, owner, levers, a_new_server):
    ids = [servers.create(cloud, owner, a_new_server()).id for _ in range(3)]

    levers.kill_server(ids[0], "struck by lightning")
    levers.stop_server(ids[1])
    levers.vanish_server(ids[2])

    seen = servers.look(cloud, owner, ids)
    assert [one.status for one in seen] == ["ERROR", "SHUTOFF", "GONE"]
    assert seen[0].reason == "struck by lightning"
    assert levers.problems() == []


def test_a_server_that_is_gone_can_not_be_killed(cloud, owner, levers, a_new_server):
    server = servers.create(cloud, owner, a_new_server())
    servers.delete(cloud, owner, server.id)

    for act in (levers.kill_server, levers.stop_server, levers.vanish_server):
        with pytest.raises(exceptions.NotFound):
            act(server.id)


def test_servers_of_all_projects_are_listed_in_pages(
    cloud, owner, levers, a_new_server
):
    ids = sorted(servers.create(cloud, owner, a_new_server()).id for _ in range(5))

    first = levers.servers(limit=3)
    second = levers.servers(limit=3, marker=first[-1]["id"])

    assert [one["id"] for one in first + second] == ids
    json.dumps(first)


def test_servers_are_chosen_by_their_mark(cloud, owner, levers, a_new_server):
    servers.create(cloud, owner, a_new_server())
    wanted = servers.create(cloud, owner, a_new_server(mark="node-x"))

    found = levers.servers(filters={"node_mark": "node-x"})

    assert [one["id"] for one in found] == [wanted.id]
    with pytest.raises(exceptions.Invalid):
        levers.servers(filters={"colour": "red"})


def test_two_servers_of_one_node_are_a_problem(cloud, owner, levers, a_new_server):
    for _ in range(2):
        servers.create(cloud, owner, a_new_server(mark="node-x"))

    assert levers.problems() == ["2 live servers carry the mark 'node-x'."]


@pytest.mark.parametrize(
    "values",
    [
        {"colour": "red"},
        {"build_seconds": "long"},
        {"build_seconds": -1},
        {"build_seconds": float("nan")},
        {"clock_offset_s": float("inf")},
        {"journal": 1},
        {"cached_build_share": 1.1},
        {"quotas": {"*": {"instances": "many"}}},
        {"quotas": {"*": {"dragons": 1}}},
        {"quotas": 5},
        {"version": 5},
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(levers, values):
    with pytest.raises(exceptions.Invalid):
        levers.put_settings(values)


def test_null_brings_a_setting_back_to_its_default(levers):
    levers.put_settings({"build_seconds": 5, "seed": 3})

    settings = levers.put_settings({"build_seconds": None})

    assert (settings["build_seconds"], settings["seed"]) == (0.0, 3)


def test_time_passes_at_once_for_all(cloud, owner, levers, open_world, a_new_server):
    levers.put_settings({"build_seconds": 3600})
    server = servers.create(cloud, owner, a_new_server())

    levers.advance(3600)

    other = open_world()
    assert servers.look(other, owner, [server.id])[0].status == "ACTIVE"


def test_a_host_is_added_to_a_zone(levers):
    levers.set_host("host3", {"zone": "nova"})

    assert levers.hosts()[-1] == {
        "name": "host3",
        "zone": "nova",
        "state": "up",
        "status": "enabled",
        "effect": "error",
        "effective_zone": "nova",
        "servers": 0,
    }


@pytest.mark.parametrize(
    "values",
    [{}, {"zone": "nowhere"}, {"zone": "nova", "state": "ill"}, {"colour": "red"}],
)
def test_a_host_that_makes_no_sense_is_refused(levers, values):
    with pytest.raises(exceptions.Invalid):
        levers.set_host("host3", values)


def test_a_flavor_is_added_replaced_and_removed(levers, cloud):
    flavor = levers.put_thing("flavor", {"name": "huge", "attributes": {"vcpus": 64}})

    levers.put_thing("flavor", {**flavor, "attributes": {"is_disabled": True}})
    disabled = cloud.picture.get("flavor", "huge").attributes["is_disabled"]
    levers.remove_thing("flavor", flavor["id"])

    assert disabled is True
    assert "huge" not in {one["name"] for one in levers.things("flavor")}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("dragon", {"name": "smaug"}),
        ("flavor", {}),
        ("flavor", {"name": "x", "attributes": {"vcpus": "many"}}),
        ("flavor", {"name": "x", "attributes": {"colour": "red"}}),
        ("subnet", {"name": "x", "attributes": {"cidr": "10.0.0.0/24"}}),
    ],
)
def test_a_thing_that_makes_no_sense_is_refused(levers, kind, fields):
    with pytest.raises(exceptions.Invalid):
        levers.put_thing(kind, fields)


def test_a_volume_is_made_in_a_project(cloud, owner, levers):
    made = levers.add_volume("project-1", "disk", size_gb=2, image="new_image")

    found = volumes.find(cloud, owner, "disk")

    assert found == {
        "id": made["id"],
        "status": "available",
        "image_id": made["image_id"],
    }
    with pytest.raises(exceptions.Invalid):
        levers.add_volume("project-1", "disk", image="no-such-image")


def test_a_reset_makes_the_cloud_new(cloud, owner, levers, a_new_server):
    servers.create(cloud, owner, a_new_server())
    levers.put_settings({"build_seconds": 5})
    levers.remove_thing("image", cloud.picture.get("image", "new_image").id)

    levers.reset()

    assert levers.servers(with_deleted=True) == []
    assert levers.settings()["build_seconds"] == 0.0
    assert cloud.picture.get("image", "new_image").name == "new_image"
