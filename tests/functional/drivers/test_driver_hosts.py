"""Compute hosts: what is known of them, their zones, and images kept there."""

import uuid

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base
from senlin_like.drivers.hosts import CacheStatus

SERVER = base.ObjectKind.SERVER
ZONE = "zone-of-aggregate"


@pytest.fixture
def host(kit):
    """A host that the operator has given no zone; at the end it is as before."""
    hosts = kit.driver.hosts.list_hosts()
    named = [one for one in hosts if one.name == kit.spare_host]
    yield named[0] if kit.spare_host else hosts[-1]
    kit.driver.hosts.set_zones({})


@pytest.fixture
def image_id(kit):
    return kit.cloud().images.find_image(kit.image).id


def zone_is_there(kit, zone=ZONE):
    return kit.cloud().compute.zone_is_available(zone)


@pytest.mark.needs("hosts")
def test_hosts_are_told_in_the_order_of_their_numbers(kit, host):
    found = kit.driver.hosts.list_hosts()

    numbers = [one.number for one in found]
    assert numbers == sorted(set(numbers))
    assert len({one.name for one in found}) == len({one.id for one in found})
    assert (host.state, host.status, host.is_up) == ("up", "enabled", True)
    assert str(uuid.UUID(host.id)) == host.id
    assert host.updated_at.utcoffset().total_seconds() == 0


@pytest.mark.needs("hosts")
def test_hosts_keep_their_numbers_and_ids(kit):
    first, second = (kit.driver.hosts.list_hosts() for _ in range(2))

    assert [(one.name, one.number, one.id) for one in first] == [
        (one.name, one.number, one.id) for one in second
    ]


def test_a_host_has_the_servers_that_are_on_it(kit, a_server):
    before = servers_on_hosts(kit)

    server = a_server()

    host = kit.host_of(server)
    after = {**before, host: before[host] + 1}
    # Nova's hosts write down a little later how many they have.
    kit.until(lambda: servers_on_hosts(kit) == after)


def servers_on_hosts(kit):
    return {one.name: one.servers for one in kit.driver.hosts.list_hosts()}


def test_an_aggregate_takes_a_host_into_its_zone(kit, host, a_server):
    kit.driver.hosts.set_zones({host.name: ZONE})
    kit.until(lambda: zone_is_there(kit))

    server = a_server(zone=ZONE)

    cloud, place = kit.cloud(), kit.host_of(server)
    zones = cloud.compute.list_zones()
    # A host with servers can't leave its zone.
    cloud.compute.delete_server(server.id)
    kit.wait(cloud, SERVER, server.id, base.GONE)
    assert ZONE in zones
    assert (place, server.zone) == (host.name, ZONE)
    assert server.details["OS-EXT-AZ:availability_zone"] == ZONE


def test_the_zone_that_a_host_tells_is_its_own(kit, host):
    kit.driver.hosts.set_zones({host.name: ZONE})
    kit.until(lambda: zone_is_there(kit))

    found = {one.name: one.zone for one in kit.driver.hosts.list_hosts()}

    assert found[host.name] == host.zone


def test_hosts_that_are_not_mentioned_go_back(kit, host, a_server):
    kit.driver.hosts.set_zones({host.name: ZONE})
    kit.until(lambda: zone_is_there(kit))

    kit.driver.hosts.set_zones({})
    kit.until(lambda: not zone_is_there(kit))

    # Nova takes its default zone for no wish at all.
    assert host.zone == "nova" or a_server(zone=host.zone).zone == host.zone


def test_a_zone_of_hosts_that_are_not_there_is_not_there(kit, host):
    kit.driver.hosts.set_zones({host.name: ZONE, "no-such-host": "no-such-zone"})
    kit.until(lambda: zone_is_there(kit))

    assert not zone_is_there(kit, "no-such-zone")


@pytest.mark.needs("hosts")
def test_an_image_comes_to_a_host(kit, host, image_id):
    hosts, key = kit.driver.hosts, (host.name, image_id)
    # Nova doesn't tell; Docker does.
    known = {CacheStatus.CACHED} | ({CacheStatus.UNKNOWN} if kit.is_real else set())

    hosts.cache_image(host.name, image_id)
    first = hosts.look_at_images([image_id])[key]
    hosts.cache_image(host.name, image_id)
    kit.until(lambda: hosts.look_at_images([image_id])[key].status != "caching")

    hosts.cache_image(host.name, image_id)
    last = hosts.look_at_images([image_id])[key]
    assert (first.host, first.image_id) == key
    assert first.status in {CacheStatus.CACHING, *known}
    assert last.status in known
    assert last.reason == ""


def test_images_that_are_not_on_hosts_are_left_out(kit, host, image_id):
    if kit.is_real:
        pytest.skip("Nova doesn't tell which images are on hosts")
    hosts = kit.driver.hosts
    other_id = kit.cloud().images.find_image(kit.other_image).id
    hosts.cache_image(host.name, image_id)

    assert hosts.look_at_images([]) == {}
    assert set(hosts.look_at_images([image_id, other_id])) == {(host.name, image_id)}


@pytest.mark.needs("hosts")
def test_images_and_hosts_that_are_not_there_are_not_found(kit, host, image_id):
    with pytest.raises(exceptions.CloudNotFound):
        kit.driver.hosts.cache_image("no-such-host", image_id)
    with pytest.raises(exceptions.CloudNotFound):
        kit.driver.hosts.cache_image(host.name, str(uuid.uuid4()))
