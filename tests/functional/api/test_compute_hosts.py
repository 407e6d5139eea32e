"""Compute hosts below the compute root: who sees what of them at which version."""

import dataclasses
import datetime
import uuid

import jsonschema
import pytest

from senlin_like import exceptions
from senlin_like.db import aggregates
from tests.functional.hosts import WithHosts, a_host

ROOT = "/compute/v2.1"
HYPERVISORS = f"{ROOT}/os-hypervisors/detail"
SERVICES = f"{ROOT}/os-services"
VERSIONS = ["2.1", "2.10", "2.11", "2.27", "2.28", "2.32", "2.33", "2.52", "2.53",
            "2.69", "2.75", "2.81"]  # fmt: skip
UUID = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
TEXT_OR_NULL = {"type": ["string", "null"]}


def minor(version):
    return int(version.partition(".")[2])


def identity(version):
    return UUID if minor(version) >= 53 else {"type": "integer"}


def closed(**properties):
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def hypervisors_of_nova(version):
    """Describe Nova's answer: these keys, and no other ones."""
    numbers = [
        "current_workload", "free_disk_gb", "free_ram_mb", "hypervisor_version",
        "local_gb", "local_gb_used", "memory_mb", "memory_mb_used", "running_vms",
        "vcpus", "vcpus_used",
    ]  # fmt: skip
    item = closed(
        id=identity(version),
        hypervisor_hostname={"type": "string"},
        hypervisor_type={"type": "string"},
        state={"enum": ["up", "down"]},
        status={"enum": ["enabled", "disabled"]},
        service=closed(
            id=identity(version), host={"type": "string"}, disabled_reason=TEXT_OR_NULL
        ),
        cpu_info={"type": "object" if minor(version) >= 28 else "string"},
        disk_available_least={"type": ["integer", "null"]},
        host_ip=TEXT_OR_NULL,
        **{name: {"type": "integer"} for name in numbers},
    )
    return closed(hypervisors={"type": "array", "items": item})


def services_of_nova(version):
    later = {"forced_down": {"type": "boolean"}} if minor(version) >= 11 else {}
    item = closed(
        id=identity(version),
        binary={"const": "nova-compute"},
        host={"type": "string"},
        zone={"type": "string", "minLength": 1},
        state={"enum": ["up", "down"]},
        status={"enum": ["enabled", "disabled"]},
        disabled_reason=TEXT_OR_NULL,
        updated_at={
            "type": ["string", "null"],
            "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$",
        },
        **later,
    )
    return closed(services={"type": "array", "items": item})


@pytest.fixture
def deps(deps):
    """The parts of a service whose cloud has three hosts."""
    hosts = (
        a_host(1, servers=2),
        a_host(2, zone="own", state="down", updated_at=None),
        a_host(3, zone=None, status="disabled", disabled_reason="broken fan"),
    )
    return dataclasses.replace(deps, driver=WithHosts(deps.driver, *hosts))


@pytest.fixture
def ask(client):
    def get(path, version="2.81"):
        header = {"HTTP_OPENSTACK_API_VERSION": f"compute {version}"}
        return client.at(None).with_environ(**header).get(path)

    return get


@pytest.fixture
def group(deps):
    """Make an aggregate with a zone and hosts."""

    def make(zone, *hosts):
        row = {
            "uuid": str(uuid.uuid4()),
            "name": f"of {zone}",
            "zone": zone,
            "meta_data": {},
            "created_at": datetime.datetime.now(datetime.UTC),
        }

        def work(session):
            made = aggregates.insert(session, row)
            for host in hosts:
                aggregates.add_host(session, made, host)

        deps.db.transact(work)

    return make


@pytest.mark.parametrize("version", VERSIONS)
def test_hypervisors_have_novas_form_at_every_version(ask, version):
    reply = ask(HYPERVISORS, version)

    assert reply.status == 200
    jsonschema.validate(reply.json, hypervisors_of_nova(version))
    assert len(reply.json["hypervisors"]) == 3


@pytest.mark.parametrize("version", VERSIONS)
def test_services_have_novas_form_at_every_version(ask, version):
    reply = ask(SERVICES, version)

    assert reply.status == 200
    jsonschema.validate(reply.json, services_of_nova(version))
    assert len(reply.json["services"]) == 3


def test_a_hypervisor_tells_what_is_known_of_its_host(ask):
    first, second, third = ask(HYPERVISORS).json["hypervisors"]

    assert first["running_vms"] == 2
    assert (second["state"], second["status"]) == ("down", "enabled")
    assert third["service"] == {
        "id": "00000000-0000-4000-8000-000000000003",
        "host": "host3",
        "disabled_reason": "broken fan",
    }


def test_hosts_have_numbers_before_they_have_uuids(ask):
    assert [one["id"] for one in ask(SERVICES, "2.52").json["services"]] == [1, 2, 3]
    assert ask(HYPERVISORS, "2.52").json["hypervisors"][1]["service"]["id"] == 2


def test_the_zone_is_the_aggregates_or_the_hosts_own_or_novas(ask, group):
    group("east", "host1")
    group(None, "host2")

    zones = {one["host"]: one["zone"] for one in ask(SERVICES).json["services"]}

    assert zones == {"host1": "east", "host2": "own", "host3": "nova"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["host1", "host2", "host3"]),
        ("?binary=nova-compute", ["host1", "host2", "host3"]),
        ("?binary=nova-scheduler", []),
        ("?host=host2", ["host2"]),
        ("?host=HOST2", []),
        ("?binary=nova-compute&host=host3", ["host3"]),
        ("?binary=&host=&other=x", ["host1", "host2", "host3"]),
    ],
)
def test_services_are_found_by_program_and_host(ask, query, found):
    listed = ask(SERVICES + query).json["services"]

    assert [one["host"] for one in listed] == found


def test_hypervisors_come_in_pages(ask):
    first = ask(f"{HYPERVISORS}?limit=2").json
    [link] = first["hypervisors_links"]
    second = ask(link["href"].removeprefix("http://localhost")).json

    assert link["rel"] == "next"
    assert [
        one["hypervisor_hostname"]
        for one in first["hypervisors"] + second["hypervisors"]
    ] == ["host1", "host2", "host3"]
    assert "hypervisors_links" not in second


@pytest.mark.parametrize("query", ["limit=x", "limit=-1", "limit=1.5", "marker=x"])
def test_a_page_that_cannot_be_is_refused_where_there_are_pages(ask, query):
    refused = ask(f"{HYPERVISORS}?{query}", "2.33")

    assert refused.status == 400
    assert refused.json["badRequest"]["code"] == 400
    assert len(ask(f"{HYPERVISORS}?{query}", "2.32").json["hypervisors"]) == 3


def test_hypervisors_are_found_by_a_part_of_their_name(ask):
    path = f"{HYPERVISORS}?hypervisor_hostname_pattern="

    assert len(ask(f"{path}OST").json["hypervisors"]) == 3
    assert len(ask(f"{path}ost2").json["hypervisors"]) == 1
    assert ask(f"{path}x").json == {
        "itemNotFound": {"code": 404, "message": "No hypervisor matching 'x' found."}
    }
    assert len(ask(f"{path}x", "2.52").json["hypervisors"]) == 3


@pytest.mark.parametrize("path", [HYPERVISORS, SERVICES])
def test_hosts_are_for_administrators(as_user, path):
    refused = as_user("u", "p", "manager").get(path)

    rule = {HYPERVISORS: "os_hypervisors:index", SERVICES: "os_services:index"}[path]
    assert refused.status == 403
    assert refused.json["forbidden"] == {
        "code": 403,
        "message": f"Policy doesn't allow {rule} to be performed.",
    }
    assert as_user("a", "p", "admin").get(path).status == 200


@pytest.mark.parametrize("path", [HYPERVISORS, SERVICES])
@pytest.mark.parametrize(
    "error", [exceptions.CloudBusy("x"), exceptions.CloudError("x")]
)
def test_a_cloud_that_is_away_is_told(serve, deps, path, error):
    client = serve(dataclasses.replace(deps, driver=WithHosts(deps.driver, error)))

    reply = client.get(path)

    assert reply.status == 503
    assert reply.json["serviceUnavailable"]["code"] == 503
    assert int(reply.headers["retry-after"]) > 0


@pytest.mark.parametrize("path", ["/os-hypervisors", "/os-hypervisors/1", "/servers"])
def test_nothing_else_of_nova_is_there(ask, path):
    assert ask(ROOT + path).json == {
        "itemNotFound": {
            "code": 404,
            "message": "The resource could not be found.",
        }
    }
