"""What is left when an action is let go of that came to no end."""

import pytest
import sqlalchemy as sa

from senlin_like.db import cluster_state, node_state
from senlin_like.db.models import Action
from senlin_like.domain.enums import Kind
from senlin_like.flows import catalog
from senlin_like.operations import cluster_actions, clusters, nodes
from tests.torture import checks

GIVEN_UP = "Given up: "


@pytest.fixture
def let_go(stage, monkeypatch):
    """Let an action be tried far too often, by engines that can't plan its kind."""

    def broken(run, bench, plan=catalog.plan):
        if run.facts.kind is kind[0]:
            raise RuntimeError("a bug")
        return plan(run, bench)

    kind = [Kind.NODE_CREATE]

    def hopeless(action_id):
        kind[0] = Kind(stage.action(action_id).action)
        monkeypatch.setattr(catalog, "plan", broken)
        often = stage.options.max_attempts * 5 + 1
        change = sa.update(Action).where(Action.id == action_id)
        lost = change.values(attempt=often, status="READY", ready_at=0.0)
        stage.deps.db.transact(lambda one: one.execute(lost))
        stage.step(1)

    return hopeless


def problems(stage):
    return checks.problems(stage.deps.db, stage.driver.world)


def in_the_cloud(stage, count=1):
    return sum(row.wait_kind == "cloud" for row in stage.unfinished()) == count


@pytest.mark.parametrize("is_begun", [False, True])
def test_a_node_says_that_its_action_was_given_up(stage, let_go, is_begun) -> None:
    body = {"name": "lone", "profile_id": stage.a_profile()}
    made = nodes.create(stage.deps, stage.ctx, body).action_id
    if is_begun:
        stage.run_until(lambda: in_the_cloud(stage))

    let_go(made)

    [node] = stage.nodes()
    assert stage.action(made).status == "FAILED"
    assert node.status == "ERROR"
    assert node.status_reason.startswith(GIVEN_UP)
    nodes.delete(stage.deps, stage.ctx, "lone", force=False)
    stage.drain()
    assert (stage.nodes(), stage.servers()) == ([], [])


def test_a_deletion_that_is_let_go_leaves_no_node_deleting(stage, make, let_go) -> None:
    make(2)
    node = stage.nodes()[0]
    gone = nodes.delete(stage.deps, stage.ctx, node.id, force=False)
    stage.run_until(lambda: in_the_cloud(stage))

    let_go(gone)

    found = next(one for one in stage.nodes() if one.id == node.id)
    assert found.status == "ERROR"
    assert found.status_reason.startswith(GIVEN_UP)
    assert stage.cluster(node.cluster_id).status == "WARNING"


@pytest.mark.parametrize("is_begun", [False, True])
def test_a_cluster_is_judged_and_its_children_stop(stage, let_go, is_begun) -> None:
    body = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": 2}
    made = clusters.create(stage.deps, stage.ctx, body)
    if is_begun:
        stage.run_until(lambda: in_the_cloud(stage, 2))
    else:
        stage.step(1)
        assert [node.status for node in stage.nodes()] == ["INIT", "INIT"]

    let_go(made.action_id)

    row = stage.cluster(made.record["id"])
    assert stage.action(made.action_id).status == "FAILED"
    told = "CLUSTER_CREATE: number of active nodes is below desired_capacity (2)."
    assert (row.status, row.status_reason) == ("WARNING", told)
    stage.drain()
    expected = ["ERROR", "ERROR"] if is_begun else []
    assert [node.status for node in stage.nodes()] == expected
    assert stage.servers() == []
    assert problems(stage) == []


def test_it_is_told_which_nodes_have_gone(stage, make, let_go) -> None:
    cluster = make(3)
    asked = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {"count": 2})
    stage.run_until(lambda: len(stage.nodes()) == 1)
    before = stage.unfinished()
    assert [row.id for row in before] == [asked]

    let_go(asked)

    assert len(stage.action(asked).outputs["nodes_removed"]) == 2
    row = stage.cluster(cluster)
    assert (row.status, row.desired_capacity) == ("ACTIVE", 1)
    assert problems(stage) == []


def test_an_action_ends_even_if_nothing_can_be_told_of_it(
    stage, make, let_go, monkeypatch
) -> None:
    make(2)
    asked = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_out", {"count": 1})
    stage.run_until(lambda: in_the_cloud(stage))

    def broken(*_args):
        raise RuntimeError("another bug")

    monkeypatch.setattr(cluster_state, "settle", broken)
    let_go(asked)

    assert stage.action(asked).status == "FAILED"


def test_what_an_older_release_has_begun_and_this_one_refuses(stage, make) -> None:
    cluster = make(2)
    broken = {"status": "ERROR"}
    node = stage.nodes()[0].id
    stage.deps.db.transact(lambda one: node_state.change(one, node, broken))
    asked = cluster_actions.ask(stage.deps, stage.ctx, "web", "recover", {})
    stage.run_until(lambda: in_the_cloud(stage))
    assert stage.cluster(cluster).status == "RECOVERING"

    change = sa.update(Action).where(Action.id == asked)
    unfit = change.values(
        inputs={"delete_timeout": "soon"}, status="READY", ready_at=0.0
    )
    stage.deps.db.transact(lambda one: one.execute(unfit))
    stage.step(1)

    row = stage.cluster(cluster)
    assert stage.action(asked).status == "FAILED"
    assert "delete_timeout" in stage.action(asked).status_reason
    assert row.status == "WARNING"
    assert row.status_reason.startswith("CLUSTER_RECOVER: ")
    stage.drain()
    assert problems(stage) == []


def test_an_update_of_a_row_by_an_older_release_leaves_no_node_updating(
    stage, make
) -> None:
    make(1)
    [node] = stage.nodes()
    body = {"role": "first"}
    asked = nodes.update(stage.deps, stage.ctx, node.id, body).action_id
    begun = {"version": 1, "Begin": {"done": True, "result": {}}}
    often = stage.options.max_attempts + 1
    change = sa.update(Action).where(Action.id == asked)
    lost = change.values(attempt=often, journal=begun)
    stage.deps.db.transact(lambda one: one.execute(lost))
    at_work = {"status": "UPDATING"}
    stage.deps.db.transact(lambda one: node_state.change(one, node.id, at_work))

    stage.drain()

    assert stage.action(asked).status == "FAILED"
    [node] = stage.nodes()
    assert (node.status, "Given up" in node.status_reason) == ("ERROR", True)
