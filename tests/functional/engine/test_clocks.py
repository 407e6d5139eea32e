"""Engines whose clocks differ agree on when a wait is over."""

import dataclasses
import datetime

import pytest
import sqlalchemy as sa

from senlin_like.db import claims
from senlin_like.db.models import Action
from senlin_like.engine.worker import Engine
from senlin_like.operations import clusters, nodes

HOUR = datetime.timedelta(hours=1)


def another_engine(stage, off) -> Engine:
    """Make an engine whose own clock is off."""
    clock = stage.deps.clock
    deps = dataclasses.replace(stage.deps, clock=lambda: clock() + off)
    return Engine(deps, stage.options, probe=stage.moments.hit)


def look_again(stage, action_id) -> None:
    """Let the action be claimed although nothing was seen."""
    woken = stage.deps.db.transact(lambda one: claims.wake(one, [action_id]))
    assert woken == 1
    [run] = stage.engine.claim(3)
    stage.engine.work(run)


def seconds_left(stage, action_id) -> float:
    """Tell in how many seconds a parked action is woken at the latest."""
    row = stage.action(action_id)
    return row.wake_at - row.start_time


@pytest.fixture
def waiting(stage) -> str:
    """Give an action that waits for its server."""
    body = {"name": "lone", "profile_id": stage.a_profile()}
    made = nodes.create(stage.deps, stage.ctx, body).action_id
    stage.run_until(lambda: stage.action(made).wait_kind == "cloud")
    return made


@pytest.mark.parametrize("off", [-HOUR, HOUR])
def test_a_wait_is_as_long_for_every_engine(stage, waiting, off) -> None:
    before = seconds_left(stage, waiting)
    stage.engine = another_engine(stage, off)

    look_again(stage, waiting)

    after = seconds_left(stage, waiting)
    assert (stage.action(waiting).wait_kind, after) == (
        "cloud",
        pytest.approx(before, abs=30),
    )
    stage.drain()
    assert stage.action(waiting).status == "SUCCEEDED"


@pytest.mark.parametrize("off", [-HOUR, HOUR])
def test_a_wait_that_an_older_engine_began_is_as_long(stage, waiting, off) -> None:
    before, row = seconds_left(stage, waiting), stage.action(waiting)
    journal = dict(row.journal)
    wait = dict(journal["Physical"]["memo"]["wait"])
    del wait["ends"]
    journal["Physical"] = {"memo": {**journal["Physical"]["memo"], "wait": wait}}
    change = sa.update(Action).where(Action.id == waiting).values(journal=journal)
    stage.deps.db.transact(lambda one: one.execute(change))
    stage.engine = another_engine(stage, off)

    look_again(stage, waiting)

    # The time that this test let pass isn't in what older releases have kept.
    assert seconds_left(stage, waiting) == pytest.approx(before, abs=30)


@pytest.mark.parametrize("off", [-HOUR, HOUR])
def test_a_pause_is_as_long_for_every_engine(stage, make, attach, off) -> None:
    make(2)
    attach("batch", "batch", min_in_service=1, pause_time=300)
    body = {"profile_id": stage.a_profile("new", metadata={"release": "2"})}
    action_id = clusters.update(stage.deps, stage.ctx, "web", body).action_id
    stage.run_until(lambda: "Pausing" in stage.action(action_id).status_reason)
    before = seconds_left(stage, action_id)
    stage.engine = another_engine(stage, off)

    look_again(stage, action_id)

    assert "Pausing" in stage.action(action_id).status_reason
    assert seconds_left(stage, action_id) == pytest.approx(before, abs=30)
