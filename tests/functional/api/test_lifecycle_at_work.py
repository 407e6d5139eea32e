"""Lifecycle hooks by the API: who may complete what, and what clients see."""

import uuid

import pytest

from tests.torture import hooks

POLICY = {
    "type": "senlin.policy.deletion",
    "version": "1.1",
    "properties": {"criteria": "OLDEST_FIRST", "hooks": hooks.zaqar(300)},
}


@pytest.fixture
def api(stage, serve):
    return serve(stage.deps)


@pytest.fixture
def shrink(api, stage, spec):
    """Give what makes a cluster with a hook and shrinks it; it gives the action."""
    api.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})
    assert api.post("/v1/policies", {"policy": {"name": "d", "spec": POLICY}}).json

    def begin():
        body = {"name": "c", "profile_id": "p", "desired_capacity": 3}
        assert api.post("/v1/clusters", {"cluster": body}).status == 202
        stage.drain()
        path = "/v1/clusters/c/actions"
        assert api.post(path, {"policy_attach": {"policy_id": "d"}}).status == 202
        stage.drain()
        reply = api.post(path, {"scale_in": {"count": 1}})
        hooks.settle(stage)
        return reply.headers["location"].rpartition("/")[2]

    return begin


def show(api, action):
    return api.get(f"/v1/actions/{action}").json["action"]


def complete(api, token, cluster="c"):
    body = {"complete_lifecycle": {"lifecycle_action_token": token}}
    return api.post(f"/v1/clusters/{cluster}/actions", body)


def test_a_client_follows_a_hook_from_the_parent_to_the_end(api, stage, shrink):
    """As in Senlin's own functional test."""
    parent = show(api, shrink())
    assert parent["status"] == "WAITING"
    [token] = parent["depends_on"]
    child = show(api, token)
    assert child["status"] == "WAITING_LIFECYCLE_COMPLETION"
    assert child["cause"] == "Derived Action with Lifecycle Hook"
    assert child["depended_by"] == [parent["id"]]

    reply = complete(api, token)

    assert (reply.status, reply.json) == (202, {"action": token})
    assert reply.headers["location"].endswith(f"/v1/actions/{token}")
    assert show(api, token)["status_reason"] == "Lifecycle complete."
    stage.drain()
    assert show(api, token)["status"] == "SUCCEEDED"
    assert show(api, parent["id"])["status"] == "SUCCEEDED"
    nodes = api.get("/v1/nodes?cluster_id=c").json["nodes"]
    assert [node["status"] for node in nodes] == ["ACTIVE", "ACTIVE"]
    found = api.get(f"/v1/events?action=LIFECYCLE_HOOK&oid={child['target']}")
    assert [one["status"] for one in found.json["events"]] == ["start", "end"]


def test_completing_twice_is_as_good_as_once(api, stage, shrink):
    [token] = show(api, shrink())["depends_on"]
    complete(api, token)
    stage.drain()

    assert complete(api, token).status == 202
    assert show(api, token)["status"] == "SUCCEEDED"


def test_a_token_of_another_cluster_is_unknown(api, stage, shrink):
    body = {"name": "other", "profile_id": "p", "desired_capacity": 0}
    assert api.post("/v1/clusters", {"cluster": body}).status == 202
    [token] = show(api, shrink())["depends_on"]

    replies = [
        complete(api, token, "other"),
        complete(api, str(uuid.uuid4())),
        complete(api, token[:8]),
        complete(api, "no such token"),
    ]

    assert {reply.status for reply in replies} == {404}
    assert replies[0].message == f"The action '{token}' could not be found."
    assert show(api, token)["status"] == "WAITING_LIFECYCLE_COMPLETION"


def test_a_token_of_another_project_is_as_unknown_as_none(stage, shrink, api, as_user):
    [token] = show(api, shrink())["depends_on"]
    shown = api.get("/v1/clusters/c").json["cluster"]
    stranger = as_user("eve", "blue", "member")

    replies = [
        complete(stranger, token, shown["id"]),
        complete(stranger, token, str(uuid.uuid4())),
    ]

    assert {reply.status for reply in replies} == {404}
    assert {reply.json["error"]["error_code"] for reply in replies} == {
        "clustering.resource.not_found"
    }


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "Field `lifecycle_action_token' cannot be None"),
        (
            {"lifecycle_action_token": None},
            "Field `lifecycle_action_token' cannot be None",
        ),
    ],
)
def test_a_token_has_to_be_given(api, shrink, params, message):
    shrink()

    reply = api.post("/v1/clusters/c/actions", {"complete_lifecycle": params})

    assert (reply.status, reply.message) == (400, message)


def test_a_waiting_action_can_be_cancelled(api, stage, shrink):
    parent = show(api, shrink())
    [token] = parent["depends_on"]

    reply = api.patch(f"/v1/actions/{token}", {"action": {"status": "CANCELLED"}})
    stage.drain()

    assert reply.status == 202
    assert show(api, token)["status"] == "CANCELLED"
    assert show(api, parent["id"])["status"] == "FAILED"
    assert len(api.get("/v1/nodes?cluster_id=c").json["nodes"]) == 3


def test_a_node_that_waits_is_locked(api, shrink):
    [token] = show(api, shrink())["depends_on"]
    node = show(api, token)["target"]

    reply = api.post(f"/v1/nodes/{node}/actions", {"check": {}})

    assert reply.status == 409
