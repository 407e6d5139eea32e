"""Webhooks that give a cluster another profile: what can't change doesn't."""

import copy

import pytest


@pytest.fixture
def hook(service):
    """Make the webhook that updates the cluster; give its address."""
    wanted = {
        "name": "r",
        "type": "webhook",
        "cluster_id": "c",
        "action": "CLUSTER_UPDATE",
    }
    made = service.post("/v1/receivers", {"receiver": wanted})
    return f"/v1/webhooks/{made.json['receiver']['id']}/trigger?V=2"


@pytest.fixture
def elsewhere(service, stage, spec):
    """Store a profile whose servers are in another region; give its id."""
    stage.controls.put_thing("region", {"id": "Far", "name": "Far", "attributes": {}})
    other = copy.deepcopy(spec)
    other["properties"]["context"] = {"region_name": "Far"}
    other["properties"]["config_drive"] = True
    made = service.post("/v1/profiles", {"profile": {"name": "far", "spec": other}})
    assert made.status == 201, made.raw
    return made.json["profile"]["id"]


@pytest.mark.parametrize("only", [{}, {"profile_only": False}, {"profile_only": "no"}])
def test_servers_are_not_looked_for_elsewhere(service, stage, hook, elsewhere, only):
    before = service.get("/v1/clusters/c").json["cluster"]

    reply = service.post(hook, {"new_profile_id": elsewhere, **only})
    stage.drain()

    assert reply.status == 400, reply.raw
    after = service.get("/v1/clusters/c").json["cluster"]
    assert after["profile_id"] == before["profile_id"]
    (node,) = service.get("/v1/nodes").json["nodes"]
    assert (node["status"], node["profile_id"]) == ("ACTIVE", before["profile_id"])


@pytest.mark.parametrize("word", [True, "true"])
def test_new_nodes_may_be_of_any_profile(service, stage, hook, elsewhere, word):
    given = {"new_profile_id": elsewhere, "profile_only": word}

    reply = service.post(hook, given)
    stage.drain()

    assert reply.status == 202, reply.raw
    after = service.get("/v1/clusters/c").json["cluster"]
    assert after["profile_id"] == elsewhere
    (node,) = service.get("/v1/nodes").json["nodes"]
    assert node["profile_id"] != elsewhere
