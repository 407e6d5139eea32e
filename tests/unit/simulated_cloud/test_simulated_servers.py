"""How servers live: time, hosts, metadata that steer, quotas, restarts."""

import hypothesis
import pytest
from hypothesis import strategies as st

from senlin_like import exceptions
from senlin_like.simulated_cloud import (
    catalogue,
    lifecycle,
    server_moves,
    servers,
    volumes,
    world,
)


def status_of(cloud, owner, server_id):
    return servers.look(cloud, owner, [server_id])[0].status


def test_a_server_builds_for_the_time_that_is_set(
    cloud, owner, clock, levers, a_new_server
):
    levers.put_settings({"build_seconds": 30})
    server = servers.create(cloud, owner, a_new_server())

    clock.seconds += 29
    before = status_of(cloud, owner, server.id)
    clock.seconds += 1

    assert (before, status_of(cloud, owner, server.id)) == ("BUILD", "ACTIVE")


def test_jitter_is_the_same_in_each_run_and_within_its_share():
    keys = [f"seed:{number}" for number in range(200)]

    times = [lifecycle.spread(10, 0.2, key) for key in keys]

    assert times == [lifecycle.spread(10, 0.2, key) for key in keys]
    assert 8 <= min(times) < 9
    assert 11 < max(times) <= 12


def test_metadata_say_how_long_creation_and_deletion_take(
    cloud, owner, clock, a_new_server
):
    new = a_new_server(metadata={"simulated_wait_time": "10"})
    server = servers.create(cloud, owner, new)
    seen = [status_of(cloud, owner, server.id)]

    clock.seconds += 10
    seen.append(status_of(cloud, owner, server.id))
    servers.delete(cloud, owner, server.id)
    clock.seconds += 9
    seen.append(status_of(cloud, owner, server.id))
    clock.seconds += 1
    seen.append(status_of(cloud, owner, server.id))

    assert seen == ["BUILD", "ACTIVE", "ACTIVE", "GONE"]


@pytest.mark.parametrize("value", ["0", "-1", "soon", "1.5", "", "²"])
def test_wait_times_that_are_no_positive_integers_are_ignored(value):
    assert lifecycle.wait_time({"simulated_wait_time": value}) is None


def test_metadata_let_the_creation_fail(cloud, owner, a_new_server):
    new = a_new_server(metadata={"simulated_fail": "create"})

    server = servers.create(cloud, owner, new)

    seen = servers.look(cloud, owner, [server.id])[0]
    assert (seen.status, bool(seen.reason)) == ("ERROR", True)


def test_metadata_let_an_operation_and_the_deletion_fail(cloud, owner, a_new_server):
    new = a_new_server(metadata={"simulated_fail": "stop, delete"})
    server = servers.create(cloud, owner, new)
    asked = server_moves.Asked(operation="stop", params={})

    with pytest.raises(exceptions.CloudError):
        server_moves.act(cloud, owner, server.id, asked)
    with pytest.raises(exceptions.CloudError):
        servers.delete(cloud, owner, server.id)

    assert status_of(cloud, owner, server.id) == "ACTIVE"


def test_metadata_name_the_status_after_building(cloud, owner, a_new_server):
    new = a_new_server(metadata={"simulated_status": "shutoff"})

    server = servers.create(cloud, owner, new)

    assert status_of(cloud, owner, server.id) == "SHUTOFF"


def test_servers_are_spread_over_the_hosts(cloud, owner, levers, a_new_server):
    for _ in range(10):
        servers.create(cloud, owner, a_new_server())

    assert {host["name"]: host["servers"] for host in levers.hosts()} == {
        "host1": 5,
        "host2": 5,
    }


def test_a_zone_keeps_its_servers_on_its_hosts(cloud, owner, a_new_server):
    made = [servers.create(cloud, owner, a_new_server(zone="ZONE1")) for _ in range(4)]

    assert {server.host for server in made} == {"host2"}


def test_a_server_without_a_host_ends_in_error(cloud, owner, levers, a_new_server):
    for host in ("host1", "host2"):
        levers.set_host(host, {"state": "down"})

    server = servers.create(cloud, owner, a_new_server())

    seen = servers.look(cloud, owner, [server.id])[0]
    assert (seen.status, seen.reason) == ("ERROR", "No valid host was found.")


def test_a_host_that_is_down_takes_its_servers_along(
    cloud, owner, levers, a_new_server
):
    server = servers.create(cloud, owner, a_new_server(zone="ZONE1"))

    levers.set_host("host2", {"state": "down"})
    broken = status_of(cloud, owner, server.id)
    levers.set_host("host2", {"state": "up"})

    assert (broken, status_of(cloud, owner, server.id)) == ("ERROR", "ACTIVE")


def test_servers_of_an_unreachable_host_are_deaf_but_can_be_deleted(
    cloud, owner, levers, a_new_server
):
    server = servers.create(cloud, owner, a_new_server(zone="ZONE1"))
    levers.set_host("host2", {"state": "down", "effect": "unreachable"})
    asked = server_moves.Asked(operation="reboot", params={})

    with pytest.raises(exceptions.CloudError):
        server_moves.act(cloud, owner, server.id, asked)
    seen = status_of(cloud, owner, server.id)
    servers.delete(cloud, owner, server.id)

    assert (seen, status_of(cloud, owner, server.id)) == ("ACTIVE", "GONE")


def test_a_server_is_evacuated_from_a_host_that_is_down(
    cloud, owner, levers, a_new_server
):
    made = [servers.create(cloud, owner, a_new_server()) for _ in range(2)]
    server = next(one for one in made if one.host == "host1")
    levers.set_host("host1", {"state": "down"})
    asked = server_moves.Asked(operation="evacuate", params={})

    server_moves.act(cloud, owner, server.id, asked)

    moved = servers.get(cloud, owner, server.id)
    assert (moved.host, moved.status) == ("host2", "ACTIVE")


def test_a_locked_server_is_deleted_by_force_only(cloud, owner, a_new_server):
    server = servers.create(cloud, owner, a_new_server())
    asked = server_moves.Asked(operation="lock", params={})
    server_moves.act(cloud, owner, server.id, asked)

    with pytest.raises(exceptions.CloudError) as caught:
        servers.delete(cloud, owner, server.id)
    servers.delete(cloud, owner, server.id, force=True)

    assert caught.value.status == 409
    assert status_of(cloud, owner, server.id) == "GONE"


@pytest.mark.parametrize(
    ("quotas", "what"),
    [
        ({"*": {"instances": 2}}, "instances"),
        ({"project-1": {"cores": 2}}, "cores"),
        ({"*": {"instances": 9}, "project-1": {"instances": 2}}, "instances"),
    ],
)
def test_a_quota_refuses_one_server_too_many(
    cloud, owner, levers, a_new_server, quotas, what
):
    levers.put_settings({"quotas": quotas})
    made = [servers.create(cloud, owner, a_new_server()) for _ in range(2)]

    with pytest.raises(exceptions.CloudError) as caught:
        servers.create(cloud, owner, a_new_server())
    servers.delete(cloud, owner, made[0].id)
    servers.create(cloud, owner, a_new_server())

    assert caught.value.status == 403
    assert what in str(caught.value)
    assert levers.problems() == []


def test_a_cloud_survives_a_restart(open_world, owner, a_new_server):
    first = open_world()
    server = servers.create(first, owner, a_new_server())
    first.close()

    second = open_world()

    assert servers.get(second, owner, server.id).name == server.name


def test_a_changed_setting_reaches_other_processes(open_world, levers):
    other = open_world(fresh_s=0)

    levers.put_settings({"build_seconds": 7})

    assert other.setting("build_seconds") == 7


def test_a_server_starts_from_a_volume(cloud, owner, a_new_server):
    volume_id = volumes.create(cloud, owner, "disk")
    device = {"source_type": "volume", "destination_type": "volume", "uuid": volume_id}
    new = a_new_server(image_id=None, block_devices=[device])

    server = servers.create(cloud, owner, new)
    attached = servers.get(cloud, owner, server.id).volume_ids
    with pytest.raises(exceptions.CloudError):
        servers.create(cloud, owner, new)
    servers.delete(cloud, owner, server.id)

    assert attached == (volume_id,)
    assert volumes.find(cloud, owner, "disk")["status"] == "available"


def test_a_volume_made_from_an_image_goes_with_its_server(cloud, owner, a_new_server):
    device = {
        "source_type": "image",
        "destination_type": "volume",
        "uuid": "new_image",
        "volume_size": 3,
        "delete_on_termination": True,
    }
    server = servers.create(cloud, owner, a_new_server(block_devices=[device]))
    volume_id = servers.get(cloud, owner, server.id).volume_ids[0]

    servers.delete(cloud, owner, server.id)

    with pytest.raises(exceptions.CloudNotFound):
        volumes.find(cloud, owner, volume_id)


def test_a_deleted_server_leaves_nothing_behind(cloud, owner, levers, a_new_server):
    server = servers.create(cloud, owner, a_new_server())

    servers.delete(cloud, owner, server.id)

    assert levers.problems() == []
    assert levers.servers() == []
    assert [one["id"] for one in levers.servers(with_deleted=True)] == [server.id]


@hypothesis.given(
    operations=st.lists(st.sampled_from(sorted(lifecycle.MOVES)), max_size=8)
)
def test_every_chain_of_moves_stays_among_the_known_statuses(operations):
    status = lifecycle.Status.ACTIVE

    for operation in operations:
        move = lifecycle.MOVES[operation]
        if status in move.sources:
            former = lifecycle.Status.ACTIVE
            target = former if move.target == lifecycle.FORMER else move.target
            status = lifecycle.Status(target)

    assert status not in (lifecycle.Status.GONE, lifecycle.Status.BUILD)


def test_a_memory_database_is_refused():
    with pytest.raises(exceptions.Invalid):
        world.World("sqlite://")


def test_defaults_of_settings_are_those_of_the_options(open_world):
    cloud = open_world(settings={"build_seconds": 3.0})

    assert cloud.setting("build_seconds") == 3.0
    assert cloud.setting("seed") == catalogue.DEFAULTS["seed"]
