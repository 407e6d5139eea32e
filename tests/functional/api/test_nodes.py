"""Nodes, their actions and operations, and adoption."""

import pytest


def test_a_node_is_accepted_with_its_action(client, profile, action_of):
    body = {
        "name": "n",
        "profile_id": "p",
        "cluster_id": None,
        "role": None,
        "metadata": None,
    }

    reply = client.post("/v1/nodes", {"node": body})

    action = action_of(client, reply)
    assert action["action"] == "NODE_CREATE"
    assert action["cluster_id"] == ""
    node = reply.json["node"]
    assert (node["cluster_id"], node["index"], node["role"]) == ("", -1, "")
    assert node["tainted"] is False
    assert "details" not in node
    assert "tainted" not in client.at("1.12").get("/v1/nodes/n").json["node"]


def test_a_node_of_an_unknown_cluster_is_a_bad_request(client, profile):
    body = {"node": {"name": "n", "profile_id": "p", "cluster_id": "x"}}

    assert client.post("/v1/nodes", body).message == (
        "The specified cluster 'x' could not be found."
    )


def test_a_node_is_changed(client, deps, node, action_of, end_actions):
    end_actions(deps)

    reply = client.patch("/v1/nodes/n", {"node": {"role": "master", "tainted": True}})

    assert action_of(client, reply)["action"] == "NODE_UPDATE"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "No action specified."),
        ({"check": {}, "recover": {}}, "Multiple actions specified."),
        ({"bogus": {}}, "Unrecognized action 'bogus' specified"),
        ({"check": []}, "The params provided is not a map."),
    ],
)
def test_actions_on_nodes_are_checked(client, body, message):
    assert client.post("/v1/nodes/n/actions", body).message == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "No operation specified."),
        ({"a": {}, "b": {}}, "Multiple operations specified."),
        ({"reboot": []}, "The params provided is not a map."),
        (
            {"dance": {}},
            "The requested operation 'dance' is not supported by the profile type "
            "'os.nova.server-1.0'.",
        ),
        (
            {"reboot": {"type": "Unknown"}},
            "'Unknown' must be one of the allowed values: SOFT, HARD.",
        ),
    ],
)
def test_operations_on_nodes_are_checked(client, node, body, message):
    assert client.post("/v1/nodes/n/ops", body).message == message


def test_actions_and_operations_on_nodes_are_accepted(
    client, deps, node, action_of, end_actions
):
    end_actions(deps)

    checked = client.post("/v1/nodes/n/actions", {"check": {}})
    operated = client.post("/v1/nodes/n/ops", {"reboot": {"type": "SOFT"}})

    assert action_of(client, checked)["action"] == "NODE_CHECK"
    assert action_of(client, operated)["action"] == "NODE_OPERATION"


@pytest.mark.parametrize("value", ["true", "True", "false"])
def test_details_of_a_node_can_be_asked_for(client, node, value):
    assert client.get(f"/v1/nodes/n?show_details={value}&other=1").status == 200
    assert client.get("/v1/nodes/n?show_details=x").status == 400


def test_something_that_exists_is_adopted(client):
    body = {"identity": "missing", "type": "os.nova.server-1.0"}

    assert client.post("/v1/nodes/adopt", body).status == 400
    assert client.post("/v1/nodes/adopt-preview", body).status == 400
    assert client.post("/v1/nodes/adopt", {"identity": "x", "type": "y"}).status == 400
    assert client.post("/v1/nodes/adopt", {"type": "y"}).message == (
        "'identity' is a required property"
    )
    assert client.post("/v1/nodes/adopt-preview", {**body, "name": "n"}).message == (
        "Additional properties are not allowed ('name' was unexpected)"
    )
