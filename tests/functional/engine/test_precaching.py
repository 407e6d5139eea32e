"""A cluster that grows, or changes, when its image is on the hosts of an aggregate."""

import pytest

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.drivers import base as clouds
from senlin_like.operations import actions as actions_of
from senlin_like.operations import aggregates, cluster_actions, clusters

IMAGE = "cirros-0.4.0-x86_64-disk"
OTHER_IMAGE = "new_image"


@pytest.fixture
def fast(stage):
    """Make an aggregate of both hosts."""
    made = aggregates.create(stage.deps, stage.ctx, name="fast", zone=None)
    for host in ("host1", "host2"):
        aggregates.add_host(stage.deps, stage.ctx, made["id"], host)
    return made


def cached(stage):
    return {
        (one["host"], one["image_id"])
        for one in stage.controls.image_caches()
        if one["is_ready"]
    }


def image_id(stage, name=IMAGE):
    account = clouds.Account(user=stage.ctx.user_id, project=stage.ctx.project_id)
    cloud = stage.deps.driver.cloud(account)
    return cloud.images.find_image(name).id


def scale_out(stage, **params):
    asked = {"count": 1, "precache_aggregate": "fast"} | params
    return cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_out", asked)


def test_new_nodes_start_from_a_warm_cache(stage, make, fast):
    make(1, image=IMAGE)
    stage.controls.put_settings({"cache_seconds": 30, "build_seconds": 100})
    action_id = scale_out(stage)
    waiting = stage.action(action_id)
    assert waiting.status == "WAITING"
    told = waiting.data["precache"]
    assert told["aggregate"] == "fast"
    assert told["images"] == [image_id(stage)]
    assert f"after action(s) {told['action']}" in waiting.status_reason

    stage.run_until(lambda: stage.action(action_id).start_time is not None)
    assert stage.action(told["action"]).status == "SUCCEEDED"
    stage.drain()

    ended = stage.action(action_id)
    assert ended.status == "SUCCEEDED", ended.status_reason
    assert cached(stage) >= {(host, image_id(stage)) for host in ("host1", "host2")}


def test_a_new_profile_waits_for_its_image(stage, make, fast):
    make(2, image=IMAGE)
    new = stage.a_profile("new", image=OTHER_IMAGE)
    body = {"profile_id": new, "precache_aggregate": str(fast["id"])}

    action_id = clusters.update(stage.deps, stage.ctx, "web", body).action_id
    assert stage.action(action_id).status == "WAITING"
    stage.drain()

    assert stage.action(action_id).status == "SUCCEEDED"
    assert ("host1", image_id(stage, OTHER_IMAGE)) in cached(stage)
    assert ("host1", image_id(stage)) not in cached(stage)


def test_a_host_without_the_image_holds_nobody_up_for_ever(stage, make, fast):
    make(1, image=IMAGE)
    rule = {"method": "hosts.cache_image", "effect": "error"}
    stage.controls.add_fault(rule)

    action_id = scale_out(stage)
    stage.drain()

    ended = stage.action(action_id)
    assert ended.status == "SUCCEEDED", ended.status_reason
    assert stage.action(ended.data["precache"]["action"]).status == "FAILED"


def test_who_waits_can_be_cancelled_without_the_images(stage, make, fast):
    make(1, image=IMAGE)
    action_id = scale_out(stage)
    images = stage.action(action_id).data["precache"]["action"]

    actions_of.cancel(stage.deps, stage.ctx, action_id, force=False)
    stage.drain()

    assert stage.action(action_id).status == "CANCELLED"
    assert stage.action(images).status == "SUCCEEDED"


def test_two_clusters_wait_for_the_same_images(stage, make, fast):
    make(1, image=IMAGE)
    body = {
        "name": "other",
        "profile_id": stage.a_profile("more", image=IMAGE),
        "desired_capacity": 0,
    }
    clusters.create(stage.deps, stage.ctx, body)
    stage.drain()

    first = scale_out(stage)
    second = cluster_actions.ask(
        stage.deps,
        stage.ctx,
        "other",
        "resize",
        {
            "adjustment_type": "EXACT_CAPACITY",
            "number": 1,
            "precache_aggregate": fast["uuid"],
        },
    )

    brought = {stage.action(one).data["precache"]["action"] for one in (first, second)}
    assert len(brought) == 1
    stage.drain()
    assert {stage.action(one).status for one in (first, second)} == {"SUCCEEDED"}


def test_a_change_that_is_refused_brings_no_images(stage, make, fast):
    make(1, image=IMAGE)
    scale_out(stage)
    stage.drain()
    cluster_actions.ask(stage.deps, stage.ctx, "web", "check", {})

    with pytest.raises(exceptions.Conflict):
        scale_out(stage)

    assert stage.engine.claim(5)[0].facts.kind == "CLUSTER_CHECK"
    assert stage.engine.claim(5) == []


def test_an_aggregate_that_is_not_there(stage, make):
    make(1, image=IMAGE)

    with pytest.raises(exceptions.Invalid, match="aggregate 'fast' could not be found"):
        scale_out(stage)


def test_servers_without_an_image(stage, make, fast):
    make(1, image=None)

    with pytest.raises(exceptions.Invalid, match="started from"):
        scale_out(stage)


def test_an_aggregate_without_a_new_profile(stage, make, fast):
    make(1, image=IMAGE)
    body = {"name": "x", "precache_aggregate": "fast"}

    with pytest.raises(exceptions.Invalid, match="needs a new profile_id"):
        clusters.update(stage.deps, stage.ctx, "web", body)


def test_a_cluster_of_somebody_else(stage, make, fast):
    make(1, image=IMAGE)
    other = RequestContext(user_id="u", project_id="somewhere else")

    with pytest.raises(exceptions.NotFound):
        cluster_actions.ask(
            stage.deps, other, "web", "scale_out", {"precache_aggregate": "fast"}
        )


def test_a_check_waits_for_no_image(stage, make, fast):
    make(1, image=IMAGE)

    action_id = cluster_actions.ask(
        stage.deps, stage.ctx, "web", "check", {"precache_aggregate": "fast"}
    )

    assert stage.action(action_id).status == "READY"
