"""Deletions, actions, events and types."""

import uuid

import pytest


@pytest.mark.parametrize("path", ["/v1/clusters/c", "/v1/nodes/n"])
def test_deletions_answer_null(
    client, deps, cluster, node, path, action_of, end_actions
):
    end_actions(deps)

    reply = client.delete(path)

    assert reply.raw == b"null"
    assert action_of(client, reply)["action"].endswith("_DELETE")


@pytest.mark.parametrize("path", ["/v1/clusters/c", "/v1/nodes/n"])
def test_deletions_can_be_forced_since_their_version(
    client, deps, cluster, node, path, end_actions
):
    end_actions(deps)
    with deps.db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE cluster SET status = 'CREATING'")
        connection.exec_driver_sql("UPDATE node SET status = 'CREATING'")

    assert client.delete(path).type == "ActionInProgress"
    assert client.delete(path, {"force": None}).status == 409
    assert client.at("1.7").delete(f"{path}?force=true").status == 409
    assert client.delete(path, {"force": True}).status == 202
    assert client.delete(f"{path}?force=True").status == 202


def test_force_is_a_boolean(client):
    wrong = "Invalid value 'x' specified for 'force'"

    assert client.delete("/v1/clusters/c?force=x").message == wrong
    assert client.delete("/v1/nodes/n", {"force": "x"}).message == wrong
    assert (
        "Unrecognized value 'x'"
        in client.delete("/v1/clusters/c", {"force": "x"}).message
    )


def test_an_action_is_cancelled(client, cluster):
    (action,) = client.get("/v1/actions").json["actions"]
    path = f"/v1/actions/{action['id']}"

    reply = client.patch(path, {"action": {"status": "CANCELLED"}})

    assert reply.status == 202
    # openstacksdk looks for the action in every body that is JSON, null too.
    assert reply.raw == b""
    assert reply.headers["content-length"] == "0"
    assert "content-type" not in reply.headers
    assert reply.headers["location"] == f"http://localhost{path}"


@pytest.mark.parametrize(
    ("query", "body", "message"),
    [
        ("", {}, "Malformed request data, missing 'action' key in request body."),
        (
            "",
            {"action": {"status": "cancelled"}},
            "Unknown status cancelled for action a.",
        ),
        ("", {"action": {}}, "'status' is a required property"),
        ("", {"action": {"status": None}}, "Field `status' cannot be None"),
        (
            "?force=x",
            {"action": {"status": "CANCELLED"}},
            "Invalid value 'x' specified for 'force'",
        ),
    ],
)
def test_a_cancellation_is_checked(client, query, body, message):
    assert client.patch(f"/v1/actions/a{query}", body).message == message


def test_an_unknown_action_is_not_found(client):
    missing = str(uuid.uuid4())

    shown = client.get(f"/v1/actions/{missing}")
    cancelled = client.patch(
        f"/v1/actions/{missing}", {"action": {"status": "CANCELLED"}}
    )

    assert shown.status == cancelled.status == 404
    assert shown.message == f"The action '{missing}' could not be found."
    assert client.call("POST", "/v1/actions", {}).status == 405


def test_events_are_shown(client, cluster):
    missing = str(uuid.uuid4())

    assert client.get(f"/v1/events/{missing}").message == (
        f"The event '{missing}' could not be found."
    )
    assert client.get("/v1/events").status == 200


def test_types_are_listed_by_version(client):
    older = client.at("1.4").get("/v1/profile-types").json["profile_types"]
    newer = client.at("1.5").get("/v1/profile-types").json["profile_types"]

    assert {"name": "os.nova.server-1.0"} in older
    by_name = {one["name"]: one for one in newer}
    assert by_name["os.nova.server"]["version"] == "1.0"
    assert list(by_name["os.nova.server"]["support_status"]) == ["1.0"]


def test_a_type_is_shown(client):
    path = "/v1/profile-types/os.nova.server-1.0"

    assert set(client.at("1.4").get(path).json["profile_type"]) == {"name", "schema"}
    assert "support_status" in client.get(path).json["profile_type"]
    assert "reboot" in client.get(f"{path}/ops").json["operations"]


def test_policy_types_are_listed_by_version(client):
    older = client.at("1.4").get("/v1/policy-types?x=1").json["policy_types"]
    newer = client.at("1.5").get("/v1/policy-types").json["policy_types"]

    assert {"name": "senlin.policy.loadbalance-1.3"} in older
    assert all(set(one) == {"name"} for one in older)
    assert {
        "name": "senlin.policy.health",
        "version": "1.0",
        "support_status": {
            "1.0": [
                {"status": "EXPERIMENTAL", "since": "2017.02"},
                {"status": "SUPPORTED", "since": "2018.06"},
            ]
        },
    } in newer
    assert {f"{one['name']}-{one['version']}" for one in newer} == {
        one["name"] for one in older
    }


def test_a_policy_type_is_shown(client):
    path = "/v1/policy-types/senlin.policy.deletion-1.1"
    older = client.at("1.4").get(path).json["policy_type"]
    newer = client.at("1.5").get(path).json["policy_type"]

    assert set(older) == {"name", "schema"}
    assert older["name"] == "senlin.policy.deletion-1.1"
    assert older["schema"]["criteria"] == {
        "type": "String",
        "description": "Which nodes go first.",
        "required": False,
        "updatable": False,
        "default": "RANDOM",
        "constraints": [
            {
                "type": "AllowedValues",
                "constraint": [
                    "OLDEST_FIRST",
                    "OLDEST_PROFILE_FIRST",
                    "YOUNGEST_FIRST",
                    "RANDOM",
                ],
            }
        ],
    }
    assert newer["support_status"] == {
        "1.0": [{"status": "SUPPORTED", "since": "2016.04"}],
        "1.1": [{"status": "SUPPORTED", "since": "2018.01"}],
    }


@pytest.mark.parametrize(
    "path",
    [
        "profile-types/x",
        "profile-types/x/ops",
        "policy-types/x",
    ],
)
def test_an_unknown_type_is_not_found(client, path):
    reply = client.get(f"/v1/{path}")

    assert reply.status == 404
    assert reply.message.endswith("_type 'x' could not be found.")


def test_build_info_tells_the_revisions(client):
    assert client.get("/v1/build-info?x=1").json == {
        "build_info": {"api": {"revision": "1.0"}, "engine": {"revision": "1.0"}}
    }
