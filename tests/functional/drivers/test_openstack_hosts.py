"""Hosts, zones and images, as Nova is asked for them."""

import itertools

import pytest

from senlin_like import exceptions
from senlin_like.drivers.hosts import CacheStatus
from tests.functional.drivers import border
from tests.functional.drivers.border import Answer

NOVA = "/compute/v2.1"
IMAGE = "3d0a2f5e-0000-4000-8000-00000000cafe"
MARK = "senlin_like:zone_without_aggregates"
READS = [f"GET {NOVA}/os-aggregates", f"GET {NOVA}/os-services"]


class Nova:
    """The part of Nova that knows hosts: four of them, and the operator's zone."""

    def __init__(self):
        self.servers = {"host-1": 2}
        self.hosts = ["host-1", "host-2", "host-3", "host-4"]
        self.aggregates = {}
        self.ids = itertools.count(1)
        self.cached = []
        self.make("operator", {"availability_zone": "az1"}, ["host-1"])
        self.make("fast", {"disks": "ssd"}, ["host-1", "host-2"])

    def make(self, name, metadata=(), hosts=()):
        one = {"id": next(self.ids), "name": name, "metadata": dict(metadata)}
        self.aggregates[one["id"]] = {**one, "hosts": list(hosts)}
        return one["id"]

    def shown(self, number):
        one = self.aggregates[number]
        return {**one, "availability_zone": one["metadata"].get("availability_zone")}

    def zones(self):
        """Return what this service has made of zones, host → zone."""
        return {
            host: one["metadata"]["availability_zone"]
            for one in self.aggregates.values()
            if MARK in one["metadata"]
            for host in one["hosts"]
        }

    def __call__(self, asked):
        path = asked.path.removeprefix(NOVA)
        if path == "/os-services":
            return self.services(asked)
        if path == "/os-hypervisors/detail":
            return self.hypervisors(asked)
        if path.startswith("/os-aggregates"):
            return self.change(asked, path.split("/")[2:])
        return Answer(status=404)

    def services(self, asked):
        is_old = asked.headers["OpenStack-API-Version"] == "compute 2.52"
        zones = {
            host: one["metadata"]["availability_zone"]
            for one in self.aggregates.values()
            if "availability_zone" in one["metadata"]
            for host in one["hosts"]
        }
        found = [
            {
                "id": number if is_old else f"uuid-{number}",
                "host": host,
                "zone": zones.get(host, "elsewhere"),
                "state": "down" if host == "host-4" else "up",
                "status": "enabled",
                "disabled_reason": None,
                "updated_at": "2026-11-21T23:18:19.000000",
            }
            for number, host in enumerate(self.hosts, start=1)
        ]
        return Answer(body={"services": found[::-1]})

    def hypervisors(self, asked):
        """Return two pages, as Nova does where there are many."""
        half = 2 * ("marker" in asked.query)
        page = [
            {"service": {"host": host}, "running_vms": self.servers.get(host, 0)}
            for host in self.hosts[half : half + 2]
        ]
        href = f"http://elsewhere{NOVA}/os-hypervisors/detail?marker=2"
        links = [] if half else [{"rel": "next", "href": href}]
        return Answer(body={"hypervisors": page, "hypervisors_links": links})

    def change(self, asked, rest):
        if asked.method == "GET":
            every = [self.shown(number) for number in self.aggregates]
            return Answer(body={"aggregates": every})
        if not rest:
            name = asked.body["aggregate"]["name"]
            if name in [one["name"] for one in self.aggregates.values()]:
                return Answer(status=409, body={"conflictingRequest": {}})
            return Answer(body={"aggregate": self.shown(self.make(name))})
        one = self.aggregates[int(rest[0])]
        if asked.method == "DELETE":
            del self.aggregates[one["id"]]
            return Answer()
        if rest[1] == "images":
            self.cached.append((tuple(one["hosts"]), asked.body["cache"][0]["id"]))
            return Answer(status=202)
        return self.act(one, asked.body)

    def act(self, one, body):
        [(action, given)] = body.items()
        host = given.get("host")
        if host and host not in self.hosts:
            return Answer(status=404, body={"itemNotFound": {"message": "no host"}})
        if action == "add_host":
            one["hosts"].append(host)
        elif action == "remove_host":
            one["hosts"].remove(host)
        else:
            one["metadata"].update(given["metadata"])
        return Answer(body={"aggregate": self.shown(one["id"])})


@pytest.fixture
def nova():
    return Nova()


@pytest.fixture
def cloud(nova):
    with border.running() as made:
        made.otherwise = nova
        path = f"/image/v2/images/{IMAGE}"
        made.tell("GET", path, Answer(body={"id": IMAGE, "status": "active"}))
        yield made


@pytest.fixture
def hosts(cloud):
    driver = border.a_driver(cloud.url)
    yield driver.hosts
    driver.close()


def changes(cloud):
    return [one for one in cloud.calls() if not one.startswith("GET")]


def test_hosts_have_numbers_ids_zones_and_servers(cloud, hosts):
    found = hosts.list_hosts()

    assert [(one.number, one.id, one.name, one.zone, one.servers) for one in found] == [
        (1, "uuid-1", "host-1", "az1", 2),
        (2, "uuid-2", "host-2", "elsewhere", 0),
        (3, "uuid-3", "host-3", "elsewhere", 0),
        (4, "uuid-4", "host-4", "elsewhere", 0),
    ]
    assert [one.is_up for one in found] == [True, True, True, False]
    assert found[0].updated_at.isoformat() == "2026-11-21T23:18:19+00:00"
    # Services twice, aggregates, two pages of hypervisors.
    assert len(cloud.calls()) == 5


def test_zones_become_aggregates_of_our_own(cloud, nova, hosts):
    hosts.set_zones({"host-2": "blue", "host-3": "blue", "gone": "red"})

    assert nova.zones() == {"host-2": "blue", "host-3": "blue"}
    # Made, marked, and a host each.
    assert len(changes(cloud)) == 4


def test_what_is_so_already_is_not_written(cloud, nova, hosts):
    hosts.set_zones({"host-2": "blue"})
    cloud.asked.clear()

    hosts.set_zones({"host-2": "blue", "host-1": "az1", "host-3": "elsewhere"})

    assert cloud.calls() == READS
    assert nova.zones() == {"host-2": "blue"}


def test_only_differences_are_written(cloud, nova, hosts):
    hosts.set_zones({"host-2": "blue", "host-3": "blue"})
    cloud.asked.clear()

    hosts.set_zones({"host-2": "blue", "host-3": "red"})

    assert nova.zones() == {"host-2": "blue", "host-3": "red"}
    # One leaves, the new one is made and marked, one comes.
    assert len(changes(cloud)) == 4


def test_hosts_go_back_and_their_own_zone_was_known_all_the_time(nova, hosts):
    hosts.set_zones(dict.fromkeys(("host-2", "host-3", "host-4"), "blue"))
    told = {one.name: one.zone for one in hosts.list_hosts()}

    hosts.set_zones({})

    assert told == {"host-1": "az1", **dict.fromkeys(nova.zones(), "elsewhere")} | {
        f"host-{number}": "elsewhere" for number in (2, 3, 4)
    }
    names = [one["name"] for one in nova.aggregates.values()]
    assert names == ["operator", "fast"]


def test_an_operators_zone_stays_and_is_named(cloud, nova, hosts):
    with pytest.raises(exceptions.CloudError) as caught:
        hosts.set_zones({"host-1": "blue", "host-2": "blue"})

    assert caught.value.status == 409
    assert "'host-1'" in caught.value.message
    assert "'operator' (1)" in caught.value.message
    assert (changes(cloud), nova.zones()) == ([], {})


@pytest.mark.parametrize("after", [{}, {"host-3": "red"}])
def test_hosts_with_servers_stay_in_their_zone(cloud, nova, hosts, after):
    hosts.set_zones({"host-3": "blue"})
    nova.servers["host-3"] = 1
    cloud.asked.clear()

    with pytest.raises(exceptions.CloudError) as caught:
        hosts.set_zones(after)

    assert caught.value.status == 409
    assert "Host 'host-3' has 1 servers" in caught.value.message
    assert (changes(cloud), nova.zones()) == ([], {"host-3": "blue"})


def test_a_zone_that_was_begun_is_finished(nova, hosts):
    begun = nova.make("senlin-like-zone-blue")

    hosts.set_zones({"host-2": "blue"})

    assert nova.aggregates[begun]["hosts"] == ["host-2"]
    assert nova.zones() == {"host-2": "blue"}


def test_an_aggregate_of_that_name_that_somebody_uses_is_left_alone(nova, hosts):
    theirs = nova.make("senlin-like-zone-blue", {"disks": "hdd"})

    with pytest.raises(exceptions.CloudError) as caught:
        hosts.set_zones({"host-2": "blue"})

    assert caught.value.status == 409
    assert nova.aggregates[theirs]["hosts"] == []


def test_a_host_that_another_engine_has_just_added_is_fine(cloud, nova, hosts):
    path = f"{NOVA}/os-aggregates/3/action"
    message = "Aggregate 3 already has host host-2."
    conflict = {"conflictingRequest": {"message": message}}
    answers = [Answer(), Answer(status=409, body=conflict)]
    cloud.tell("POST", path, *answers)

    hosts.set_zones({"host-2": "blue"})

    assert changes(cloud) == [f"POST {NOVA}/os-aggregates", *[f"POST {path}"] * 2]


def test_an_image_is_brought_to_one_host(cloud, nova, hosts):
    before = dict(nova.aggregates)

    hosts.cache_image("host-2", IMAGE)

    assert nova.cached == [(("host-2",), IMAGE)]
    assert nova.aggregates == before
    asked = next(one for one in cloud.asked if one.path.endswith("/images"))
    assert asked.headers["OpenStack-API-Version"] == "compute 2.81"
    assert len(cloud.calls()) == 6


@pytest.mark.parametrize(
    ("host", "image_id", "kind"), [("gone", IMAGE, "host"), ("host-2", "x", "image")]
)
def test_what_isnt_there_is_named_and_nothing_is_left(
    nova, hosts, host, image_id, kind
):
    before = dict(nova.aggregates)

    with pytest.raises(exceptions.CloudNotFound) as caught:
        hosts.cache_image(host, image_id)

    assert (caught.value.kind, nova.aggregates, nova.cached) == (kind, before, [])


def test_nothing_is_known_of_images(cloud, hosts):
    assert hosts.look_at_images([]) == {}
    seen = hosts.look_at_images([IMAGE, "other"])

    assert len(seen) == 8
    assert {one.status for one in seen.values()} == {CacheStatus.UNKNOWN}
    assert len(cloud.calls()) == 1


def test_who_is_no_administrator_is_told_so(cloud, hosts):
    refusal = {"forbidden": {"message": "Policy doesn't allow os-services:list"}}
    cloud.tell("GET", f"{NOVA}/os-services", Answer(status=403, body=refusal))

    with pytest.raises(exceptions.CloudError) as caught:
        hosts.list_hosts()

    assert caught.value.status == 403
    assert "os-services:list" in caught.value.message
