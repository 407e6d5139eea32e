"""The pruner: what it deletes by age, and its thread, which comes every hour."""

import dataclasses
import threading

import pytest

from senlin_like.db.models import Event
from senlin_like.engine import pruner
from senlin_like.operations import nodes

DAY_S = 86400.0
HOUR_S = 3600.0


@pytest.fixture
def old(stage):
    """Leave an action and its events of ten days ago."""
    nodes.create(stage.deps, stage.ctx, {"name": "n", "profile_id": stage.a_profile()})
    stage.drain()
    stage.clock.offset += 10 * DAY_S
    return len(stage.rows(Event))


class Hours(threading.Event):
    """Lets hours pass in no time; after some of them the engine stops."""

    def __init__(self, hours: int) -> None:
        super().__init__()
        self.hours = hours
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        return len(self.waits) > self.hours


def pruning(stage, hours, **days):
    """Return an engine that keeps rows for so many days, and its hours."""
    stage.options = dataclasses.replace(stage.options, **days)
    engine = stage.new_engine()
    engine._stopping = Hours(hours)
    return engine, engine._stopping


@pytest.mark.parametrize(
    ("action_days", "event_days"), [(9, 0), (0, 9), (9, 9)], ids=str
)
def test_what_is_too_old_goes(stage, old, action_days, event_days) -> None:
    gone = pruner.prune(stage.deps, action_days=action_days, event_days=event_days)

    actions, events = len(stage.actions()), len(stage.rows(Event))
    assert gone == (1 if action_days else 0, old if event_days else 0)
    assert (actions, events) == (1 - gone[0], old - gone[1])


@pytest.mark.parametrize("days", [0, 11], ids=["for ever", "for longer"])
def test_what_is_to_be_kept_stays(stage, old, days) -> None:
    gone = pruner.prune(stage.deps, action_days=days, event_days=days)

    assert gone == (0, 0)
    assert (len(stage.actions()), len(stage.rows(Event))) == (1, old)


def test_an_unfinished_action_stays_however_old_it_is(stage) -> None:
    nodes.create(stage.deps, stage.ctx, {"name": "n", "profile_id": stage.a_profile()})
    stage.step()
    stage.clock.offset += 10 * DAY_S

    gone = pruner.prune(stage.deps, action_days=1, event_days=0)

    assert gone == (0, 0)
    assert len(stage.unfinished()) == 1


def test_the_thread_prunes_every_hour(stage, old) -> None:
    engine, hours = pruning(stage, 1, action_days=9, event_days=9)
    assert old > 0

    engine._prune_on()

    assert hours.waits == [HOUR_S, HOUR_S]
    assert (stage.actions(), stage.rows(Event)) == ([], [])


def test_the_thread_prunes_nothing_before_its_first_hour(stage, old) -> None:
    engine, _hours = pruning(stage, 0, action_days=9, event_days=9)

    engine._prune_on()

    assert (len(stage.actions()), len(stage.rows(Event))) == (1, old)


def test_the_thread_outlives_a_failure(stage, old, caplog) -> None:
    engine, hours = pruning(stage, 2, action_days=9, event_days=9)
    clock = stage.deps.clock
    assert old > 0

    def broken_at_first():
        if len(hours.waits) == 1:
            raise OSError("no time")
        return clock()

    engine.deps = dataclasses.replace(stage.deps, clock=broken_at_first)
    engine._prune_on()

    assert "Purging failed" in caplog.text
    assert (stage.actions(), stage.rows(Event)) == ([], [])


def test_an_engine_has_the_thread_and_ends_it(stage) -> None:
    engine = stage.new_engine()

    engine.start()
    threads = {thread.name: thread for thread in engine._threads}
    was_alive = threads["pruner"].is_alive()
    engine.stop()

    assert was_alive
    assert not threads["pruner"].is_alive()
