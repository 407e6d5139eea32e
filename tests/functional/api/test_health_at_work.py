"""Health policies by the API: attached, at work, and what clients see of it."""

import dataclasses

import pytest

from tests.torture import watched

MODES = [{"type": "NODE_STATUS_POLLING"}]


@pytest.fixture
def api(stage, serve):
    return serve(stage.deps)


@pytest.fixture
def heal(api, stage, spec):
    """Make a cluster with a health policy that is due now; return its nodes."""

    def make(size, version="1.2", **recovery):
        api.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})
        body = {"name": "c", "profile_id": "p", "desired_capacity": size}
        assert api.post("/v1/clusters", {"cluster": body}).status == 202
        stage.drain()
        given = {
            "detection": {"detection_modes": MODES, "node_update_timeout": 30},
            "recovery": recovery,
        }
        health = {"type": "senlin.policy.health", "version": version}
        policy = {"name": "h", "spec": health | {"properties": given}}
        assert api.post("/v1/policies", {"policy": policy}).status == 201
        stage.advance(watched.LATER_S)
        attach = {"policy_attach": {"policy_id": "h"}}
        assert api.post("/v1/clusters/c/actions", attach).status == 202
        stage.drain()
        return api.get("/v1/nodes?cluster_id=c&sort=name").json["nodes"]

    return make


def test_a_failed_node_is_seen_repaired_and_told_of(api, stage, heal):
    node = heal(3)[0]
    stage.controls.kill_server(node["physical_id"])

    watched.check(stage)
    stage.drain()

    healed = api.get(f"/v1/nodes/{node['id']}").json["node"]
    assert healed["status"] == "ACTIVE"
    assert healed["physical_id"] != node["physical_id"]
    (action,) = api.get("/v1/actions?action=NODE_RECOVER").json["actions"]
    assert (action["cause"], action["status"]) == ("Health Check", "SUCCEEDED")
    events = api.get("/v1/events?action=HEALTH_CHECK").json["events"]
    assert sorted((one["level"], one["otype"]) for one in events) == [
        ("INFO", "NODE"),
        ("WARN", "NODE"),
    ]
    assert {one["oid"] for one in events} == {node["id"]}


def test_the_breaker_speaks_to_the_owner(api, stage, heal):
    for node in heal(4, "1.3", max_unhealthy_percent=25)[:2]:
        stage.controls.kill_server(node["physical_id"])

    watched.check(stage)

    events = api.get("/v1/events?action=HEALTH_CHECK&otype=CLUSTER").json["events"]
    assert [one["status_reason"] for one in events] == [
        "Nothing is repaired. 2 of 4 nodes look bad or are being repaired, and no "
        "more than 1 may be (25 %)."
    ]
    assert api.get("/v1/actions?action=NODE_RECOVER").json["actions"] == []


def test_a_user_may_recover_what_the_breaker_leaves(api, stage, heal):
    for node in heal(2):
        stage.controls.kill_server(node["physical_id"])
    watched.check(stage)

    asked = {"recover": {"check": True}}
    assert api.post("/v1/clusters/c/actions", asked).status == 202
    stage.drain()

    nodes = api.get("/v1/nodes?cluster_id=c").json["nodes"]
    assert {node["status"] for node in nodes} == {"ACTIVE"}


@pytest.mark.parametrize(
    "options",
    [
        {"poll_url": "http://169.254.169.254/"},
        {"poll_url": "gopher://{nodename}"},
        {"poll_url": "http://{nodename}", "poll_url_healthy_response": "("},
    ],
)
def test_what_can_not_be_asked_is_a_bad_request(api, options):
    mode = {"type": "NODE_STATUS_POLL_URL", "options": options}
    properties = {"detection": {"detection_modes": [mode]}, "recovery": {}}
    spec = {"type": "senlin.policy.health", "version": "1.1"}

    answer = api.post(
        "/v1/policies",
        {"policy": {"name": "h", "spec": spec | {"properties": properties}}},
    )

    assert answer.status == 400
    assert "poll_url" in answer.json["error"]["message"]


def test_a_node_that_its_load_balancer_finds_failed_is_recovered(
    api, stage, serve, spec
):
    levers = serve(dataclasses.replace(stage.deps, driver=stage.driver.inner))
    api.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})
    body = {"name": "c", "profile_id": "p", "desired_capacity": 2}
    assert api.post("/v1/clusters", {"cluster": body}).status == 202
    stage.drain()
    where = {"subnet": "private-subnet"}
    monitored = {"pool": where, "vip": where, "health_monitor": {"type": "PING"}}
    detection = {
        "detection_modes": [{"type": "LB_MEMBER_STATUS_POLLING"}],
        "node_update_timeout": 30,
    }
    for name, version, properties in (
        ("loadbalance", "1.3", monitored),
        ("health", "1.4", {"detection": detection, "recovery": {}}),
    ):
        kind = {"type": f"senlin.policy.{name}", "version": version}
        policy = {"name": name, "spec": kind | {"properties": properties}}
        assert api.post("/v1/policies", {"policy": policy}).status == 201
        attach = {"policy_attach": {"policy_id": name}}
        assert api.post("/v1/clusters/c/actions", attach).status == 202
        stage.drain()
    stage.advance(watched.LATER_S)
    assert watched.check(stage) == []
    member = levers.get("/simulated/v1/members").json["members"][0]
    assert member["operating_status"] == "ONLINE"

    body = {"member": {"operating_status": "ERROR"}}
    changed = levers.patch(f"/simulated/v1/members/{member['id']}", body)
    assert changed.json["member"]["operating_status"] == "ERROR"
    watched.check(stage, after_s=61)
    stage.drain()

    (action,) = api.get("/v1/actions?action=NODE_RECOVER").json["actions"]
    assert (action["cause"], action["status"]) == ("Health Check", "SUCCEEDED")
    node = api.get(f"/v1/nodes/{action['target']}").json["node"]
    assert (node["name"], node["status"]) == (member["name"], "ACTIVE")
    members = levers.get("/simulated/v1/members").json["members"]
    assert {one["operating_status"] for one in members} == {"ONLINE"}
    body = {"member": {"operating_status": None}}
    assert levers.patch("/simulated/v1/members/none", body).status == 404
