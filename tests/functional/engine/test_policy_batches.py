"""Batches: nodes are updated and removed in portions, with pauses in between."""

import pytest
import sqlalchemy as sa

from senlin_like.db import models
from senlin_like.db.models import Action
from senlin_like.operations import actions, cluster_actions, clusters
from tests.functional.engine.balanced import Site
from tests.torture import checks

SOME = {"min_in_service": 2, "max_batch_size": 2, "pause_time": 50}
WAYS = ["scale_in", "resize", "del_nodes", "destroy", "delete"]


def update(stage, profile):
    accepted = clusters.update(stage.deps, stage.ctx, "web", {"profile_id": profile})
    return accepted.action_id


def test_an_update_goes_in_batches_with_pauses(stage, make, attach):
    cluster = make(5)
    attach("batch", "batch", min_in_service=3, max_batch_size=2, pause_time=50)
    action = update(stage, stage.a_profile("new", metadata={"release": "2"}))

    def most():
        rows = stage.rows(Action, Action.parent_id == action)
        return len(rows)

    counts = []
    for expected in (2, 4, 5):
        stage.run_until(lambda expected=expected: most() == expected)
        stage.run_until(
            lambda: all(
                row.end_time for row in stage.rows(Action, Action.parent_id == action)
            )
        )
        counts.append(most())
        if expected < 5:
            stage.run_until(lambda: "Pausing" in stage.action(action).status_reason)
            stage.advance(45)
            while stage.step():
                pass
            assert most() == expected
            stage.advance(6)
    stage.drain()

    assert counts == [2, 4, 5]
    ended = stage.action(action)
    assert ended.status == "SUCCEEDED", ended.status_reason
    assert ended.data["update"]["pause_time"] == 50
    assert [len(part) for part in ended.data["update"]["plan"]] == [2, 2, 1]
    assert {node.profile_id for node in stage.nodes()} == {
        stage.cluster(cluster).profile_id
    }


def test_a_failed_batch_is_the_last(stage, make, attach):
    make(3)
    attach("batch", "batch", min_in_service=2, pause_time=0)
    new = stage.a_profile("new", metadata={"release": "2"})
    stage.controls.add_fault({"effect": "error", "method": "compute.set_metadata"})

    action = update(stage, new)
    stage.drain()

    assert stage.action(action).status == "FAILED"
    assert len(stage.rows(Action, Action.parent_id == action)) == 1


def test_an_update_is_cancelled_in_its_pause(stage, make, attach):
    cluster = make(2)
    attach("batch", "batch", min_in_service=1, pause_time=500)
    action = update(stage, stage.a_profile("new", metadata={"release": "2"}))
    stage.run_until(lambda: "Pausing" in stage.action(action).status_reason)

    actions.cancel(stage.deps, stage.ctx, action, force=False)
    stage.drain()

    assert stage.action(action).status == "CANCELLED"
    assert stage.cluster(cluster).status == "ACTIVE"
    assert len(stage.rows(Action, Action.parent_id == action)) == 1


# -- nodes that go ----------------------------------------------------------


def shrink(stage, way, number):
    """Ask in one of the ways for a number of nodes to go; give the action's id."""
    chosen = [node.id for node in stage.nodes()][:number]
    if way == "delete":
        return clusters.delete(stage.deps, stage.ctx, "web", force=True)
    name, params = {
        "scale_in": ("scale_in", {"count": number}),
        "resize": (
            "resize",
            {"adjustment_type": "CHANGE_IN_CAPACITY", "number": -number},
        ),
        "del_nodes": ("del_nodes", {"nodes": chosen}),
        "destroy": ("del_nodes", {"nodes": chosen, "destroy_after_deletion": True}),
    }[way]
    return cluster_actions.ask(stage.deps, stage.ctx, "web", name, params)


def is_pausing(stage, action):
    return "Pausing" in (stage.action(action).status_reason or "")


def rest(stage):
    """Work as far as it goes without time."""
    while stage.step():
        pass


@pytest.mark.parametrize("way", WAYS)
def test_nodes_go_in_batches_with_pauses(stage, make, attach, way):
    number = 6 if way == "delete" else 5
    cluster = make(6, high=9)
    attach("batch", "batch", **SOME)

    action = shrink(stage, way, number)
    left = []
    for _ in range(2):
        stage.run_until(lambda: is_pausing(stage, action))
        left.append(len(stage.nodes(cluster)))
        assert stage.action(action).status == "WAITING"
        assert stage.engine.heart.runs() == []
        stage.advance(45)
        rest(stage)
        assert len(stage.nodes(cluster)) == left[-1]
        stage.advance(6)
        rest(stage)
    stage.drain()

    ended = stage.action(action)
    assert ended.status == "SUCCEEDED", ended.status_reason
    assert left == [4, 2]
    assert [len(part) for part in ended.data["deletion"]["plan"]] == [2, 2, number - 4]
    assert len(stage.nodes(cluster)) == 6 - number
    gone = sorted(one for part in ended.data["deletion"]["plan"] for one in part)
    assert gone == sorted(ended.data["deletion"]["candidates"])
    if way != "delete":
        assert sorted(ended.outputs["nodes_removed"]) == gone
        assert stage.cluster(cluster).desired_capacity == 1
        assert stage.cluster(cluster).status == "ACTIVE"
    assert checks.problems(stage.deps.db, stage.driver.world) == []


def test_what_fits_goes_at_once(stage, make, ask, attach):
    make(4)
    attach("batch", "batch", min_in_service=1)

    ended = ask("scale_in", count=3)

    assert [len(part) for part in ended.data["deletion"]["plan"]] == [3]
    assert ended.data["policies"] == [
        {"policy": "batch", "reasons": ["3 nodes in 1 batches of 3 at most."]}
    ]


def test_a_growth_knows_no_batches(stage, make, ask, attach):
    make(1, high=9)
    attach("batch", "batch", max_batch_size=1)

    ended = ask("resize", adjustment_type="EXACT_CAPACITY", number=4)

    assert "deletion" not in ended.data
    assert len(stage.rows(Action, Action.parent_id == ended.id)) == 3


def test_nodes_in_trouble_are_in_the_first_batch(stage, make, ask, attach):
    make(3)
    attach("batch", "batch", min_in_service=2, pause_time=0)
    sick = stage.nodes()[2].id
    tainted = sa.update(models.Node).where(models.Node.id == sick).values(tainted=True)
    stage.deps.db.transact(lambda one: one.execute(tainted))

    ended = ask("del_nodes", nodes=[node.id for node in stage.nodes()])

    assert ended.data["deletion"]["plan"][0] == [sick]
    assert len(ended.data["deletion"]["plan"]) == 3


def test_each_batch_is_drained_and_leaves_the_pool_by_itself(stage):
    site = Site(stage).make(5)
    site.balance()
    site.attach("del", "deletion", criteria="OLDEST_FIRST", grace_period=20)
    site.attach("batch", "batch", **SOME)
    stage.controls.reset_counters()
    action = shrink(stage, "scale_in", 4)

    def in_grace():
        return "grace" in (stage.action(action).status_reason or "")

    seen = []
    for _ in range(2):
        stage.run_until(in_grace)
        drained = [weight for weight in site.pool().values() if not weight]
        seen.append((len(drained), len(site.pool()), len(site.names())))
        stage.run_until(lambda: not in_grace())
    stage.drain()

    assert seen == [(2, 5, 5), (2, 3, 3)]
    assert stage.action(action).status == "SUCCEEDED"
    assert (site.changes(), site.is_right()) == (4, True)


@pytest.mark.parametrize("way", WAYS)
def test_a_failed_batch_of_a_removal_is_the_last(stage, make, attach, way):
    cluster = make(5)
    attach("batch", "batch", min_in_service=3, pause_time=5)
    method = (
        "compute.delete_metadata" if way == "del_nodes" else "compute.delete_server"
    )
    stage.controls.add_fault({"effect": "error", "method": method})

    action = shrink(stage, way, 5)
    stage.drain()

    ended = stage.action(action)
    assert ended.status == "FAILED"
    assert len(stage.rows(Action, Action.parent_id == action)) == 2
    assert len(stage.nodes(cluster)) == 5
    assert sum(node.status == "ACTIVE" for node in stage.nodes()) >= 3


@pytest.mark.parametrize("way", ["scale_in", "resize", "destroy", "delete"])
def test_what_can_not_be_stopped_is_removed_all_the_same(stage, make, attach, way):
    """Batches go on: it is the removal that counts, not the stop before it."""
    cluster = make(4)
    attach("batch", "batch", max_batch_size=1, pause_time=1)
    config = {"cluster.stop_node_before_delete": True}
    clusters.update(stage.deps, stage.ctx, "web", {"config": config})
    stage.drain()
    stage.controls.add_fault({"effect": "error", "method": "compute.stop"})

    action = shrink(stage, way, 4)
    stage.drain()

    stops = stage.rows(Action, Action.kind == "NODE_OPERATION")
    assert [row.status for row in stops] == ["FAILED"] * 4
    assert stage.action(action).status == "SUCCEEDED", stage.action(
        action
    ).status_reason
    assert stage.nodes(cluster) == []


@pytest.mark.parametrize("way", WAYS)
def test_a_removal_is_cancelled_in_its_pause(stage, make, attach, way):
    cluster = make(6, high=9)
    attach("batch", "batch", **SOME)
    action = shrink(stage, way, 5)
    stage.run_until(lambda: is_pausing(stage, action))

    actions.cancel(stage.deps, stage.ctx, action, force=False)
    stage.drain()

    assert stage.action(action).status == "CANCELLED"
    assert len(stage.nodes(cluster)) == 4
    row = stage.cluster(cluster)
    if way == "delete":
        # Who keeps the cluster after all is told that nodes are lacking.
        assert (row.desired_capacity, row.status) == (6, "WARNING")
    else:
        assert (row.desired_capacity, row.status) == (4, "ACTIVE")
    assert checks.problems(stage.deps.db, stage.driver.world) == []


def test_members_that_stay_after_a_cancel_are_in_the_pool(stage):
    site = Site(stage).make(4)
    site.balance()
    site.attach("del", "deletion", grace_period=20)
    site.attach("batch", "batch", min_in_service=3, pause_time=50)
    action = shrink(stage, "scale_in", 3)
    stage.run_until(lambda: is_pausing(stage, action))
    stage.run_until(lambda: "grace" in stage.action(action).status_reason)

    actions.cancel(stage.deps, stage.ctx, action, force=False)
    stage.drain()

    assert stage.action(action).status == "CANCELLED"
    assert (len(site.names()), site.is_right()) == (3, True)
    assert stage.cluster(site.cluster_id).desired_capacity == 3


def test_a_removal_whose_time_is_over_in_a_pause_stops_there(stage, make, attach):
    cluster = make(3)
    attach("batch", "batch", min_in_service=2, pause_time=90_000)
    action = shrink(stage, "scale_in", 3)
    stage.run_until(lambda: is_pausing(stage, action))

    stage.advance(stage.action(action).timeout + 1)
    stage.drain()

    assert stage.action(action).status == "FAILED"
    assert "Timed out" in stage.action(action).status_reason
    assert len(stage.nodes(cluster)) == 2


def test_a_removal_is_suspended_in_its_pause_and_goes_on(stage, make, attach):
    make(3)
    attach("batch", "batch", min_in_service=2, pause_time=100)
    action = shrink(stage, "scale_in", 2)
    stage.run_until(lambda: is_pausing(stage, action))
    actions.suspend(stage.deps, stage.ctx, action)
    stage.advance(101)
    rest(stage)
    assert (stage.action(action).status, len(stage.nodes())) == ("SUSPENDED", 2)

    actions.resume(stage.deps, stage.ctx, action)
    stage.drain()

    assert (stage.action(action).status, len(stage.nodes())) == ("SUCCEEDED", 1)


def test_the_journal_does_not_grow_with_the_batches(stage, make, attach):
    make(5)
    attach("batch", "batch", max_batch_size=1, pause_time=1)
    action = shrink(stage, "scale_in", 5)
    sizes = set()

    for number in range(2, 6):
        stage.run_until(
            lambda number=number: (
                is_pausing(stage, action)
                and stage.action(action).data["deletion"]["batch"] == number
            )
        )
        sizes.add(len(stage.action(action).journal))

    assert len(sizes) == 1
