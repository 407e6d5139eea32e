"""What Docker answers of containers, read."""

import datetime

import pytest

from senlin_like.drivers.docker import shapes

ID = "a" * 64


def a_container(**state):
    return {
        "Id": ID,
        "Name": "/web-1",
        "Created": "2026-03-04T05:06:07.123456789Z",
        "State": {"Status": "running", **state},
        "Config": {"Image": "i", "Cmd": ["sh", "-c", "a b"], "Labels": {"k": "v"}},
    }


def a_line(**fields):
    line = {"Id": ID, "Names": ["/web-1"], "State": "running", "Created": 1_700_000_000}
    return {**line, "Image": "i", "Labels": {"k": "v"}, **fields}


def test_a_container_is_read():
    found = shapes.inspected(a_container())

    assert found.id == "a" * 36
    assert (found.name, found.status, found.reason) == ("web-1", "running", "")
    assert (found.image, found.command) == ("i", "sh -c 'a b'")
    assert found.labels == {"k": "v"}
    assert found.created_at == datetime.datetime(
        2026, 3, 4, 5, 6, 7, tzinfo=datetime.UTC
    )


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"Status": "exited", "ExitCode": 0}, ""),
        ({"Status": "exited", "ExitCode": 3}, "It ended with exit code 3."),
        ({"Status": "exited", "Error": "no such file"}, "no such file"),
        (
            {"Status": "exited", "OOMKilled": True, "ExitCode": 137},
            "It needed more memory than it may have.",
        ),
        # What it ended with the last time doesn't matter while it runs.
        ({"Status": "running", "ExitCode": 3}, ""),
    ],
)
def test_a_bad_end_has_a_reason(state, reason):
    assert shapes.inspected(a_container(**state)).reason == reason


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"Status": "Up 3 seconds"}, ""),
        ({"State": "exited", "Status": "Exited (0) 3 minutes ago"}, ""),
        (
            {"State": "exited", "Status": "Exited (137) 3 minutes ago"},
            "It ended with exit code 137.",
        ),
    ],
)
def test_a_line_of_a_list_is_read(fields, reason):
    found = shapes.listed(a_line(**fields))

    assert (found.id, found.name, found.reason) == ("a" * 36, "web-1", reason)
    assert found.labels == {"k": "v"}


def test_what_may_be_younger_does_not_look_older():
    assert shapes.listed(a_line()).created_at.timestamp() > 1_700_000_000.9


def test_what_docker_leaves_out_is_left_out():
    found = shapes.inspected({"Id": ID, "State": None, "Config": None})

    assert (found.status, found.command, found.created_at) == ("", None, None)
    assert shapes.listed({"Id": ID, "Names": None}).labels == {}
