"""Clusters, their actions, operations and attributes."""

# ruff: noqa: E501 - texts of the wire stay in one piece

import dataclasses
import re
import uuid

import pytest


def test_a_cluster_is_accepted_with_its_action(client, profile, woken, action_of):
    body = {
        "name": "c", "profile_id": "p", "min_size": "1", "max_size": None,
        "desired_capacity": None, "timeout": None, "metadata": None, "config": None,
    }  # fmt: skip
    reply = client.post("/v1/clusters", {"cluster": body})

    action = action_of(client, reply)
    assert action["action"] == "CLUSTER_CREATE"
    assert action["target"] == action["cluster_id"] == reply.json["cluster"]["id"]
    assert re.fullmatch("cluster_create_[0-9a-f]{8}", action["name"])
    assert woken
    cluster = reply.json["cluster"]
    assert (cluster["min_size"], cluster["max_size"], cluster["desired_capacity"]) == (
        1,
        -1,
        1,
    )
    assert cluster["timeout"] == 3600
    assert (cluster["status"], cluster["status_reason"]) == ("INIT", "Initializing")
    assert cluster["metadata"] == cluster["config"] == cluster["data"] == {}
    assert cluster["nodes"] == cluster["policies"] == []
    assert client.get("/v1/clusters/c").json["cluster"] == cluster


def test_locations_have_the_mount_prefix(client, profile):
    mounted = client.with_environ(SCRIPT_NAME="/clustering")

    reply = mounted.post("/v1/clusters", {"cluster": {"name": "c", "profile_id": "p"}})

    assert reply.headers["location"].startswith(
        "http://localhost/clustering/v1/actions/"
    )


def test_a_cluster_of_an_unknown_profile_is_a_bad_request(client):
    missing = str(uuid.uuid4())

    reply = client.post(
        "/v1/clusters", {"cluster": {"name": "c", "profile_id": missing}}
    )

    assert reply.status == 400
    assert reply.message == f"The specified profile '{missing}' could not be found."


def test_a_cluster_has_sizes_that_fit(client, profile):
    body = {"name": "c", "profile_id": "p", "min_size": 5, "desired_capacity": 2}

    reply = client.post("/v1/clusters", {"cluster": body})

    assert reply.message == (
        "The target capacity (2) is less than the specified min_size (5)."
    )


def test_a_project_has_so_many_clusters(build, deps, profile):
    client = build(dataclasses.replace(deps.settings, max_clusters_per_project=1))
    body = {"cluster": {"name": "c", "profile_id": "p"}}
    client.post("/v1/clusters", body)

    reply = client.post("/v1/clusters", body)

    assert reply.status == 403
    assert reply.type == "OverQuota"


def test_a_cluster_is_changed(client, deps, cluster, action_of, end_actions):
    end_actions(deps)

    reply = client.patch("/v1/clusters/c", {"cluster": {"name": "d", "timeout": 240}})

    action = action_of(client, reply)
    assert action["action"] == "CLUSTER_UPDATE"
    assert action["inputs"] == {"name": "d", "timeout": 240}
    assert reply.json["cluster"]["name"] == "c"


def test_fields_of_later_versions_are_checked_and_dropped(
    client, deps, cluster, end_actions
):
    end_actions(deps)
    older = client.at("1.5")

    wrong = older.patch("/v1/clusters/c", {"cluster": {"profile_only": "x"}})
    dropped = older.patch("/v1/clusters/c", {"cluster": {"profile_only": True}})

    assert "Unrecognized value 'x'" in wrong.message
    assert dropped.message == "No property needs an update."


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "No action specified"),
        ({}, "No action specified"),
        ({"resize": {}, "check": {}}, "Multiple actions specified"),
        ({"bogus": {}}, "Unrecognized action 'bogus' specified"),
        ({"check": ["k1", "v1"]}, "The data provided is not a map"),
        ({"check": None}, "The data provided is not a map"),
        ({"add_nodes": {}}, "Value for 'nodes' must have at least 1 item(s)."),
        ({"add_nodes": {"nodes": []}}, "Value for 'nodes' must have at least 1 item(s)."),
        ({"add_nodes": {"nodes": None}}, "Value for 'nodes' must have at least 1 item(s)."),
        ({"add_nodes": {"nodes": "node_id"}}, "Items for 'nodes' must be unique"),
        ({"add_nodes": {"nodes": "abc"}}, "'abc' is not of type 'array' (field 'nodes')"),
        ({"add_nodes": {"nodes": [1]}}, "1 is not of type 'string' (field 'nodes')"),
        ({"add_nodes": {"nodes": ["a", "a"]}}, "Items for 'nodes' must be unique"),
        (
            {"del_nodes": {"nodes": ["a"], "destroy_after_deletion": "not_bool"}},
            "Unrecognized value 'not_bool', acceptable values are: '0', '1', 'f', 'false',"
            " 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'",
        ),
        ({"replace_nodes": {}}, "The data provided is not a map"),
        ({"replace_nodes": {"nodes": []}}, "The data provided is not a map"),
        ({"replace_nodes": {"nodes": {}}}, "The data provided is not a map"),
        (
            {"replace_nodes": {"nodes": {"old_node": None}}},
            "Field `nodes[old_node]' cannot be None",
        ),
        ({"replace_nodes": {"nodes": {"a": 5}}}, "5 is not of type 'string' (field 'nodes')"),
        (
            {"replace_nodes": {"nodes": {"a": []}}},
            "A string is required in field nodes[a], not a list",
        ),
        ({"replace_nodes": {"nodes": {"a": "c", "b": "c"}}}, "Map contains duplicated values"),
        ({"scale_out": {"count": "bad-count"}}, "The value for count must be an integer: 'bad-count'."),
        ({"scale_in": {"count": -1}}, "Value must be >= 0 for field 'count'."),
        ({"scale_in": {"count": 1.5}}, "1.5 is not of type 'integer', 'string' (field 'count')"),
        ({"scale_in": {"count": 0}}, "Count for scale-in request cannot be 0."),
        ({"scale_out": {"count": 0}}, "Count for scale-out request cannot be 0."),
        (
            {"resize": {"adjustment_type": "bogus", "number": 1}},
            "Value 'bogus' is not acceptable for field 'adjustment_type'.",
        ),
        ({"resize": {}}, "Not enough parameters to do resize action."),
        ({"resize": {"number": 5}}, "Missing adjustment_type value for size adjustment."),
        (
            {"resize": {"adjustment_type": "CHANGE_IN_CAPACITY"}},
            "Missing number value for size adjustment.",
        ),
        ({"resize": {"number": "x"}}, "could not convert string to float: 'x'"),
        (
            {"resize": {"min_size": 20, "max_size": 10}},
            "The specified min_size (20) is greater than the specified max_size (10).",
        ),
        (
            {"complete_lifecycle": {}},
            "Field `lifecycle_action_token' cannot be None",
        ),
        ({"policy_attach": {}}, "'policy_id' is a required property"),
    ],
)  # fmt: skip
def test_actions_are_checked_before_their_cluster_is_looked_for(client, body, message):
    reply = client.post("/v1/clusters/nobody/actions", body)

    assert reply.status == 400, reply.raw
    assert reply.message == message


@pytest.mark.parametrize(
    ("name", "params", "kind"),
    [
        ("scale_out", {"count": "1"}, "CLUSTER_SCALE_OUT"),
        ("scale_in", {"count": None}, "CLUSTER_SCALE_IN"),
        (
            "resize",
            {"adjustment_type": "EXACT_CAPACITY", "number": 2, "min_step": "junk",
             "strict": None, "min_size": None, "max_size": None, "other": 1},
            "CLUSTER_RESIZE",
        ),
        ("check", {"anything": 1}, "CLUSTER_CHECK"),
        ("recover", {"operation": "rebuild"}, "CLUSTER_RECOVER"),
    ],
)  # fmt: skip
def test_actions_on_clusters_are_accepted(
    client, deps, cluster, name, params, kind, act, action_of, end_actions
):
    end_actions(deps)

    reply = act(client, name, params)

    action = action_of(client, reply)
    assert reply.json == {"action": action["id"]}
    assert action["action"] == kind


@pytest.mark.parametrize("name", ["check", "recover", "scale_out"])
def test_actions_on_no_cluster_are_not_found(client, name, act):
    assert act(client, name, {}).message == "The cluster 'c' could not be found."


def test_an_action_in_line_conflicts(client, cluster, act):
    reply = act(client, "scale_out", {"count": 1})

    assert reply.status == 409
    assert reply.type == "ActionConflict"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "No operation specified"),
        ({"a": {}, "b": {}}, "Multiple operations specified"),
        ({"reboot": 5}, "The data provided is not a map"),
        ({"reboot": {"params": 5}}, "5 is not of type 'object' (field 'params')"),
    ],
)
def test_operations_on_clusters_are_checked(client, body, message):
    assert client.post("/v1/clusters/c/ops", body).message == message


def test_attributes_are_collected(client, cluster):
    assert client.get("/v1/clusters/c/attrs/name").json == {"cluster_attributes": []}
    assert client.get("/v1/clusters/x/attrs/None").message == (
        "Required path attribute is missing."
    )
    assert client.get("/v1/clusters/x/attrs/a[").status == 400
    assert client.get("/v1/clusters/x/attrs/name").status == 404
