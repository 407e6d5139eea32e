"""Bringing images to hosts is stopped, put off, joined, and forgotten."""

import dataclasses
import threading

import pytest
import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.db import purge
from senlin_like.db.aggregate_models import ImageTask
from senlin_like.db.models import Action, Event
from senlin_like.flows import catalog
from senlin_like.operations import actions, aggregates, nodes
from tests.torture import hosted
from tests.torture.hosted import AGGREGATE, ONE, OTHER


@pytest.fixture
def hosts(stage):
    """Make an aggregate of hosts of which two are asked at a time."""
    changed = dataclasses.replace(stage.deps.settings, image_cache_parallelism=2)
    stage.deps = dataclasses.replace(stage.deps, settings=changed)
    stage.engine = stage.new_engine()
    made = hosted.make_hosts(stage, 6)
    hosted.make_aggregate(stage, made)
    return made


def has_done(stage, action_id, count):
    return stage.action(action_id).data["hosts"]["done"] >= count


def after_a_call(stage, number, what):
    """Let something happen right after the call of a host of that number."""

    def dice(label):
        if label.endswith(f"called {hosted.ASK} #{number}"):
            what()
            stage.engine.heart.beat()
        return False

    stage.moments.dice = dice
    stage.moments.is_watching = True


def test_what_is_left_when_cancelled_stays_pending_and_is_counted(stage, hosts):
    action_id = hosted.ask(stage)
    stage.run_until(lambda: has_done(stage, action_id, 2))
    stage.run_until(lambda: hosted.under_way(stage) == 2)

    actions.cancel(stage.deps, stage.ctx, action_id, force=False)
    stage.drain()

    ended = stage.action(action_id)
    numbers = {"total": 6, "done": 2, "failed": 0, "skipped": 0, "left": 4}
    assert ended.status == "CANCELLED"
    assert ended.outputs["hosts"] == numbers
    assert hosted.statuses(stage, action_id) == {"cached": 2, "pending": 4}
    assert len(hosted.asked(stage)) == 4
    [last] = stage.rows(Event, Event.status == "error")
    assert last.status_reason == (
        "Action execution cancelled (2 of 6 hosts done, 0 failed, 0 skipped, 4 left)"
    )


def test_a_cancellation_is_heard_between_hosts(stage, hosts):
    action_id = hosted.ask(stage)
    after_a_call(
        stage,
        1,
        lambda: actions.cancel(stage.deps, stage.ctx, action_id, force=False),
    )

    stage.drain()

    assert stage.action(action_id).status == "CANCELLED"
    assert len(hosted.asked(stage)) == 1


def test_an_engine_that_stops_hands_over_between_hosts(stage, hosts):
    action_id = hosted.ask(stage, ONE, OTHER)
    after_a_call(stage, 1, stage.engine._stopping.set)

    stage.step(1)

    assert hosted.statuses(stage, action_id) == {"underway": 1, "pending": 11}
    stage.engine = stage.new_engine()
    stage.drain()

    assert stage.action(action_id).status == "SUCCEEDED"
    assert set(hosted.asked(stage).values()) == {1}


def test_a_suspended_action_goes_on_when_resumed(stage, hosts):
    action_id = hosted.ask(stage)
    stage.run_until(lambda: has_done(stage, action_id, 2))

    actions.suspend(stage.deps, stage.ctx, action_id)
    stage.drain()
    paused = stage.action(action_id)
    asked = len(hosted.asked(stage))
    stage.advance(100.0)
    stage.drain()
    assert (paused.status, len(hosted.asked(stage))) == ("SUSPENDED", asked)
    actions.resume(stage.deps, stage.ctx, action_id)
    stage.drain()

    assert stage.action(action_id).status == "SUCCEEDED"
    assert set(hosted.asked(stage).values()) == {1}


def test_time_that_is_over_ends_it(stage, hosts):
    changed = dataclasses.replace(stage.deps.settings, default_action_timeout=20)
    stage.deps = dataclasses.replace(stage.deps, settings=changed)
    stage.controls.put_settings({"cache_seconds": 500.0})
    action_id = hosted.ask(stage)

    stage.drain()

    ended = stage.action(action_id)
    assert ended.status == "FAILED"
    assert ended.status_reason == "Timed out after 20 seconds."
    assert ended.outputs["hosts"]["left"] == 6
    assert hosted.statuses(stage, action_id) == {"pending": 6}


# -- asking twice ---------------------------------------------------------


def test_who_asks_twice_joins_what_runs(stage, hosts):
    first = hosted.ask(stage, ONE, OTHER)
    stage.run_until(lambda: has_done(stage, first, 2))

    assert hosted.ask(stage, OTHER) == first
    assert hosted.ask(stage, OTHER, ONE) == first
    stage.drain()

    assert len(stage.actions()) == 1
    assert hosted.ask(stage, ONE) != first


def test_two_who_ask_at_the_same_time_get_one_action(stage, hosts):
    barrier, taken = threading.Barrier(4), []

    def send():
        barrier.wait()
        taken.append(hosted.ask(stage))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == 4
    assert len(set(taken)) == len(stage.actions()) == 1
    assert len(hosted.tasks(stage, taken[0])) == 6


def test_other_images_stand_in_line(stage, hosts):
    first = hosted.ask(stage, ONE)
    second = hosted.ask(stage, OTHER)
    stage.run_until(lambda: has_done(stage, first, 2))

    assert stage.action(second).wait_kind == "turn"
    assert hosted.statuses(stage, second) == {"pending": 6}
    assert hosted.ask(stage, OTHER) == second
    stage.drain()

    assert {row.status for row in stage.actions()} == {"SUCCEEDED"}
    calls = stage.controls.journal(method=hosted.ASK)
    assert [call["name"].split("/")[1] for call in calls] == [ONE] * 6 + [OTHER] * 6


def test_an_action_without_a_new_host_is_not_joined(stage, hosts):
    first = hosted.ask(stage)
    stage.controls.set_host("newcomer", {"zone": "nova"})
    aggregates.add_host(stage.deps, stage.ctx, AGGREGATE, "newcomer")

    second = hosted.ask(stage)
    stage.drain()

    assert first != second
    assert stage.action(second).outputs["hosts"]["done"] == 7
    assert set(hosted.asked(stage).values()) == {1}


def test_an_action_that_is_being_cancelled_is_not_joined(stage, hosts):
    first = hosted.ask(stage)
    stage.run_until(lambda: has_done(stage, first, 2))
    actions.cancel(stage.deps, stage.ctx, first, force=False)

    second = hosted.ask(stage)
    stage.drain()

    assert stage.action(first).status == "CANCELLED"
    assert stage.action(second).status == "SUCCEEDED"
    assert len(hosted.cached(stage)) == 6


def test_aggregates_do_not_wait_for_each_other(stage, hosts):
    hosted.make_aggregate(stage, hosts, "rows")
    first = hosted.ask(stage)
    second = hosted.ask(stage, OTHER, key="rows")

    stage.step(4)

    assert {stage.action(one).wait_kind for one in (first, second)} == {"time"}


# -- afterwards -----------------------------------------------------------


def test_a_deleted_aggregate_stops_what_is_done_for_it(stage, hosts):
    action_id = hosted.ask(stage)
    stage.run_until(lambda: has_done(stage, action_id, 2))
    for host in hosts:
        aggregates.remove_host(stage.deps, stage.ctx, AGGREGATE, host)

    aggregates.delete(stage.deps, stage.ctx, AGGREGATE)
    stage.drain()

    assert stage.action(action_id).status == "CANCELLED"
    assert len(hosted.asked(stage)) < 6
    [last] = stage.rows(Event, Event.status == "error")
    assert (last.oid, last.oname) == (stage.action(action_id).target, AGGREGATE)
    with pytest.raises(exceptions.AggregateNotFound):
        hosted.ask(stage)


def test_tasks_are_purged_with_their_action(stage, hosts, monkeypatch):
    monkeypatch.setattr(purge, "_TASKS", 4)
    hosted.ask(stage)
    stage.drain()
    kept = hosted.ask(stage, OTHER)

    later = stage.deps.clock().replace(year=2100)
    gone = purge.actions(stage.deps.db, later)

    assert gone == 1
    assert {row.action_id for row in stage.rows(ImageTask)} == {kept}
    assert len(stage.rows(ImageTask)) == 6


def test_what_is_let_go_is_told_of(stage, hosts, monkeypatch):
    def broken(_run, _bench):
        raise RuntimeError("a bug")

    action_id = hosted.ask(stage)
    stage.run_until(lambda: hosted.under_way(stage) == 2)
    monkeypatch.setattr(catalog, "plan", broken)
    often = stage.options.max_attempts * 5 + 1
    lost = sa.update(Action).values(attempt=often, status="READY", ready_at=0.0)
    stage.deps.db.transact(lambda one: one.execute(lost))
    stage.step(1)

    [event] = stage.rows(Event, Event.status == "error")
    assert stage.action(action_id).status == "FAILED"
    assert event.otype == "AGGREGATE"
    assert event.status_reason.startswith("Given up: ")
    assert hosted.statuses(stage, action_id) == {"pending": 6}


def test_lone_nodes_of_the_same_project_hold_nothing_up(stage, hosts):
    profile = stage.a_profile()
    for number in range(9):
        body = {"name": f"n-{number}", "profile_id": profile}
        nodes.create(stage.deps, stage.ctx, body)
    action_id = hosted.ask(stage)

    claimed = [run.facts.id for run in stage.engine.claim(2)]

    assert action_id in claimed
