"""The whole set of policies: attached by the API, at work in the engine."""

from collections import Counter

import pytest

from senlin_like.drivers.base import NODE_MARK
from senlin_like.simulated_cloud import tables
from tests.torture import checks, watched

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
    "zone": ("zone_placement", {"zones": [{"name": "nova"}, {"name": "ZONE1"}]}),
    "region": ("region_placement", {"regions": [{"name": "RegionOne", "cap": 6}]}),
    "heal": (
        "health",
        {
            "detection": {
                "detection_modes": [watched.STATUS],
                "node_update_timeout": 30,
            },
            "recovery": {"actions": [{"name": "RECREATE"}], "fencing": ["COMPUTE"]},
        },
    ),
}
PRIORITIES = [100, 100, 200, 200, 300, 300, 400, 500, 600]


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
    """Make a cluster with the whole set of policies."""
    made = api.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})
    assert made.status == 201
    body = {"name": "c", "profile_id": "p", "desired_capacity": 2, "max_size": 6}
    ask("POST", "/v1/clusters", {"cluster": body | {"min_size": 1}})
    for number, (name, (kind, properties)) in enumerate(POLICIES.items()):
        version = "1.1" if kind == "health" else "1.0"
        given = {"type": f"senlin.policy.{kind}", "version": version}
        policy = {"name": name, "spec": given | {"properties": properties}}
        assert api.post("/v1/policies", {"policy": policy}).status == 201
        word = "policy_attach" if number % 2 else "attach_policy"
        ended = ask("POST", "/v1/clusters/c/actions", {word: {"policy_id": name}})
        assert ended["status"] == "SUCCEEDED", ended


def told(action):
    """Give the policies that had something to say, in their order."""
    return [one["policy"] for one in action["data"]["policies"]]


def calls(stage, *names):
    """Give how often the load balancers were called, by the calls' names."""
    counted = stage.controls.counters()
    return [sum(counted[f"load_balancing.{name}"].values()) for name in names]


def heals(api, stage):
    """Let a server die, and see its node recovered and balanced again."""
    # Nobody has looked for long, so the first look may decide nothing.
    assert watched.check(stage, after_s=watched.LATER_S) == []
    sick = stage.nodes()[0]
    stage.controls.kill_server(sick.physical_id)
    (recovery,) = watched.check(stage, after_s=61)
    assert recovery.target == sick.id
    stage.drain()
    nodes = api.get("/v1/nodes?cluster_id=c").json["nodes"]
    assert {one["status"] for one in nodes} == {"ACTIVE"}
    assert members(stage) == {one["id"] for one in nodes}


def are_all_types(api):
    """Tell whether the set has each type that there is."""
    every = {one["name"] for one in api.get("/v1/policy-types").json["policy_types"]}
    named = {f"senlin.policy.{kind}" for kind, _ in POLICIES.values()}
    return len(named) == 8 and named >= {
        one for one in every if one.startswith("senlin.")
    }


def test_the_whole_set_is_attached_and_works(api, stage, ask, spec):
    make_cluster(api, ask, spec)
    assert are_all_types(api)
    listed = api.get("/v1/clusters/c/policies").json["cluster_policies"]
    assert sorted(one["priority"] for one in listed) == PRIORITIES
    shown = api.get("/v1/clusters/c").json["cluster"]
    (balancer,) = shown["data"]["loadbalancers"].values()
    assert balancer["vip_address"]
    assert members(stage) == set(shown["nodes"])
    assert sorted(shown["policies"]) == sorted(one["id"] for one in listed)

    grown = ask("POST", "/v1/clusters/c/actions", {"scale_out": {}})
    assert (grown["status"], grown["data"]["creation"]["count"]) == ("SUCCEEDED", 2)
    assert told(grown) == ["out", "region", "near", "zone"]
    spread = Counter(one["zone"] for one in stage.servers())
    assert spread == {"nova": 2, "ZONE1": 2}

    again = api.post("/v1/clusters/c/actions", {"scale_out": {}})
    assert (again.status, again.type) == (409, "ActionCooldown")

    new = {"name": "q", "spec": spec | {"properties": {**spec["properties"]}}}
    new["spec"]["properties"]["metadata"] = {"release": "2"}
    api.post("/v1/profiles", {"profile": new})
    updated = ask("PATCH", "/v1/clusters/c", {"cluster": {"profile_id": "q"}})
    assert updated["status"] == "SUCCEEDED"
    assert [len(part) for part in updated["data"]["update"]["plan"]] == [2, 2]

    heals(api, stage)
    stage.controls.reset_counters()

    shrunk = ask("POST", "/v1/clusters/c/actions", {"scale_in": {}})
    assert (shrunk["status"], shrunk["data"]["deletion"]["count"]) == ("SUCCEEDED", 3)
    assert told(shrunk) == ["in", "batch", "region", "zone", "del"]
    assert [len(part) for part in shrunk["data"]["deletion"]["plan"]] == [2, 1]
    left = api.get("/v1/clusters/c").json["cluster"]["nodes"]
    assert (len(left), members(stage)) == (1, set(left))
    # Each batch is drained, and taken out; who goes alone by a call of his own.
    assert calls(stage, "put_members", "delete_member") == [3, 1]
    last = api.get("/v1/clusters/c/policies/out").json["cluster_policy"]["last_op"]
    assert last.endswith("Z")

    assert api.delete("/v1/policies/del").status == 409
    refused = api.delete("/v1/clusters/c")
    assert refused.status == 409
    assert str(sorted(POLICIES)) in refused.message
    gone = ask("DELETE", "/v1/clusters/c?force=true")
    assert gone["status"] == "SUCCEEDED"
    assert told(gone) == ["batch"]
    assert checks.problems(stage.deps.db, stage.driver.world) == []
    assert api.delete("/v1/policies/del").status == 204
