"""Actions stand in line behind each other, and never in a circle."""

import pytest

from senlin_like import exceptions
from senlin_like.db import node_state, watches
from senlin_like.operations import cluster_actions, clusters, node_actions, nodes
from tests.torture import checks


@pytest.fixture
def web(stage, make):
    return stage.cluster(make())


def test_a_cluster_does_not_wait_for_what_waits_for_it(stage, web) -> None:
    """A check of a node stands behind the scaling that then removes the node."""
    del web
    scaling = cluster_actions.ask(
        stage.deps, stage.ctx, "web", "scale_in", {"count": 2}
    )
    node = stage.nodes()[0].id
    looking = node_actions.ask(stage.deps, stage.ctx, node, "check", {})

    stage.drain()

    assert stage.action(scaling).status == "SUCCEEDED"
    assert stage.action(looking).status == "FAILED"
    assert stage.nodes() == []


def test_a_node_made_while_its_cluster_is_deleted_goes_too(stage, web) -> None:
    deletion = clusters.delete(stage.deps, stage.ctx, "web", force=False)
    body = {"name": "n", "profile_id": web.profile_id, "cluster_id": "web"}
    creation = nodes.create(stage.deps, stage.ctx, body).action_id

    stage.drain()

    assert stage.action(deletion).status == "SUCCEEDED"
    assert stage.action(creation).status == "FAILED"
    assert stage.nodes() == []
    assert checks.problems(stage.deps.db, stage.driver.world) == []


def ask_for_a_node(stage, profile_id) -> tuple[str, str]:
    """Return the ids of the node and of the action that makes it."""
    body = {"name": "late", "profile_id": profile_id, "cluster_id": "web"}
    accepted = nodes.create(stage.deps, stage.ctx, body)
    return accepted.record["id"], accepted.action_id


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("recover", {}),
        ("recover", {"check": True, "check_capacity": True}),
        ("check", {}),
        ("resize", {"adjustment_type": "EXACT_CAPACITY", "number": 2}),
    ],
)
def test_cluster_actions_leave_alone_what_is_made_after_them(
    stage, web, action, params
) -> None:
    asked = cluster_actions.ask(stage.deps, stage.ctx, "web", action, params)
    _late, creation = ask_for_a_node(stage, web.profile_id)

    stage.drain()

    assert stage.action(asked).status == "SUCCEEDED"
    assert stage.action(creation).status == "SUCCEEDED"
    assert [node.status for node in stage.nodes(web.id)] == ["ACTIVE"] * 3
    assert len(stage.servers()) == 3
    assert checks.problems(stage.deps.db, stage.driver.world) == []


@pytest.mark.parametrize("has_own", [False, True])
def test_what_is_made_after_an_update_has_its_profile(stage, web, has_own) -> None:
    newer = stage.a_profile("newer", metadata={"is": "newer"})
    asked = clusters.update(stage.deps, stage.ctx, "web", {"profile_id": newer})
    own = stage.a_profile("own") if has_own else web.profile_id
    late, creation = ask_for_a_node(stage, own)

    stage.drain()

    assert stage.action(asked.action_id).status == "SUCCEEDED"
    assert stage.action(creation).status == "SUCCEEDED"
    given = {node.id: node.profile_id for node in stage.nodes(web.id)}
    assert given.pop(late) == (own if has_own else newer)
    assert set(given.values()) == {newer}


def test_a_creation_that_comes_too_late_leaves_the_node_alone(stage, web) -> None:
    """However it came about that the node is well, it stays so."""
    late, creation = ask_for_a_node(stage, web.profile_id)
    before = stage.nodes()[0].physical_id
    stage.deps.db.transact(
        lambda session: node_state.change(
            session, late, {"status": "ACTIVE", "physical_id": before}
        )
    )

    stage.drain()

    assert stage.action(creation).status == "FAILED"
    [row] = [node for node in stage.nodes() if node.id == late]
    found = (row.status, row.physical_id, row.cluster_id)
    assert found == ("ACTIVE", before, web.id)


def test_requests_that_conflict_are_refused(stage, web) -> None:
    del web
    cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_out", {"count": 1})

    with pytest.raises(exceptions.ActionConflict):
        cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {"count": 1})
    stage.step()
    with pytest.raises(exceptions.ResourceIsLocked):
        cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {"count": 1})


def test_deletions_of_nodes_wait_for_the_cluster(stage, web) -> None:
    growth = cluster_actions.ask(
        stage.deps, stage.ctx, "web", "scale_out", {"count": 1}
    )
    old = stage.nodes()[0].id
    deletion = nodes.delete(stage.deps, stage.ctx, old, force=False)

    stage.run_until(lambda: stage.action(growth).end_time is not None)
    was_started = stage.action(deletion).start_time is not None
    stage.drain()

    assert not was_started
    assert stage.action(growth).status == "SUCCEEDED"
    assert stage.action(deletion).status == "SUCCEEDED"
    assert len(stage.nodes(web.id)) == 2
    assert stage.cluster(web.id).desired_capacity == 2


def test_a_watcher_that_is_late_does_not_mislead(stage) -> None:
    """What was seen of an object doesn't count for the next one."""
    body = {"name": "lone", "profile_id": stage.a_profile()}
    nodes.create(stage.deps, stage.ctx, body)
    stage.drain()
    recovery = node_actions.ask(stage.deps, stage.ctx, "lone", "recover", {})
    stage.run_until(lambda: stage.action(recovery).wait_kind == "cloud")
    stage.advance(5.0)
    late = stage.engine.watcher
    group = late.db.transact(lambda one: watches.take(one, hold_s=0.0))[0]
    with late.db.reader() as session:
        waiting = watches.waiting(session, group.key)
    seen = late._ask(group.key, waiting)
    first = waiting[0].object_id
    stage.run_until(
        lambda: (
            stage.action(recovery).status == "WAITING"
            and stage.action(recovery).wait_object != first
        )
    )

    late.db.transact(
        lambda one: late._write(one, group.key, waiting, seen, 1.0, was_silent=False)
    )
    stage.drain()

    assert stage.action(recovery).status == "SUCCEEDED"
