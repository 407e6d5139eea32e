"""Requests are counted by service, method and route."""

import json
import pathlib
from typing import Any

import pytest

from tests.cloud import traffic

SERVER = "/v2.1/servers/6f0c7d1e-8a2b-4c3d-9e4f-0123456789ab"


def line(**changed: Any) -> str:
    fields = {
        "at": 100.0,
        "service": "nova",
        "method": "GET",
        "path": "/v2.1/servers/detail",
        "parameters": ["changes-since", "limit"],
        "status": 200,
        "took_s": 0.02,
        "agent": "openstacksdk/4.10.0",
        "request_id": "req-1",
        "caller_id": None,
        "project": "p",
    }
    return json.dumps(fields | changed) + "\n"


@pytest.fixture
def nova_log(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "access-nova.jsonl"
    path.write_text(line())
    return path


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "/"),
        ("/v2.1/servers/detail", "/v2.1/servers/detail"),
        (SERVER, "/v2.1/servers/{id}"),
        (f"{SERVER}/action", "/v2.1/servers/{id}/action"),
        ("/v3/projects/0123456789abcdef0123456789ABCDEF", "/v3/projects/{id}"),
        ("/v2.1/os-aggregates/12/action", "/v2.1/os-aggregates/{id}/action"),
        ("/v2.1/flavors/lab.tiny", "/v2.1/flavors/{name}"),
        ("/v2.1/flavors/1", "/v2.1/flavors/{id}"),
        ("/v2.1/flavors/detail", "/v2.1/flavors/detail"),
        ("/v2/queues/web/messages/", "/v2/queues/{name}/messages"),
        ("/v2.0/lbaas/pools/nohex", "/v2.0/lbaas/pools/nohex"),
        (
            "/v1/0123456789abcdef0123456789abcdef/stacks/web/"
            "6f0c7d1e-8a2b-4c3d-9e4f-0123456789ab",
            "/v1/{id}/stacks/{name}/{id}",
        ),
        (
            "/v1/0123456789abcdef0123456789abcdef/stacks/detail",
            "/v1/{id}/stacks/detail",
        ),
    ],
)
def test_a_route_has_no_ids_and_names(path: str, route: str) -> None:
    assert traffic.route(path) == route


def test_calls_to_the_same_route_are_counted_together(nova_log: pathlib.Path) -> None:
    with nova_log.open("a") as log:
        log.write(line(method="DELETE", path=SERVER, parameters=[], status=204))
        log.write(line(method="DELETE", path=SERVER.replace("6f", "7a"), parameters=[]))

    counted = traffic.count(traffic.calls(nova_log.parent))

    assert counted == {
        ("nova", "GET", "/v2.1/servers/detail"): 1,
        ("nova", "DELETE", "/v2.1/servers/{id}"): 2,
    }


def test_only_what_came_after_a_mark_is_read(nova_log: pathlib.Path) -> None:
    before = traffic.mark(nova_log.parent)
    with nova_log.open("a") as log:
        log.write(line(request_id="req-2"))
    end = traffic.mark(nova_log.parent)
    with nova_log.open("a") as log:
        log.write(line(request_id="req-3"))

    found = traffic.calls(nova_log.parent, before, end)

    assert [call.request_id for call in found] == ["req-2"]


def test_an_api_that_began_after_the_mark_is_read_whole(nova_log: pathlib.Path) -> None:
    before = traffic.mark(nova_log.parent)
    later = nova_log.with_name("access-octavia.jsonl")
    later.write_text(line(service="octavia"))

    found = traffic.calls(nova_log.parent, before)

    assert [call.service for call in found] == ["octavia"]


def test_a_line_that_is_being_written_waits_for_its_end(
    nova_log: pathlib.Path,
) -> None:
    half = line(request_id="req-2")
    with nova_log.open("a") as log:
        log.write(half[:20])
    before = traffic.mark(nova_log.parent)
    early = traffic.calls(nova_log.parent)
    with nova_log.open("a") as log:
        log.write(half[20:])

    found = traffic.calls(nova_log.parent, before)

    assert [call.request_id for call in early] == ["req-1"]
    assert [call.request_id for call in found] == ["req-2"]


def test_calls_of_all_apis_come_in_the_order_of_time(nova_log: pathlib.Path) -> None:
    early = nova_log.with_name("access-octavia.jsonl")
    early.write_text(line(service="octavia", at=50.0))

    found = traffic.calls(nova_log.parent)

    assert [call.service for call in found] == ["octavia", "nova"]


def test_a_time_is_kept_with_what_was_at_its_beginning(nova_log: pathlib.Path) -> None:
    with nova_log.open("a") as log:
        log.write(line(at=150.0))
        log.write(line(at=200.0))

    found = traffic.between(traffic.calls(nova_log.parent), 100.0, 200.0)

    assert [call.at for call in found] == [100.0, 150.0]


def test_a_field_of_a_later_version_does_no_harm(nova_log: pathlib.Path) -> None:
    nova_log.write_text(line(shoe_size=42))

    found = traffic.calls(nova_log.parent)

    assert [call.parameters for call in found] == [("changes-since", "limit")]


def test_a_table_begins_with_the_most_frequent_and_divides() -> None:
    counted = {("nova", "GET", "/a"): 1, ("octavia", "PUT", "/b"): 10}

    lines = traffic.table(counted, per=4).splitlines()

    assert [line.split() for line in lines] == [
        ["10", "2.50", "octavia", "PUT", "/b"],
        ["1", "0.25", "nova", "GET", "/a"],
    ]
