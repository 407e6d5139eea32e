"""Host aggregates, in the manner of this service and in that of Nova's API."""

import re

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from tests.functional.api.conftest import SPEC
from tests.functional.callers import Caller

KEYS = {
    "availability_zone",
    "created_at",
    "deleted",
    "deleted_at",
    "hosts",
    "id",
    "metadata",
    "name",
    "updated_at",
    "uuid",
}
TIMES = {
    "clustering": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "compute": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}"),
}


@pytest.fixture
def busy(deps) -> str:
    """Put a server on a host, and return the host's name."""
    account = clouds.Account(user="u", project="p", region=None)
    cloud = deps.driver.cloud(account)
    image = cloud.images.find_image(SPEC["properties"]["image"])
    server = cloud.compute.create_server(
        objects.ServerRequest(
            name="busy", flavor_id="1", image_id=image.id, metadata={}, zone="nova"
        )
    )
    assert server.host is not None
    return server.host


def test_an_aggregate_lives(caller):
    made = caller.create("fast")
    assert set(made) == KEYS - {"hosts", "metadata"}
    assert isinstance(made["id"], int)
    assert TIMES[caller.mode].fullmatch(made["created_at"])
    assert (made["deleted"], made["deleted_at"]) == (False, None)
    assert (made["availability_zone"], made["updated_at"]) == (None, None)

    shown = caller.show(made)
    assert shown == {**made, "hosts": [], "metadata": {}}
    assert caller.call("GET").json == {"aggregates": [shown]}

    changed = caller.update(made, name="faster")
    assert changed.status == 200
    assert changed.json["aggregate"]["name"] == "faster"
    assert TIMES[caller.mode].fullmatch(changed.json["aggregate"]["updated_at"])
    assert changed.json["aggregate"] == caller.show(made)

    gone = caller.call("DELETE", f"/{made['id']}")
    assert (gone.status, gone.raw) == (200, b"")
    assert caller.call("GET", f"/{made['id']}").status == 404
    assert caller.create("faster")["id"] > made["id"]


def test_a_zone_is_metadata_too(caller):
    made = caller.create("a", "east")
    assert made["availability_zone"] == "east"
    assert caller.show(made)["metadata"] == {"availability_zone": "east"}

    changed = caller.put_metadata(made, availability_zone="west", key="value")

    assert changed.json["aggregate"]["availability_zone"] == "west"
    assert changed.json["aggregate"]["metadata"] == {
        "availability_zone": "west",
        "key": "value",
    }
    updated = caller.update(made, availability_zone="north").json["aggregate"]
    assert updated["metadata"] == {"availability_zone": "north", "key": "value"}


def test_metadata_are_merged(caller):
    made = caller.create("a")
    caller.put_metadata(made, keep="1", change="1", drop="1")

    changed = caller.put_metadata(made, change="2", drop=None, unknown=None, new="")

    assert changed.status == 200
    metadata = {"keep": "1", "change": "2", "new": ""}
    assert changed.json["aggregate"]["metadata"] == metadata
    assert caller.show(made)["metadata"] == metadata


def test_keys_that_differ_in_case_or_blanks_are_different(caller):
    made = caller.create("a")

    caller.put_metadata(made, **{"key": "1", "KEY": "2", "key ": "3"})

    assert caller.show(made)["metadata"] == {"key": "1", "KEY": "2", "key ": "3"}


def test_no_metadata_change_nothing(caller):
    made = caller.create("a")

    reply = caller.put_metadata(made)

    assert reply.status == 200
    assert reply.json["aggregate"]["updated_at"] is None


def test_hosts_are_in_the_order_of_addition(caller):
    made = caller.create("a")

    assert caller.add(made, "host2").json["aggregate"]["hosts"] == ["host2"]
    added = caller.add(made, "host1")
    assert added.status == 200
    assert added.json["aggregate"]["hosts"] == ["host2", "host1"]
    assert added.json["aggregate"]["updated_at"] is None
    caller.remove(made, "host2")
    caller.add(made, "host2")
    assert caller.show(made)["hosts"] == ["host1", "host2"]


def test_a_host_that_is_in_there_or_unknown(caller):
    made = caller.create("a")
    caller.add(made, "host1")

    again = caller.add(made, "host1")
    unknown = caller.add(made, "nowhere")
    other_case = caller.add(made, "HOST1")

    assert again.status == 409
    assert caller.text(again) == f"Aggregate {made['id']} already has host host1."
    assert (unknown.status, other_case.status) == (404, 404)
    assert caller.text(unknown) == "Compute host nowhere could not be found."


def test_a_host_that_is_not_in_there_cannot_leave(caller):
    made = caller.create("a")

    for host in ("host1", "nowhere"):
        reply = caller.remove(made, host)
        assert reply.status == 404
        assert f"Cannot remove host {host} in aggregate" in caller.text(reply)


def test_no_host_is_in_two_zones(caller):
    east, west = caller.create("e", "east"), caller.create("w", "west")
    nowhere, as_well = caller.create("n"), caller.create("e2", "east")
    caller.add(east, "host1")

    refused = caller.add(west, "host1")

    assert refused.status == 409
    assert caller.text(refused) == (
        f"Cannot add host to aggregate {west['id']}. Reason: One or more hosts "
        "already in availability zone(s) ['east']."
    )
    assert caller.add(nowhere, "host1").status == 200
    assert caller.add(as_well, "host1").status == 200
    for change in (
        caller.update(nowhere, availability_zone="west"),
        caller.put_metadata(nowhere, availability_zone="west"),
    ):
        assert change.status == 400
        assert "already in availability zone(s) ['east']" in caller.text(change)


def test_a_zone_that_is_refused_changes_nothing_else(caller):
    east, other = caller.create("e", "east"), caller.create("o")
    caller.add(east, "host1")
    caller.add(other, "host1")

    assert caller.update(other, name="x", availability_zone="west").status == 400
    assert caller.put_metadata(other, key="1", availability_zone="west").status == 400

    shown = caller.show(other)
    assert (shown["name"], shown["metadata"]) == ("o", {})
    assert shown["updated_at"] is None


@pytest.mark.parametrize("zone", [None, ""])
def test_an_aggregate_cannot_lose_its_zone(caller, zone):
    made = caller.create("a", "east")

    updated = caller.update(made, availability_zone=zone)
    reset = caller.put_metadata(made, availability_zone=zone)

    assert (updated.status, reset.status) == (400, 400)
    reason = "Aggregate a does not support empty named availability zone."
    assert caller.text(reset).endswith(reason)
    assert zone == "" or caller.text(updated).endswith(reason)
    assert caller.show(made)["availability_zone"] == "east"


def test_servers_keep_their_zone(caller, busy):
    east, plain = caller.create("e", "east"), caller.create("p")
    same = caller.create("s", "nova")

    refused = caller.add(east, busy)
    assert refused.status == 409
    assert "The host cannot be added" in caller.text(refused)
    assert caller.add(same, busy).status == 200
    assert caller.update(same, availability_zone="east").status == 400
    assert caller.remove(same, busy).status == 200
    assert caller.add(plain, busy).status == 200
    changed = caller.update(plain, availability_zone="east")
    assert changed.status == 400
    assert "One or more hosts contain instances in this zone" in caller.text(changed)


def test_a_host_with_servers_cannot_leave_its_zone(caller, deps):
    east = caller.create("e", "east")
    caller.add(east, "host1")
    account = clouds.Account(user="u", project="p", region=None)
    cloud = deps.driver.cloud(account)
    image = cloud.images.find_image(SPEC["properties"]["image"])
    cloud.compute.create_server(
        objects.ServerRequest(
            name="s", flavor_id="1", image_id=image.id, metadata={}, zone="east"
        )
    )

    refused = caller.remove(east, "host1")

    assert refused.status == 409
    assert "The host cannot be removed" in caller.text(refused)
    assert caller.show(east)["hosts"] == ["host1"]


def test_an_aggregate_with_hosts_stays(caller):
    made = caller.create("a")
    caller.add(made, "host1")

    refused = caller.call("DELETE", f"/{made['id']}")

    assert refused.status == 400
    assert caller.text(refused).endswith("Reason: Host aggregate is not empty.")
    caller.remove(made, "host1")
    assert caller.call("DELETE", f"/{made['id']}").status == 200


def test_names_are_taken_once(caller):
    first, second = caller.create("a"), caller.create("b")

    again = caller.call("POST", "", {"aggregate": {"name": "a"}})
    renamed = caller.update(second, name="a")

    assert (again.status, renamed.status) == (409, 409)
    assert caller.text(again) == "Aggregate a already exists."
    assert caller.update(first, name="a").status == 200
    assert caller.create("A")["name"] == "A"


@pytest.mark.parametrize("identity", ["-1", "999999999999999999999", "0"])
def test_numbers_that_nothing_has(caller, identity):
    for method in ("GET", "DELETE"):
        reply = caller.call(method, f"/{identity}")
        assert reply.status == 404
        assert caller.text(reply) == f"Aggregate {identity} could not be found."


def test_the_cloud_is_told_of_zones(caller, deps):
    made = caller.create("a", "east")
    caller.add(made, "host1")

    cloud = deps.driver.cloud(clouds.Account(user="u", project="p"))

    assert cloud.compute.zone_is_available("east")
    caller.remove(made, "host1")
    assert not cloud.compute.zone_is_available("east")


def test_a_cloud_that_is_away_changes_nothing(caller, monkeypatch, deps):
    made = caller.create("a")
    hosts = type(deps.driver.hosts)

    def away(self):
        raise exceptions.CloudBusy("the simulated cloud sleeps", 7)

    monkeypatch.setattr(hosts, "list_hosts", away)
    refused = caller.add(made, "host1")

    assert refused.status == 503
    assert refused.headers["retry-after"] == "7"
    assert caller.show(made)["hosts"] == []


@pytest.mark.parametrize(
    "failure", [exceptions.CloudBusy("the cloud sleeps", 7), ValueError("a bug")]
)
def test_a_cloud_that_is_not_told_is_told_later(caller, monkeypatch, deps, failure):
    made = caller.create("a", "east")
    hosts = type(deps.driver.hosts)
    cloud = deps.driver.cloud(clouds.Account(user="u", project="p"))

    def away(self, zones):
        raise failure

    with monkeypatch.context() as patched:
        patched.setattr(hosts, "set_zones", away)
        assert caller.add(made, "host1").status == 200
        assert not cloud.compute.zone_is_available("east")

    caller.put_metadata(made, key="value")

    assert cloud.compute.zone_is_available("east")


def test_aggregates_are_found_by_id_uuid_and_name(client):
    caller = Caller(client=client, mode="clustering")
    made = caller.create("fast one")

    for identity in (made["id"], made["uuid"], "fast%20one"):
        reply = caller.call("GET", f"/{identity}")
        assert reply.json["aggregate"]["id"] == made["id"]


def test_an_id_goes_before_a_name(client):
    caller = Caller(client=client, mode="clustering")
    first = caller.create("a")
    caller.create(str(first["id"]))

    assert caller.call("GET", f"/{first['id']}").json["aggregate"]["name"] == "a"


@pytest.mark.parametrize("query", ["?limit=1", "?sort=name", "?x=1"])
def test_the_list_takes_no_parameters(client, query):
    reply = client.get(f"/v1/os-aggregates{query}")

    assert reply.status == 400
    assert reply.message.startswith("Invalid parameter ")


@pytest.mark.parametrize(
    ("version", "statuses"), [("1.14", (400, 400)), ("1.15", (200, 400))]
)
def test_versions_before_it(client, version, statuses):
    listed = client.at(version).get("/v1/os-aggregates")
    images = client.at(version).post("/v1/os-aggregates/1/images", {"cache": []})

    assert (listed.status, images.status) == statuses
    assert images.type == "MethodVersionNotFound"
