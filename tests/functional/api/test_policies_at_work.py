"""The whole set of policies: attached by the API, at work in the engine."""

import pytest

from senlin_like.drivers.base import NODE_MARK
from senlin_like.simulated_cloud import tables
from tests.torture import checks

POLICIES = {
    "out": (
        "scaling",
        {"event": "CLUSTER_SCALE_OUT", "adjustment": {"number": 2, "cooldown": 30}},
    ),
    "in": (
        "scaling",
        {
            "event": "CLUSTER_SCALE_IN",
            "adjustment": {"number": 9, "best_effort": True},
        },
    ),
    "batch": ("batch", {"max_batch_size": 2, "pause_time": 1}),
    "lb": (
        "loadbalance",
        {"pool": {"subnet": "private-subnet"}, "vip": {"subnet": "private-subnet"}},
    ),
    "near": ("affinity", {"servergroup": {"policies": "soft-affinity"}}),
    "del": ("deletion", {"criteria": "YOUNGEST_FIRST", "grace_period": 2}),
}


@pytest.fixture
def api(stage, serve):
    return serve(stage.deps)


@pytest.fixture
def ask(api, stage):
    """Send a request that starts an action; give the action as it ended."""

    def send(method, path, body=None):
        reply = api.call(method, path, body)
        assert reply.status == 202, reply.raw
        stage.drain()
        action_id = reply.headers["location"].rpartition("/")[2]
        return api.get(f"/v1/actions/{action_id}").json["action"]

    return send


def members(stage):
    """Give the ids of the nodes that are in a pool."""
    rows = checks.cloud_rows(stage.driver.world, tables.MEMBERS)
    tags = [tag.partition("=") for row in rows for tag in row.tags]
    return {value for key, _, value in tags if key == NODE_MARK}


def make_cluster(api, ask, spec):
    """Make a cluster with the whole set of policies; give the profile's answer."""
    profile = api.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})
    body = {"name": "c", "profile_id": "p", "desired_capacity": 2, "max_size": 6}
    ask("POST", "/v1/clusters", {"cluster": body | {"min_size": 1}})
    for number, (name, (kind, properties)) in enumerate(POLICIES.items()):
        given = {"type": f"senlin.policy.{kind}", "version": "1.0"}
        policy = {"name": name, "spec": given | {"properties": properties}}
        assert api.post("/v1/policies", {"policy": policy}).status == 201
        word = "policy_attach" if number % 2 else "attach_policy"
        ended = ask("POST", "/v1/clusters/c/actions", {word: {"policy_id": name}})
        assert ended["status"] == "SUCCEEDED", ended
    return profile


def test_the_whole_set_is_attached_and_works(api, stage, ask, spec):
    profile = make_cluster(api, ask, spec)
    listed = api.get("/v1/clusters/c/policies").json["cluster_policies"]
    assert sorted(one["priority"] for one in listed) == [100, 100, 200, 300, 400, 500]
    shown = api.get("/v1/clusters/c").json["cluster"]
    (balancer,) = shown["data"]["loadbalancers"].values()
    assert balancer["vip_address"]
    assert members(stage) == set(shown["nodes"])
    assert sorted(shown["policies"]) == sorted(one["id"] for one in listed)

    grown = ask("POST", "/v1/clusters/c/actions", {"scale_out": {}})
    assert (grown["status"], grown["data"]["creation"]["count"]) == ("SUCCEEDED", 2)
    stage.controls.reset_counters()

    again = api.post("/v1/clusters/c/actions", {"scale_out": {}})
    assert (again.status, again.type) == (409, "ActionCooldown")

    new = {"name": "q", "spec": spec | {"properties": {**spec["properties"]}}}
    new["spec"]["properties"]["metadata"] = {"release": "2"}
    api.post("/v1/profiles", {"profile": new})
    updated = ask("PATCH", "/v1/clusters/c", {"cluster": {"profile_id": "q"}})
    assert updated["status"] == "SUCCEEDED"
    assert [len(part) for part in updated["data"]["update"]["plan"]] == [2, 2]

    shrunk = ask("POST", "/v1/clusters/c/actions", {"scale_in": {}})
    assert (shrunk["status"], shrunk["data"]["deletion"]["count"]) == ("SUCCEEDED", 3)
    assert [one["policy"] for one in shrunk["data"]["policies"]] == ["in", "del"]
    left = api.get("/v1/clusters/c").json["cluster"]["nodes"]
    assert (len(left), members(stage)) == (1, set(left))
    changes = stage.controls.counters()["load_balancing.put_members"]
    assert sum(changes.values()) == 2  # drained, and taken out
    last = api.get("/v1/clusters/c/policies/out").json["cluster_policy"]["last_op"]
    assert last.endswith("Z")

    assert api.delete("/v1/policies/del").status == 409
    refused = api.delete("/v1/clusters/c")
    assert refused.status == 409
    assert "['batch', 'del', 'in', 'lb', 'near', 'out']" in refused.message
    gone = ask("DELETE", "/v1/clusters/c?force=true")
    assert gone["status"] == "SUCCEEDED"
    assert api.delete("/v1/policies/del").status == 204
    assert profile.status == 201
