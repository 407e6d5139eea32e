"""Containers and the nodes they are put on: who depends on whom, and what stays."""

import pytest
import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.db import hosts
from senlin_like.db.work_models import WatchGroup
from senlin_like.flows import node_delete
from senlin_like.operations import (
    actions,
    cluster_actions,
    clusters,
    node_actions,
    nodes,
    profiles,
    receivers,
    webhooks,
)
from tests.functional.engine.test_cancel import at_rest
from tests.torture import kinds, scenarios


@pytest.fixture
def boxes(stage):
    """Two hosts with two containers, made one after the other."""
    kinds.make_hosts(stage)
    kinds.a_cluster(stage, "boxes", "box", 1)
    stage.drain()
    cluster_actions.ask(stage.deps, stage.ctx, "boxes", "scale_out", {"count": 1})
    stage.drain()
    return stage


def by_name(stage):
    return {node.name: node for node in stage.nodes()}


def test_containers_are_spread_over_the_hosts_and_these_know_of_them(boxes) -> None:
    known = by_name(boxes)

    assert {node.status for node in known.values()} == {"ACTIVE"}
    assert known["hosts-1"].dependents == {"nodes": [known["boxes-1"].id]}
    assert known["hosts-2"].dependents == {"nodes": [known["boxes-2"].id]}
    assert known["boxes-1"].data["host_node"] == known["hosts-1"].id
    assert at_rest(boxes) == []


def test_a_cluster_knows_of_the_profiles_that_name_it(boxes) -> None:
    box = profiles.get(boxes.deps, boxes.ctx, "box")
    [hosts_cluster] = [
        row
        for row in boxes.rows(clusters.clusters.models.Cluster)
        if row.name == "hosts"
    ]

    assert hosts_cluster.dependents == {"profiles": [box["id"]]}
    assert box["spec"]["properties"]["host_cluster"] == hosts_cluster.id


def test_a_deleted_container_is_forgotten(boxes) -> None:
    nodes.delete(boxes.deps, boxes.ctx, "boxes-1", force=False)
    boxes.drain()

    assert by_name(boxes)["hosts-1"].dependents == {}
    assert at_rest(boxes) == []


@pytest.mark.parametrize("force", [False, True])
def test_a_host_with_containers_is_not_deleted(boxes, force) -> None:
    with pytest.raises(exceptions.ResourceInUse, match="depended"):
        nodes.delete(boxes.deps, boxes.ctx, "hosts-1", force=force)


@pytest.mark.parametrize("force", [False, True])
def test_a_cluster_that_a_profile_names_is_not_deleted(boxes, force) -> None:
    with pytest.raises(exceptions.ResourceInUse, match="still referenced by profile"):
        clusters.delete(boxes.deps, boxes.ctx, "hosts", force=force)


def test_a_cluster_with_a_host_that_is_needed_is_not_deleted(stage) -> None:
    kinds.a_cluster(stage, "hosts", stage.a_profile("host"), 2)
    stage.drain()
    kinds.a_profile(stage, "box", kinds.CONTAINER, image="i", host_node="hosts-2")
    kinds.a_node(stage, "box-1", "box")
    stage.drain()

    with pytest.raises(exceptions.ResourceInUse, match="depended by other nodes"):
        clusters.delete(stage.deps, stage.ctx, "hosts", force=True)

    nodes.delete(stage.deps, stage.ctx, "box-1", force=False)
    stage.drain()
    clusters.delete(stage.deps, stage.ctx, "hosts", force=False)
    stage.drain()
    assert stage.nodes() == []


def test_hosts_do_not_leave_their_cluster(boxes) -> None:
    wanted = {"nodes": [by_name(boxes)["hosts-1"].id]}

    with pytest.raises(exceptions.ResourceInUse, match="become orphan nodes"):
        cluster_actions.ask(boxes.deps, boxes.ctx, "hosts", "del_nodes", wanted)


def test_a_profile_that_is_gone_is_forgotten(boxes) -> None:
    clusters.delete(boxes.deps, boxes.ctx, "boxes", force=False)
    boxes.drain()
    profiles.delete(boxes.deps, boxes.ctx, "box")

    clusters.delete(boxes.deps, boxes.ctx, "hosts", force=False)
    boxes.drain()

    assert boxes.nodes() == []
    assert at_rest(boxes) == []


def test_a_node_that_only_profiles_name_can_be_deleted(stage) -> None:
    kinds.a_node(stage, "host", stage.a_profile("host"))
    stage.drain()
    kinds.a_profile(stage, "box", kinds.CONTAINER, image="i", host_node="host")
    assert list(by_name(stage)["host"].dependents) == ["profiles"]

    nodes.delete(stage.deps, stage.ctx, "host", force=False)
    stage.drain()
    kinds.a_node(stage, "box-1", "box")
    stage.drain()

    [box] = stage.nodes()
    assert box.status == "ERROR"
    assert "There is no host" in box.status_reason
    nodes.delete(stage.deps, stage.ctx, "box-1", force=False)
    stage.drain()
    profiles.delete(stage.deps, stage.ctx, "box")
    assert at_rest(stage) == []


def test_when_a_cluster_shrinks_its_hosts_stay(stage) -> None:
    kinds.make_hosts(stage, 3)
    kinds.a_cluster(stage, "boxes", "box", 2)
    stage.drain()

    cluster_actions.ask(stage.deps, stage.ctx, "hosts", "scale_in", {"count": 1})
    stage.drain()

    assert set(by_name(stage)) == {"hosts-1", "hosts-2", "boxes-1", "boxes-2"}
    assert at_rest(stage) == []


def test_a_host_that_is_needed_is_not_shrunk_away(boxes) -> None:
    asked = cluster_actions.ask(
        boxes.deps, boxes.ctx, "hosts", "scale_in", {"count": 1}
    )
    boxes.drain()

    action = boxes.action(asked if isinstance(asked, str) else asked.action_id)
    assert action.status == "FAILED"
    assert "depended by node" in action.status_reason
    assert {node.status for node in boxes.nodes()} == {"ACTIVE"}
    assert at_rest(boxes) == []


def test_a_host_that_is_to_go_takes_nothing(boxes) -> None:
    nodes.delete(boxes.deps, boxes.ctx, "boxes-1", force=False)
    boxes.drain()
    nodes.delete(boxes.deps, boxes.ctx, "hosts-1", force=False)

    kinds.a_node(boxes, "late", "box")
    boxes.drain()

    known = by_name(boxes)
    assert "hosts-1" not in known
    assert known["late"].data["host_node"] == known["hosts-2"].id
    assert at_rest(boxes) == []


def test_a_container_that_comes_before_the_deletion_keeps_its_host(stage) -> None:
    """The request found the host free; a container is put there before it begins."""
    kinds.make_hosts(stage, 1)
    asked = nodes.delete(stage.deps, stage.ctx, "hosts-1", force=False)
    host = by_name(stage)["hosts-1"].id
    row = {"id": "x" * 36}
    stage.deps.db.transact(lambda one: hosts.put_on(one, host, row["id"]))

    stage.drain()

    assert stage.action(asked).status == "FAILED"
    assert by_name(stage)["hosts-1"].status == "ACTIVE"


def test_a_deletion_that_has_begun_is_not_overtaken(stage) -> None:
    kinds.make_hosts(stage, 1)
    host = by_name(stage)["hosts-1"].id
    nodes.delete(stage.deps, stage.ctx, "hosts-1", force=False)
    stage.run_until(lambda: by_name(stage)["hosts-1"].status == "DELETING")

    assert not stage.deps.db.transact(lambda one: hosts.put_on(one, host, "x" * 36))


@pytest.mark.parametrize("moment", [scenarios.with_children, scenarios.in_the_cloud])
def test_a_cancelled_growth_leaves_no_dependents(boxes, moment) -> None:
    asked = cluster_actions.ask(
        boxes.deps, boxes.ctx, "boxes", "scale_out", {"count": 3}
    )
    action_id = asked if isinstance(asked, str) else asked.action_id
    boxes.run_until(lambda: moment(boxes, action_id))
    actions.cancel(boxes.deps, boxes.ctx, action_id, force=False)
    boxes.drain()

    assert at_rest(boxes) == []


def test_a_container_comes_back_after_its_host(boxes) -> None:
    known = by_name(boxes)
    boxes.controls.vanish_server(known["hosts-1"].physical_id)
    node_actions.ask(boxes.deps, boxes.ctx, "hosts-1", "recover", {})
    boxes.drain()
    node_actions.ask(boxes.deps, boxes.ctx, "boxes-1", "check", {})
    boxes.drain()
    assert by_name(boxes)["boxes-1"].status == "ERROR"

    node_actions.ask(boxes.deps, boxes.ctx, "boxes-1", "recover", {})
    boxes.drain()

    after = by_name(boxes)
    assert after["boxes-1"].status == "ACTIVE"
    assert after["boxes-1"].data == known["boxes-1"].data
    assert at_rest(boxes) == []


def test_details_of_a_container_tell_its_host(boxes) -> None:
    shown = nodes.details(boxes.deps, boxes.ctx, "boxes-1")["details"]

    assert shown["status"] == "running"
    assert shown["host_node"] == by_name(boxes)["hosts-1"].id


def test_looking_at_containers_takes_one_call_for_all_hosts(boxes) -> None:
    boxes.controls.put_settings({"container_seconds": 1e6})
    kinds.a_cluster(boxes, "more", "box", 20)
    for _ in range(30):
        boxes.step()
    boxes.controls.reset_counters()
    boxes.advance(60.0)

    boxes.engine.watcher.look_once()

    calls = boxes.controls.counters()
    assert calls == {"look.container": {"ok": 1}}
    assert len([row for row in boxes.unfinished() if row.wait_kind == "cloud"]) == 20


@pytest.mark.parametrize(("stopped", "is_rare"), [(1, False), (2, True)])
def test_a_group_whose_hosts_all_are_off_is_looked_at_rarely(
    boxes, stopped, is_rare
) -> None:
    boxes.controls.put_settings({"container_seconds": 1e6})
    kinds.a_cluster(boxes, "more", "box", 4)
    for _ in range(30):
        boxes.step()
    for number in range(1, stopped + 1):
        boxes.controls.stop_server(by_name(boxes)[f"hosts-{number}"].physical_id)

    for _ in range(10):
        boxes.advance(60.0)
        boxes.engine.watcher.look_once()

    with boxes.deps.db.reader() as session:
        pace = session.scalar(
            sa.select(WatchGroup.pace).where(WatchGroup.key.startswith("container|"))
        )
    assert (pace > boxes.engine.watcher.longest_s) == is_rare


def test_containers_are_seen_in_the_cloud_and_can_vanish(boxes) -> None:
    [box] = [node for node in boxes.nodes() if node.name == "boxes-1"]
    seen = {one["node_mark"]: one for one in boxes.controls.containers("red")}
    assert seen[box.id]["id"] == box.physical_id
    assert seen[box.id]["status"] == "running"

    boxes.controls.vanish_container(box.physical_id)

    assert len(boxes.controls.containers()) == 1
    with pytest.raises(exceptions.NotFound):
        boxes.controls.vanish_container(box.physical_id)


@pytest.mark.parametrize(
    ("comes", "status"),
    [
        (lambda one, host: hosts.put_on(one, host, "x" * 36), "FAILED"),
        (lambda one, host: hosts.name(one, host, "x" * 36, of="node"), "SUCCEEDED"),
        (lambda one, host: None, "SUCCEEDED"),
    ],
    ids=["a container", "a profile", "nothing"],
)
def test_what_comes_between_look_and_deletion_counts(
    stage, monkeypatch, comes, status
) -> None:
    kinds.make_hosts(stage, 1)
    asked = nodes.delete(stage.deps, stage.ctx, "hosts-1", force=False)
    # The node was read before, and is written after it.
    monkeypatch.setattr(
        node_delete, "_check", lambda _run, _bench, one, row: comes(one, row.id)
    )

    stage.drain()

    assert stage.action(asked).status == status
    assert bool(stage.nodes()) == (status == "FAILED")


@pytest.mark.parametrize("destroy", [False, True])
def test_a_webhook_takes_no_host_away(boxes, destroy) -> None:
    host = by_name(boxes)["hosts-1"]
    inputs = {"candidates": [host.id], "destroy_after_deletion": destroy}

    hook = {
        "name": "r",
        "type": "webhook",
        "cluster_id": "hosts",
        "action": "CLUSTER_DEL_NODES",
    }
    receiver = receivers.create(boxes.deps, boxes.ctx, hook)["id"]
    asked = webhooks.trigger(boxes.deps, boxes.ctx, receiver, inputs)
    boxes.drain()

    action = boxes.action(asked)
    assert action.status == "FAILED"
    assert "are depended by other nodes" in action.status_reason
    left = by_name(boxes)["hosts-1"]
    assert (left.cluster_id, left.status) == (host.cluster_id, "ACTIVE")
