"""Who may write for an action: nobody but the one that holds it now."""

import contextlib
import dataclasses
import datetime
import time

import pytest
from oslo_db import exception as db_exception

from senlin_like.db import claims, strays
from senlin_like.db.models import Action, Event
from senlin_like.db.work_models import StrayWatch
from senlin_like.flows import catalog
from senlin_like.operations import actions, clusters, nodes, profiles
from tests.torture import checks
from tests.torture import stage as stages


class Paused(BaseException):
    """The point where an engine stops for a long time."""


@pytest.fixture
def a_node(stage):
    # Without ports of its own: a late creation would miss them and fail.
    profile = stage.a_profile(networks=[])

    def ask(name="lone") -> str:
        body = {"name": name, "profile_id": profile}
        return nodes.create(stage.deps, stage.ctx, body).action_id

    return ask


@pytest.fixture
def elsewhere(stage):
    """Let another engine do all that there is, after the lease has run out."""

    def finish() -> None:
        paused = stage.engine
        stage.expire(paused.id)
        stage.engine = stage.new_engine()
        stage.drain()
        stage.engine = paused

    return finish


def interrupt(stage, label, what) -> None:
    """Do something once, in the middle of another engine's step."""

    def dice(moment: str) -> bool:
        if label not in moment:
            return False
        stage.moments.dice = None
        what()
        return False

    stage.moments.dice = dice
    stage.moments.is_watching = True


@pytest.mark.parametrize(
    "moment",
    ["before:Begin", "worked:Begin", "kept:Begin", "worked:Physical", "before:finish"],
)
def test_a_paused_engine_cannot_write(stage, a_node, elsewhere, moment) -> None:
    action_id = a_node()
    interrupt(stage, moment, elsewhere)

    stage.drain()

    action = stage.action(action_id)
    [node] = stage.nodes()
    ends = [event for event in stage.rows(Event) if event.status == "end"]
    assert action.status == "SUCCEEDED"
    assert node.status == "ACTIVE"
    assert len(ends) == 1
    stage.sweep()
    assert checks.problems(stage.deps.db, stage.driver.world) == []


def test_a_late_creation_is_removed_by_the_sweep(stage, a_node, elsewhere) -> None:
    a_node()
    interrupt(stage, "call compute.create_server", elsewhere)
    stage.drain()
    before = len(stage.servers())

    removed = stage.sweep()

    [node] = stage.nodes()
    assert before == 2
    assert removed == 1
    assert [server["id"] for server in stage.servers()] == [node.physical_id]


@pytest.mark.parametrize("loses_profile", [False, True])
def test_a_late_creation_for_a_node_that_is_gone_is_removed(
    stage, a_node, loses_profile
) -> None:
    a_node()

    def elsewhere() -> None:
        paused = stage.engine
        stage.expire(paused.id)
        stage.engine = stage.new_engine()
        stage.drain()
        [profile] = [node.profile_id for node in stage.nodes()]
        nodes.delete(stage.deps, stage.ctx, "lone", force=False)
        stage.drain()
        if loses_profile:
            profiles.delete(stage.deps, stage.ctx, profile)
        stage.engine = paused

    interrupt(stage, "call compute.create_server", elsewhere)
    stage.drain()

    removed = stage.sweep()

    assert removed == 1
    assert stage.nodes() == []
    assert stage.servers() == []


def test_a_watch_for_strays_ends(stage, a_node) -> None:
    a_node()
    [_run] = stage.engine.claim(1)
    stage.crash()
    stage.drain()

    stage.advance(stage.options.stray_watch_s + 1)
    stage.engine.sweep()

    assert stage.rows(StrayWatch) == []


def test_a_heartbeat_keeps_an_action(stage, a_node) -> None:
    action_id = a_node()
    stage.engine.claim(1)

    for _ in range(5):
        stage.advance(stage.options.lease_s * 0.7)
        stage.engine.heart.beat()
        stage.new_engine().reap()

    assert stage.action(action_id).owner == stage.engine.id
    assert stage.action(action_id).attempt == 0


def test_an_engine_that_was_reaped_hears_of_it(stage, a_node) -> None:
    a_node()
    [run] = stage.engine.claim(1)
    stage.expire(stage.engine.id)
    stage.new_engine().reap()

    stage.engine.heart.beat()

    with pytest.raises(BaseException, match=run.facts.id):
        run.check_lease()


def test_a_lease_counts_from_before_the_claim(stage, a_node, monkeypatch) -> None:
    """An engine may be stopped between its claim and the first step."""
    a_node()
    slept = [0.0]
    real, once = time.monotonic, stage.deps.db._once

    def pausing(work):
        result = once(work)
        slept[0] = stage.options.lease_s + 1.0
        return result

    monkeypatch.setattr(time, "monotonic", lambda: real() + slept[0])
    monkeypatch.setattr(stage.deps.db, "_once", pausing)

    [run] = stage.engine.claim(1)

    with pytest.raises(BaseException, match=run.facts.id):
        run.check_lease()


def test_an_action_that_cannot_be_read_holds_up_nobody(stage, a_node) -> None:
    newer = ready_row("newer", "") | {"action": "NODE_OF_TOMORROW"}
    table = Action.__table__
    stage.deps.db.transact(lambda one: one.execute(table.insert(), [newer]))
    action_id = a_node()

    runs = stage.engine.claim(10)

    assert [run.facts.id for run in runs] == [action_id]
    assert stage.action("newer").status == "RUNNING"


def test_an_action_that_kills_its_engines_is_given_up(stage, a_node) -> None:
    stage.options = dataclasses.replace(stages.OPTIONS, max_attempts=3)
    stage.engine = stage.new_engine()
    action_id = a_node()
    stage.moments.dice = lambda moment: "before:Physical" in moment
    stage.moments.is_watching = True

    stage.drain()

    assert stage.action(action_id).status == "FAILED"
    assert "Given up" in stage.action(action_id).status_reason
    assert stage.servers() == []


def test_an_action_that_cannot_even_be_ended_is_let_go(
    stage, a_node, monkeypatch
) -> None:
    stage.options = dataclasses.replace(stages.OPTIONS, max_attempts=1)
    stage.engine = stage.new_engine()
    action_id = a_node()

    def broken(*_args):
        raise RuntimeError("a bug")

    monkeypatch.setattr(catalog, "plan", broken)
    for _ in range(10):
        with contextlib.suppress(RuntimeError):
            stage.step()
        stage.crash()
    monkeypatch.undo()

    ended = stage.action(action_id)
    assert ended.status == "FAILED"
    assert ended.status_reason.startswith("Given up: 6 tries")
    nodes.delete(stage.deps, stage.ctx, "lone", force=True)
    stage.drain()
    assert stage.nodes() == []


def test_claims_are_fair_between_clusters(stage) -> None:
    insert_ready(stage, {f"small-{n}": 10 for n in range(50)} | {"large": 1000})

    first = claim(stage, "one", 102)

    counts = {name: first.count(name) for name in set(first)}
    assert len(counts) == 51
    assert set(counts.values()) == {2}


def test_a_cluster_that_is_busy_comes_later(stage) -> None:
    insert_ready(stage, {"large": 100})
    claim(stage, "one", 20)
    insert_ready(stage, {"small": 5})

    second = claim(stage, "two", 5)

    assert second == ["small"] * 5


def insert_ready(stage, counts: dict[str, int]) -> None:
    rows = [
        ready_row(f"{name}-{n}", name) for name, k in counts.items() for n in range(k)
    ]
    table = Action.__table__
    stage.deps.db.transact(lambda one: one.execute(table.insert(), rows))


def ready_row(action_id: str, cluster_id: str) -> dict:
    return {
        "id": action_id,
        "name": action_id,
        "action": "NODE_CHECK",
        "target": action_id,
        "cluster_id": cluster_id,
        "cause": "RPC Request",
        "user": "u",
        "project": "p",
        "created_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
        "timeout": 60,
        "status": "READY",
        "ready_at": 1.0,
        "inputs": {},
        "outputs": {},
        "data": {},
        "journal": {},
        "status_reason": "",
        "request_id": "",
        "children_left": 0,
        "lease": 0,
        "attempt": 0,
        "flow_version": 0,
    }


def claim(stage, engine_id: str, limit: int) -> list[str]:
    taken = stage.deps.db.transact(
        lambda one: claims.claim(one, engine_id, lease_s=30.0, limit=limit)
    )
    return [claimed.row.cluster_id for claimed in taken]


def test_a_retried_transaction_stops_the_children_all_the_same(stage) -> None:
    """What a rolled back try has noted in memory must not count."""
    body = {
        "name": "web",
        "profile_id": stage.a_profile(),
        "desired_capacity": 2,
        "min_size": 0,
    }
    action_id = clusters.create(stage.deps, stage.ctx, body).action_id
    stage.run_until(lambda: len(stage.actions()) == 3)
    actions.cancel(stage.deps, stage.ctx, action_id, force=False)
    real = stage.deps.db._once
    deadlocks = iter([True])

    def once(work):
        def failing(session):
            result = work(session)
            is_ours = "stopped" in run.data
            if is_ours and next(deadlocks, False):
                raise db_exception.DBDeadlock
            return result

        return real(failing)

    runs = stage.engine.claim(10)
    [run] = [one for one in runs if one.facts.id == action_id]
    stage.deps.db._once = once
    stage.engine.work(run)
    stage.deps.db._once = real

    left = stage.rows(Action, Action.parent_id == action_id)
    assert next(deadlocks, False) is False
    assert all(row.signal == "CANCEL" or row.status == "CANCELLED" for row in left)


def test_a_lost_watcher_is_replaced_within_a_lease(stage, a_node) -> None:
    action_id = a_node()
    stage.run_until(lambda: stage.action(action_id).wait_kind == "cloud")
    stage.advance(5.0)
    stage.moments.dice = lambda moment: "call look" in moment
    stage.moments.is_watching = True
    stage.step()
    stage.moments.dice = None

    stage.advance(stage.options.lease_s)
    stage.step()

    assert stage.crashes == 1
    assert stage.action(action_id).status == "SUCCEEDED"


def test_a_watch_ends_only_with_a_look_that_began_after_its_time(stage) -> None:
    asked = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": 1}
    clusters.create(stage.deps, stage.ctx, asked)
    stage.drain()
    node = stage.nodes()[0]
    stage.deps.db.transact(lambda one: strays.remember(one, [node.id], 10.0))
    stage.advance(6.0)

    def pause(label: str) -> bool:
        if label.startswith("engine call"):
            stage.moments.dice = None
            stage.advance(60.0)
        return False

    stage.moments.is_watching = True
    stage.moments.dice = pause
    stage.engine.sweep()
    assert stage.moments.dice is None
    assert len(stage.rows(StrayWatch)) == 1

    stage.engine.sweep()
    assert stage.rows(StrayWatch) == []


def test_a_watch_waits_for_a_cloud_that_cannot_be_asked_but_not_for_ever(stage) -> None:
    asked = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": 1}
    clusters.create(stage.deps, stage.ctx, asked)
    stage.drain()
    node = stage.nodes()[0]
    stage.deps.db.transact(lambda one: strays.remember(one, [node.id], 10.0))
    stage.controls.add_fault({"effect": "busy", "method": "compute.find_marked"})
    stage.advance(60.0)
    stage.engine.sweep()
    assert len(stage.rows(StrayWatch)) == 1

    stage.advance(3700.0)
    stage.engine.sweep()
    assert stage.rows(StrayWatch) == []
