"""What the end of an action, good or bad, leaves of the cluster."""

import pytest
import sqlalchemy as sa

from senlin_like.db import cluster_state, node_state
from senlin_like.db.models import Action
from senlin_like.operations import (
    actions,
    cluster_actions,
    clusters,
    node_actions,
    nodes,
)
from tests.functional.engine.balanced import PUT, Site
from tests.torture import checks


@pytest.fixture
def site(stage):
    return Site(stage)


def problems(stage):
    return checks.problems(stage.deps.db, stage.driver.world)


def meanwhile(stage, moment, what):
    """Do something once at a moment of an engine's work."""

    def dice(label):
        if moment in label:
            stage.moments.dice = None
            what()
        return False

    stage.moments.dice = dice
    stage.moments.is_watching = True


def in_the_cloud(stage):
    return any(row.wait_kind == "cloud" for row in stage.unfinished())


def test_a_cluster_tells_that_a_recovered_node_is_no_member(stage, site) -> None:
    site.make(3).balance()
    stage.controls.add_fault({"effect": "error", "method": PUT})
    node = stage.nodes()[0]

    ended = site.recover_node(node.name)

    row = stage.cluster(site.cluster_id)
    assert ended.status == "FAILED"
    assert site.node(node.name).status == "WARNING"
    assert row.status == "WARNING"
    assert row.status_reason.startswith(f"Node {node.name}: ")
    assert problems(stage) == []


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_a_node_that_stays_is_wanted_as_before(stage, make, is_cancelled) -> None:
    cluster = make(3, low=0 if is_cancelled else 3)
    more = {"desired_capacity": 4}
    stage.deps.db.transact(lambda one: cluster_state.change(one, cluster, more))

    node = stage.nodes()[0].id
    action = nodes.delete(stage.deps, stage.ctx, node, force=False)
    if is_cancelled:
        actions.cancel(stage.deps, stage.ctx, action, force=False)
    stage.drain()

    row = stage.cluster(cluster)
    expected = "CANCELLED" if is_cancelled else "FAILED"
    assert stage.action(action).status == expected
    assert (len(stage.nodes()), row.desired_capacity, row.status) == (3, 4, "WARNING")


def test_a_growth_cancelled_before_nodes_are_made_is_not_wanted(stage, make) -> None:
    cluster = make(2)
    action = cluster_actions.ask(
        stage.deps, stage.ctx, "web", "scale_out", {"count": 2}
    )

    def cancel():
        actions.cancel(stage.deps, stage.ctx, action, force=False)
        stage.engine.heart.beat()

    meanwhile(stage, "kept:Begin", cancel)
    stage.drain()

    row = stage.cluster(cluster)
    assert stage.action(action).status == "CANCELLED"
    assert (len(stage.nodes()), row.desired_capacity, row.status) == (2, 2, "ACTIVE")


def give_up(stage, action):
    """Let an action that waits be tried more often than it may."""
    change = sa.update(Action).where(Action.id == action)
    often = stage.options.max_attempts + 1
    lost = change.values(attempt=often, status="READY", ready_at=0.0)
    stage.deps.db.transact(lambda one: one.execute(lost))
    stage.step(1)


@pytest.mark.parametrize(("name", "size"), [("scale_in", 2), ("scale_out", 4)])
def test_a_parent_that_is_given_up_ends_after_its_children(
    stage, make, name, size
) -> None:
    cluster = make(3)
    action = cluster_actions.ask(stage.deps, stage.ctx, "web", name, {"count": 1})
    stage.run_until(lambda: in_the_cloud(stage))

    give_up(stage, action)

    assert stage.action(action).end_time is None
    stage.drain()
    ended, row = stage.action(action), stage.cluster(cluster)
    assert ended.status == "FAILED"
    assert ended.status_reason.startswith("Given up")
    assert (len(stage.nodes()), row.desired_capacity) == (size, size)
    assert row.status == "ACTIVE"
    gone = ended.outputs.get("nodes_removed", [])
    assert len(gone) == (name == "scale_in")
    assert problems(stage) == []


def test_a_parent_that_is_given_up_can_still_be_cancelled(stage, make) -> None:
    cluster = make(1)
    action = cluster_actions.ask(
        stage.deps, stage.ctx, "web", "scale_out", {"count": 3}
    )
    stage.run_until(lambda: in_the_cloud(stage))
    give_up(stage, action)

    actions.cancel(stage.deps, stage.ctx, action, force=False)
    stage.drain()

    row = stage.cluster(cluster)
    assert stage.action(action).status == "FAILED"
    assert {row.status for row in stage.actions()} >= {"CANCELLED"}
    assert row.status == "WARNING"
    assert problems(stage) == []


def test_no_node_is_made_for_a_cluster_that_is_gone(stage, make) -> None:
    cluster = make(1)
    profile = stage.nodes()[0].profile_id
    clusters.delete(stage.deps, stage.ctx, cluster, force=False)
    made = []

    def late():
        body = {"name": "late", "profile_id": profile, "cluster_id": cluster}
        made.append(nodes.create(stage.deps, stage.ctx, body).action_id)

    meanwhile(stage, "CLUSTER_DELETE before:Judge", late)
    stage.drain()

    ended = stage.action(made[0])
    assert ended.status == "FAILED"
    assert ended.status_reason == f"The cluster '{cluster}' could not be found."
    assert stage.servers() == []
    assert problems(stage) == []


@pytest.mark.parametrize("name", ["recover", "create"])
def test_what_others_note_on_a_node_at_work_is_kept(stage, make, name) -> None:
    """Others settle the members of the whole cluster, and note them on its nodes."""
    cluster = make(2)
    deps, ctx = stage.deps, stage.ctx

    def note():
        *_others, node = stage.nodes()
        told = {"noted": "m"}
        deps.db.transact(lambda one: node_state.merge_data(one, node.id, told))

    meanwhile(stage, "call compute.create_server", note)
    if name == "create":
        profile = stage.nodes()[0].profile_id
        body = {"name": "mine", "profile_id": profile, "cluster_id": cluster}
        nodes.create(deps, ctx, body)
    else:
        params = {"operation": "RECREATE"}
        node_actions.ask(deps, ctx, stage.nodes()[-1].id, name, params)
    stage.drain()

    assert stage.moments.dice is None
    node = stage.nodes()[-1]
    assert (node.status, node.data.get("noted")) == ("ACTIVE", "m")
    assert node.data["internal_ports"]
    assert problems(stage) == []
