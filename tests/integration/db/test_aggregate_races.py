"""Many clients change aggregates at once: nothing is lost, no host is in two zones.

Each client has an application and connections of its own, as a process has.
"""

import io
import json
import random

import pytest

from senlin_like.api import app
from senlin_like.db import session, vault
from senlin_like.drivers.options import DriverOptions
from senlin_like.drivers.simulated import cloud
from senlin_like.operations.deps import Deps
from senlin_like.policies.registry import Registry as PolicyRegistry
from senlin_like.profiles.registry import Registry
from tests.functional.configured import configure
from tests.integration.db.together import at_once

CLIENTS = 8
STEPS = 12
HOSTS = [f"node-{number}" for number in range(6)]
PATH = "/v1/os-aggregates"


class Client:
    """Sends requests to an application of its own."""

    def __init__(self, deps: Deps) -> None:
        self._wsgi = app.build(deps, configure())

    def call(self, method, path, body=None):
        raw = b"" if body is None else json.dumps(body).encode()
        answered = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": f"{PATH}{path}",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_OPENSTACK_API_VERSION": "clustering 1.16",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(raw)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(raw),
        }
        chunks = self._wsgi(environ, lambda status, _headers: answered.append(status))
        content = b"".join(chunks)
        return int(answered[0][:3]), json.loads(content) if content else None


@pytest.fixture
def clients(database, url, tmp_path):
    """Give clients of one service, and of a cloud with hosts and no servers."""
    options = DriverOptions(simulated_url=f"sqlite:///{tmp_path}/cloud.db")
    driver = cloud.connect(options)
    for host in HOSTS:
        driver.controls.set_host(host, {"zone": "nova"})
    databases = [
        session.connect(url, vault.Vault([vault.new_key()])) for _ in range(CLIENTS)
    ]
    yield [
        Client(
            Deps(
                db=one,
                wake=lambda: None,
                profiles=Registry({}),
                policies=PolicyRegistry({}),
                driver=driver,
            )
        )
        for one in databases
    ]
    for one in databases:
        one.dispose()
    driver.close()


@pytest.fixture(autouse=True)
def nothing_left(clients):
    yield
    for one in clients[0].call("GET", "")[1]["aggregates"]:
        for host in one["hosts"]:
            clients[0].call(
                "POST", f"/{one['id']}/action", {"remove_host": {"host": host}}
            )
        assert clients[0].call("DELETE", f"/{one['id']}")[0] == 200


def create(client, name, zone=None):
    body = {"aggregate": {"name": name, "availability_zone": zone}}
    status, made = client.call("POST", "", body)
    assert status == 200
    return made["aggregate"]["id"]


def test_no_metadata_are_lost(clients):
    made = create(clients[0], "shared")

    def write(client, name):
        for number in range(STEPS):
            body = {"set_metadata": {"metadata": {f"{name}-{number}": name}}}
            assert client.call("POST", f"/{made}/action", body)[0] == 200

    at_once(*[lambda c=c, n=n: write(c, f"c{n}") for n, c in enumerate(clients)])

    shown = clients[0].call("GET", f"/{made}")[1]["aggregate"]
    assert len(shown["metadata"]) == CLIENTS * STEPS


def test_no_name_is_given_twice(clients):
    results = at_once(
        *[
            lambda c=c: c.call("POST", "", {"aggregate": {"name": "wanted"}})[0]
            for c in clients
        ]
    )

    assert sorted(results) == [200] + [409] * (CLIENTS - 1)


def test_a_host_is_added_once(clients):
    made = create(clients[0], "shared")
    body = {"add_host": {"host": HOSTS[0]}}

    results = at_once(
        *[lambda c=c: c.call("POST", f"/{made}/action", body)[0] for c in clients]
    )

    assert sorted(results) == [200] + [409] * (CLIENTS - 1)
    shown = clients[0].call("GET", f"/{made}")[1]["aggregate"]
    assert shown["hosts"] == [HOSTS[0]]


def test_a_host_goes_into_one_zone_of_many(clients):
    groups = [create(clients[0], f"g{n}", f"zone-{n}") for n in range(CLIENTS)]
    body = {"add_host": {"host": HOSTS[0]}}

    results = at_once(
        *[
            lambda c=c, g=g: c.call("POST", f"/{g}/action", body)[0]
            for c, g in zip(clients, groups, strict=True)
        ]
    )

    assert sorted(results) == [200] + [409] * (CLIENTS - 1)


@pytest.mark.parametrize("seed", range(2))
def test_whatever_clients_do_no_host_is_in_two_zones(clients, seed):
    groups = [
        create(clients[0], f"g{number}", zone)
        for number, zone in enumerate(("east", "west", None, None))
    ]
    members = {group: [] for group in groups}
    noted = []

    def walk(client, chance):
        for _ in range(STEPS):
            group, host = chance.choice(groups), chance.choice(HOSTS)
            verb = chance.choice(["add_host", "add_host", "remove_host", "zone"])
            if verb == "zone":
                zone = chance.choice(["east", "west"])
                change = {"aggregate": {"availability_zone": zone}}
                status, _ = client.call("PUT", f"/{group}", change)
            else:
                status, _ = client.call(
                    "POST", f"/{group}/action", {verb: {"host": host}}
                )
                if status == 200:
                    noted.append((verb, group, host))
            assert status in (200, 400, 404, 409)

    at_once(
        *[
            lambda c=c, n=n: walk(c, random.Random(seed * 100 + n))
            for n, c in enumerate(clients)
        ]
    )

    shown = clients[0].call("GET", "")[1]["aggregates"]
    for host in HOSTS:
        zones = {one["availability_zone"] for one in shown if host in one["hosts"]}
        assert len(zones - {None}) <= 1
    for one in shown:
        members[one["id"]] = one["hosts"]
    for group in groups:
        for host in HOSTS:
            balance = noted.count(("add_host", group, host)) - noted.count(
                ("remove_host", group, host)
            )
            assert members[group].count(host) == balance
