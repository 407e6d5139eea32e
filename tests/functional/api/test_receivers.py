"""Receivers: made, listed, shown, changed, deleted."""

import dataclasses
import json
import re

import pytest

from senlin_like.db import credentials

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
HOOK = {
    "name": "r",
    "type": "webhook",
    "cluster_id": "c",
    "action": "CLUSTER_SCALE_OUT",
    "params": {"count": 2},
}


def make(client, **changes):
    return client.post("/v1/receivers", {"receiver": {**HOOK, **changes}})


@pytest.fixture
def receiver(client, cluster):
    reply = make(client)
    assert reply.status == 201, reply.raw
    return reply.json["receiver"]


def test_a_webhook_lives(client, cluster, receiver):
    assert receiver["cluster_id"] == cluster["id"]
    assert receiver["params"] == {"count": 2}
    assert receiver["actor"] == {"trust_id": "******"}
    assert receiver["channel"]["alarm_url"].endswith(
        f"/v1/webhooks/{receiver['id']}/trigger?V=2&count=2"
    )
    assert receiver["updated_at"] is None
    assert TIME.fullmatch(receiver["created_at"])

    for identity in (receiver["id"], "r", receiver["id"][:6]):
        assert client.get(f"/v1/receivers/{identity}").json["receiver"] == receiver
    assert client.get("/v1/receivers").json == {"receivers": [receiver]}

    gone = client.delete("/v1/receivers/r")
    assert (gone.status, gone.raw) == (204, b"")
    missing = client.get("/v1/receivers/r")
    assert missing.status == 404
    assert missing.message == "The receiver 'r' could not be found."


@pytest.mark.parametrize("version", ["1.0", "1.7", "latest"])
def test_receivers_are_there_at_every_version(client, cluster, version):
    old = client.at(version)

    assert make(old).status == 201
    changed = old.patch("/v1/receivers/r", {"receiver": {"name": "s"}})

    assert changed.status == 200


def test_a_change_leaves_the_address_and_the_birthday(client, receiver):
    changes = {"name": "s", "action": "CLUSTER_SCALE_IN", "params": {"count": "3"}}

    reply = client.patch("/v1/receivers/r", {"receiver": changes})

    changed = reply.json["receiver"]
    assert reply.status == 200
    assert {key: changed[key] for key in changes} == changes
    assert changed["updated_at"] is not None
    assert changed["created_at"] == receiver["created_at"]
    assert changed["channel"] == receiver["channel"]
    assert client.get("/v1/receivers/s").json["receiver"] == changed


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": None, "action": None, "params": None},
        {"name": "r", "action": "CLUSTER_SCALE_OUT", "params": {"count": 2}},
    ],
)
def test_a_change_that_changes_nothing_is_refused(client, receiver, changes):
    reply = client.patch("/v1/receivers/r", {"receiver": changes})

    assert reply.status == 400
    assert reply.message == "No property needs an update."


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Malformed request data, missing 'receiver' key in request body."),
        (
            {"receiver": {"type": "message"}},
            "Additional properties are not allowed ('type' was unexpected)",
        ),
        (
            {"receiver": {"action": "CLUSTER_CREATE"}},
            "Action name cannot be any of ['CLUSTER_CREATE'].",
        ),
        (
            {"receiver": {"action": "NODE_CHECK"}},
            "Value 'NODE_CHECK' is not acceptable for field 'action'.",
        ),
    ],
)
def test_bad_changes(client, receiver, body, message):
    reply = client.patch("/v1/receivers/r", body)

    assert (reply.status, reply.message) == (400, message)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"cluster_id": None},
            "Cluster identity is required for creating webhook receiver.",
        ),
        (
            {"cluster_id": ""},
            "Cluster identity is required for creating webhook receiver.",
        ),
        ({"cluster_id": "x"}, "The referenced cluster 'x' could not be found."),
        ({"action": None}, "Field `action' cannot be None"),
        ({"action": "BOGUS"}, "Value 'BOGUS' is not acceptable for field 'action'."),
        (
            {"action": "CLUSTER_CREATE"},
            "Action name cannot be any of ['CLUSTER_CREATE'].",
        ),
        ({"type": "bogus"}, "Value 'bogus' is not acceptable for field 'type'."),
        ({"type": None}, "Field `type' cannot be None"),
        ({"params": []}, "[] is not of type 'object' (field 'params')"),
        ({"actor": 1}, "1 is not of type 'object' (field 'actor')"),
        ({"cluster_id": 5}, "5 is not of type 'string' (field 'cluster_id')"),
        (
            {"channel": {}},
            "Additional properties are not allowed ('channel' was unexpected)",
        ),
    ],
)
def test_bad_receivers(client, cluster, changes, message):
    reply = make(client, **changes)

    assert (reply.status, reply.message) == (400, message)
    assert client.get("/v1/receivers").json == {"receivers": []}


@pytest.mark.parametrize(
    ("lacking", "message"),
    [
        ("name", "'name' is a required property"),
        ("type", "'type' is a required property"),
        ("action", "Action name is required for creating webhook receiver."),
    ],
)
def test_what_a_webhook_needs(client, cluster, lacking, message):
    body = {key: value for key, value in HOOK.items() if key != lacking}

    reply = client.post("/v1/receivers", {"receiver": body})

    assert (reply.status, reply.message) == (400, message)


def test_an_ambiguous_cluster_is_refused(client, cluster, profile):
    body = {"cluster": {"name": "c", "profile_id": profile["id"]}}
    client.post("/v1/clusters", body)

    reply = make(client)

    assert (reply.status, reply.type) == (400, "MultipleChoices")


@pytest.mark.parametrize("params", [None, {}])
def test_no_params(client, cluster, params):
    made = make(client, params=params).json["receiver"]

    assert made["params"] == params
    assert made["channel"]["alarm_url"].endswith("/trigger?V=2")


def test_names_are_unique_where_the_operator_wants_it(build, deps, cluster):
    strict = build(dataclasses.replace(deps.settings, name_unique=True))
    assert make(strict).status == 201

    reply = make(strict)

    assert reply.status == 400
    assert reply.message == "A receiver named 'r' already exists."


def test_passwords_are_sealed_and_shown_to_nobody(client, cluster, deps):
    params = {"operation": "change_password", "params": {"admin_pass": "s3cret"}}

    reply = make(client, action="CLUSTER_OPERATION", params={**params, "password": "x"})

    shown = reply.json["receiver"]["params"]
    assert shown["params"] == {"admin_pass": "******"}
    assert shown["password"] == "******"
    for answer in (reply, client.get("/v1/receivers"), client.get("/v1/receivers/r")):
        assert b"s3cret" not in answer.raw
    with deps.db.engine.begin() as connection:
        row = connection.exec_driver_sql("SELECT * FROM receiver").one()
    assert "s3cret" not in json.dumps([str(value) for value in row])


@pytest.fixture
def several(client, cluster):
    made = [
        make(client, name="b", action="CLUSTER_CHECK"),
        make(client, name="a"),
        client.post("/v1/receivers", {"receiver": {"name": "m", "type": "message"}}),
    ]
    return [reply.json["receiver"] for reply in made]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["a", "b", "m"]),
        ("sort=name:desc", ["m", "b", "a"]),
        ("sort=type,action", ["m", "b", "a"]),
        ("sort=cluster_id,created_at", ["m", "b", "a"]),
        ("name=a&name=m", ["a", "m"]),
        ("type=webhook", ["a", "b"]),
        ("type=webhook&type=message", ["a", "b", "m"]),
        ("action=CLUSTER_CHECK", ["b"]),
        ("action=CLUSTER_CHECK&action=CLUSTER_SCALE_OUT", ["a", "b"]),
        ("user=admin", ["a", "b", "m"]),
        ("user=x", []),
        ("cluster_id=c", []),
        ("limit=1", ["a"]),
        ("limit=0", []),
        ("global_project=true", ["a", "b", "m"]),
    ],
)
def test_lists(client, several, query, names):
    listed = client.get(f"/v1/receivers?{query}").json["receivers"]

    assert [one["name"] for one in listed] == names


def test_lists_by_cluster_and_by_marker(client, several, cluster):
    of_cluster = client.get(f"/v1/receivers?cluster_id={cluster['id']}").json
    page = client.get(f"/v1/receivers?limit=1&marker={several[1]['id']}").json

    assert [one["name"] for one in of_cluster["receivers"]] == ["a", "b"]
    assert [one["name"] for one in page["receivers"]] == ["b"]
    assert f"marker={several[0]['id']}" in page["receivers_links"][0]["href"]


def test_before_version_1_4_the_user_is_no_filter(client, several):
    assert len(client.at("1.3").get("/v1/receivers?user=x").json["receivers"]) == 3


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("bogus=foo", "Invalid parameter bogus"),
        ("limit=not-int", "The value for limit must be an integer: 'not-int'."),
        ("sort=bad-sort", "Unsupported sort key 'bad-sort' for 'sort'."),
        ("marker=bad", "The value for marker is not a valid UUID: 'bad'."),
        ("global_project=x", "Invalid value 'x' specified for 'global_project'"),
        ("type=x", "Field value x is invalid"),
        ("action=NODE_CHECK", "Field value NODE_CHECK is invalid"),
    ],
)
def test_bad_lists(client, query, message):
    reply = client.get(f"/v1/receivers?{query}")

    assert (reply.status, reply.message) == (400, message)


def test_a_name_that_fits_several_is_ambiguous(client, cluster):
    make(client)
    make(client)

    for reply in (client.get("/v1/receivers/r"), client.delete("/v1/receivers/r")):
        assert (reply.status, reply.type) == (400, "MultipleChoices")


@pytest.fixture
def ann(as_user, spec):
    """A member with a cluster ``c``."""
    client = as_user("ann", "red", "member")
    client.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})
    reply = client.post("/v1/clusters", {"cluster": {"name": "c", "profile_id": "p"}})
    assert reply.status == 202, reply.raw
    return client


def test_only_the_owner_of_a_cluster_makes_webhooks_for_it(as_user, ann):
    colleague = make(as_user("bob", "red", "member"))
    stranger = make(as_user("eve", "blue", "member"))

    assert colleague.status == 403
    assert stranger.status == 400
    assert make(ann).status == 201
    assert (
        as_user("eve", "blue", "member").get("/v1/receivers?global_project=true").status
        == 403
    )


def test_the_webhook_of_an_administrator_acts_for_the_owner_of_the_cluster(
    as_user, ann, deps, end_actions
):
    end_actions(deps)
    root = as_user("root", "ops", "admin")

    made = make(root).json["receiver"]
    url = made["channel"]["alarm_url"].partition("8777")[2]
    action = as_user.nobody.post(url).json["action"]

    assert (made["user"], made["project"]) == ("root", "ops")
    started = ann.get(f"/v1/actions/{action}").json["action"]
    assert (started["user"], started["project"]) == ("ann", "red")
    assert ann.get("/v1/receivers/r").status == 404


def test_who_works_beside_an_administrator_does_not_reach_further(as_user, ann):
    make(as_user("root", "ops", "admin"))
    member = as_user("joe", "ops", "member")

    reply = member.patch("/v1/receivers/r", {"receiver": {"action": "CLUSTER_DELETE"}})

    assert reply.status == 403
    assert member.delete("/v1/receivers/r").status == 204


def test_an_owner_for_whom_nobody_may_act_has_to_renew_that(as_user, ann, deps):
    stored = credentials.for_owner(deps.db, "ann", "red")
    deps.driver.identity.revoke(stored)

    refused = make(as_user("root", "ops", "admin"))
    own = make(ann)
    accepted = make(as_user("root", "ops", "admin"))

    assert (refused.status, own.status, accepted.status) == (409, 201, 201)


def test_addresses_come_from_the_options_or_the_catalogue(build, deps, as_user, ann):
    catalogue = [
        {"type": "compute", "endpoints": [{"publicURL": "http://nova"}]},
        {"type": "clustering", "endpoints": [{"publicURL": "https://c.example/x/"}]},
    ]
    told = ann.with_environ(HTTP_X_SERVICE_CATALOG=json.dumps(catalogue))

    by_catalogue = make(told).json["receiver"]["channel"]["alarm_url"]
    by_host = make(ann).json["receiver"]["channel"]["alarm_url"]

    assert by_catalogue.startswith("https://c.example/x/v1/webhooks/")
    assert by_host.startswith("http://localhost:8777/v1/webhooks/")


def test_a_cluster_with_receivers_stays(client, cluster, receiver, end_actions, deps):
    end_actions(deps)

    reply = client.delete("/v1/clusters/c")

    assert (reply.status, reply.type) == (409, "ResourceInUse")
    assert reply.message.startswith(
        "The cluster 'c' cannot be deleted: still has receiver(s): ['r']"
    )
    assert client.get("/v1/clusters/c").json["cluster"]["status"] == "ACTIVE"


@pytest.mark.parametrize("version", ["1.0", "1.8", "latest"])
@pytest.mark.parametrize("how", ["query", "body"])
def test_force_removes_receivers_at_every_version(
    client, receiver, version, how, end_actions, deps
):
    end_actions(deps)
    query = "?force=true" if how == "query" else ""
    body = {"force": True} if how == "body" else None

    reply = client.at(version).delete(f"/v1/clusters/c{query}", body)

    assert reply.status == 202


def test_an_operator_can_let_receivers_go_with_clusters(
    build, deps, receiver, end_actions
):
    end_actions(deps)
    settings = dataclasses.replace(deps.settings, delete_cluster_dependents=True)

    assert build(settings).delete("/v1/clusters/c").status == 202
