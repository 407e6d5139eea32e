"""Images on hosts: how they come, how they fail, and how servers gain by them."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers.simulated import cloud as driver_module
from senlin_like.simulated_cloud import hosts, server_groups, server_moves, servers

IMAGE = "cirros-0.4.0-x86_64-disk"


@pytest.fixture
def driver(cloud, levers):
    levers.put_settings({"cache_seconds": 10, "build_seconds": 100})
    return driver_module.SimulatedDriver(cloud)


@pytest.fixture
def image_id(cloud):
    return cloud.picture.get("image", IMAGE).id


@pytest.fixture
def status_of(driver, image_id):
    """Tell status and reason of the image on a host."""

    def look(host="host1"):
        found = driver.hosts.look_at_images([image_id])
        return (str(found[host, image_id].status), found[host, image_id].reason)

    return look


@pytest.fixture
def build_time(cloud, owner, clock, a_new_server):
    """Tell how many seconds a server is built."""

    def measure(**fields):
        server = servers.create(cloud, owner, a_new_server(**fields))
        began = clock.seconds
        while servers.look(cloud, owner, [server.id])[0].status == "BUILD":
            clock.seconds += 1
        return clock.seconds - began

    return measure


def test_an_image_is_there_after_its_time(driver, clock, levers, image_id, status_of):
    driver.hosts.cache_image("host1", image_id)
    clock.seconds += 9
    driver.hosts.cache_image("host1", image_id)
    before = status_of()
    clock.seconds += 1

    assert (before, status_of()) == (("caching", ""), ("cached", ""))
    (shown,) = levers.image_caches()
    assert shown == {
        "host": "host1",
        "image_id": image_id,
        "status": "cached",
        "reason": "",
        "is_ready": True,
    }


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"effect": "busy"}, exceptions.CloudBusy),
        ({"effect": "error", "message": "No room."}, exceptions.CloudError),
    ],
    ids=["busy", "error"],
)
def test_one_host_refuses_at_once(driver, levers, image_id, rule, error):
    levers.add_fault({"method": "hosts.cache_image", "name": "^host1/", **rule})

    with pytest.raises(error):
        driver.hosts.cache_image("host1", image_id)
    driver.hosts.cache_image("host2", image_id)

    assert set(driver.hosts.look_at_images([image_id])) == {("host2", image_id)}


def test_an_image_fails_some_times_and_then_comes(
    driver, levers, clock, image_id, status_of
):
    rule = {"effect": "error_status", "message": "No room.", "count": 2}
    levers.add_fault({"method": "hosts.cache_image", "name": "^host1/", **rule})

    seen = []
    for _ in range(3):
        driver.hosts.cache_image("host1", image_id)
        seen.append(status_of())
        clock.seconds += 10
        seen.append(status_of())

    failed = [("caching", ""), ("error", "No room.")]
    assert seen == [*failed, *failed, ("caching", ""), ("cached", "")]


def test_an_image_that_is_there_does_not_fail(
    driver, levers, clock, image_id, status_of
):
    driver.hosts.cache_image("host1", image_id)
    clock.seconds += 10
    levers.add_fault({"effect": "error_status", "method": "hosts.cache_image"})

    driver.hosts.cache_image("host1", image_id)
    clock.seconds += 10

    assert status_of() == ("cached", "")


def test_a_host_that_is_down_refuses(driver, levers, image_id):
    levers.set_host("host1", {"state": "down"})

    with pytest.raises(exceptions.HostUnreachable, match="host1"):
        driver.hosts.cache_image("host1", image_id)

    assert driver.hosts.look_at_images([image_id]) == {}


def test_what_is_on_its_way_to_a_host_that_goes_down_is_lost(
    driver, levers, clock, cloud, image_id, status_of
):
    other_id = cloud.picture.get("image", "new_image").id
    driver.hosts.cache_image("host1", other_id)
    clock.seconds += 10
    driver.hosts.cache_image("host1", image_id)

    levers.set_host("host1", {"state": "down"})
    lost = status_of()
    levers.set_host("host1", {"state": "up"})
    driver.hosts.cache_image("host1", image_id)

    assert lost == ("error", "Host 'host1' went down.")
    assert status_of() == ("caching", "")
    kept = driver.hosts.look_at_images([other_id])["host1", other_id]
    assert kept.status == "cached"


def test_hosts_of_other_regions_are_not_there(cloud, levers, driver, image_id):
    levers.put_thing("zone", {"name": "two", "attributes": {"region": "RegionTwo"}})
    levers.set_host("host3", {"zone": "two"})
    elsewhere = driver_module.SimulatedDriver(cloud, region="RegionTwo")

    elsewhere.hosts.cache_image("host3", image_id)
    with pytest.raises(exceptions.CloudNotFound):
        driver.hosts.cache_image("host3", image_id)

    assert driver.hosts.look_at_images([image_id]) == {}


def test_images_are_known_by_their_ids(driver):
    with pytest.raises(exceptions.CloudNotFound):
        driver.hosts.cache_image("host1", IMAGE)


def test_a_server_is_built_quicker_where_its_image_is(
    driver, clock, image_id, build_time
):
    driver.hosts.cache_image("host1", image_id)
    clock.seconds += 10

    times = [build_time(zone="nova"), build_time(zone="ZONE1")]
    others = build_time(zone="nova", image_id="new_image")

    assert (times, others) == ([40, 100], 100)


def test_the_share_of_the_time_is_set(driver, levers, clock, image_id, build_time):
    driver.hosts.cache_image("host1", image_id)
    clock.seconds += 10

    levers.put_settings({"cached_build_share": 0.1})

    assert build_time(zone="nova") == 10


def test_jitter_is_shortened_too(driver, levers, clock, image_id, build_time):
    levers.put_settings({"build_seconds": 10_000, "build_jitter": 0.5})
    full = build_time(zone="nova", name="s", mark="n")

    driver.hosts.cache_image("host1", image_id)
    clock.seconds += 10

    assert build_time(zone="nova", name="s", mark="n") == pytest.approx(
        0.4 * full, abs=1
    )


def test_an_image_that_is_on_its_way_or_has_failed_does_not_help(
    driver, levers, clock, image_id, build_time
):
    levers.put_settings({"cache_seconds": 1000})
    driver.hosts.cache_image("host1", image_id)
    on_its_way = build_time(zone="nova")
    levers.add_fault({"effect": "error_status", "method": "hosts.cache_image"})
    driver.hosts.cache_image("host2", image_id)
    clock.seconds += 1000

    assert (on_its_way, build_time(zone="ZONE1")) == (100, 100)


def test_metadata_count_before_images(driver, clock, image_id, build_time):
    driver.hosts.cache_image("host1", image_id)
    clock.seconds += 10

    metadata = {"simulated_wait_time": "30"}

    assert build_time(zone="nova", metadata=metadata) == 30


def test_a_server_that_is_built_leaves_no_image(driver, levers, build_time):
    assert [build_time(zone="nova"), build_time(zone="nova")] == [100, 100]
    assert levers.image_caches() == []


def test_a_rebuild_takes_its_time(driver, cloud, owner, levers, clock, a_new_server):
    levers.put_settings({"operation_seconds": 50, "build_seconds": 0})
    new = a_new_server(zone="nova")
    server = servers.create(cloud, owner, new)
    driver.hosts.cache_image("host1", server.image_id)
    clock.seconds += 10

    asked = server_moves.Asked(operation="rebuild", params={})
    server_moves.act(cloud, owner, server.id, asked)
    clock.seconds += 49

    assert servers.look(cloud, owner, [server.id])[0].status == "REBUILD"


def test_a_group_decides_the_host_and_so_the_time(
    driver, cloud, owner, clock, image_id, a_new_server
):
    driver.hosts.cache_image("host1", image_id)
    clock.seconds += 10
    hosts.set_zones(cloud, "RegionOne", {"host2": "nova"})
    group_id = server_groups.create(cloud, owner, "apart", ["anti-affinity"]).id

    made = [
        servers.create(cloud, owner, a_new_server(zone="nova", group=group_id))
        for _ in range(2)
    ]
    clock.seconds += 40

    statuses = {
        one.host: servers.look(cloud, owner, [one.id])[0].status for one in made
    }
    assert statuses == {"host1": "ACTIVE", "host2": "BUILD"}
