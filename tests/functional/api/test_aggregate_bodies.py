"""Requests on host aggregates whose bodies can't be, in both manners of the API."""

from typing import Any

import pytest

CREATIONS: list[Any] = [
    {},
    {"aggregate": {}},
    {"aggregate": {"name": ""}},
    {"aggregate": {"name": "a" * 256}},
    {"aggregate": {"name": " a"}},
    {"aggregate": {"name": "a\n"}},
    {"aggregate": {"name": "a\u0000b"}},
    {"aggregate": {"name": 5}},
    {"aggregate": {"name": None}},
    {"aggregate": {"name": "a", "availability_zone": ""}},
    {"aggregate": {"name": "a", "availability_zone": "a:b"}},
    {"aggregate": {"name": "a", "availability_zone": "z" * 256}},
    {"aggregate": {"name": "a", "other": 1}},
    {"aggregate": {"name": "a"}, "other": 1},
    {"aggregate": "a"},
    {"aggregate": None},
]


@pytest.mark.parametrize("body", CREATIONS)
def test_creations_that_cannot_be(caller, body):
    reply = caller.call("POST", "", body)

    assert reply.status == 400
    assert caller.text(reply)
    assert caller.call("GET").json == {"aggregates": []}


def test_a_refusal_names_field_and_value(caller):
    reply = caller.call("POST", "", {"aggregate": {"name": ""}})

    text = caller.text(reply)
    assert text.startswith("Invalid input for field/attribute name. Value: . ")
    extra = caller.call("POST", "", {"aggregate": {"name": "a"}, "x": 1})
    assert caller.text(extra) == (
        "Additional properties are not allowed ('x' was unexpected)"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": ""},
        {"name": "   "},
        {"name": None},
        {"availability_zone": 1},
        {"name": "b", "hosts": []},
    ],
)
def test_updates_that_cannot_be(caller, changes):
    made = caller.create("a")

    assert caller.update(made, **changes).status == 400
    assert caller.show(made)["name"] == "a"


def test_blanks_around_a_new_name_do_not_count(caller):
    made = caller.create("a")

    assert caller.update(made, name="  b ").json["aggregate"]["name"] == "b"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"add_host": {}},
        {"add_host": {"host": "a b"}},
        {"add_host": {"host": "host1\n"}},
        {"add_host": {"host": ""}},
        {"add_host": {"host": "host1", "x": 1}},
        {"add_host": {"host": "host1"}, "remove_host": {"host": "host1"}},
        {"remove_host": None},
        {"set_metadata": {}},
        {"set_metadata": {"metadata": {"a/b": "1"}}},
        {"set_metadata": {"metadata": {"": "1"}}},
        {"set_metadata": {"metadata": {"key\n": "1"}}},
        {"set_metadata": {"metadata": {"key": 1}}},
        {"set_metadata": {"metadata": {"key": "v" * 256}}},
        {"set_metadata": {"metadata": {"k" * 256: "v"}}},
        {"set_metadata": {"metadata": []}},
        {"set_metadata": {"metadata": {"availability_zone": "a\u0000b"}}},
        {"set_metadata": {"metadata": {"availability_zone": "a\n"}}},
        {"set_metadata": {"metadata": {"availability_zone": " "}}},
        {"set_metadata": {"metadata": {"availability_zone": "a:b"}}},
        {"unheard_of": {}},
    ],
)
def test_actions_that_cannot_be(caller, body):
    made = caller.create("a")

    reply = caller.call("POST", f"/{made['id']}/action", body)

    assert reply.status == 400
    assert caller.text(reply)
    shown = caller.show(made)
    assert (shown["hosts"], shown["metadata"]) == ([], {})


@pytest.mark.parametrize("body", [{}, {"set_metadata": {}, "add_host": {}}])
def test_an_action_is_one_key(caller, body):
    made = caller.create("a")

    reply = caller.call("POST", f"/{made['id']}/action", body)

    assert caller.text(reply) == "Malformed request body"


def test_an_action_that_is_not_known_is_named(caller):
    made = caller.create("a")

    reply = caller.act(made, "paint", {})

    assert caller.text(reply) == "There is no such action: paint"


def test_a_body_with_many_defects_is_not_looked_through(caller):
    made = caller.create("a")

    reply = caller.call("POST", f"/{made['id']}/images", {"cache": [1] * 1000})

    assert caller.text(reply).startswith("Invalid input for field/attribute 19. ")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"aggregate": {"name": "a"}}', "application/vnd.openstack.compute+json"),
        (
            b'{"aggregate": {"name": "a"}}',
            "application/vnd.openstack.compute+json; version=2.1",
        ),
        (b'\r\n\t {"aggregate": {"name": "a"}}\n', "application/json"),
    ],
)
def test_bodies_are_read_as_nova_does(client, body, kind):
    reply = client.at(None).post("/v1/os-aggregates", body, CONTENT_TYPE=kind)

    assert reply.status == 200, reply.raw
