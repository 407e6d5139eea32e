"""A hook that is completed while its action is being parked: nothing is lost."""

import concurrent.futures
import threading
import uuid

import pytest
import sqlalchemy as sa

from senlin_like.db import lifecycle, progress
from senlin_like.db.models import Action
from senlin_like.db.progress import Hold, Parking
from senlin_like.domain.enums import Cause, Kind, WaitKind
from senlin_like.operations import actions

PATIENCE_S = 30
#: How long the one who parks gives the other a chance to come to grief.
CHANCE_S = 1.0


@pytest.fixture
def an_action(deps, ctx):
    """Store an action at work that has a hook; return the proof of holding it."""
    hold = Hold(action_id=str(uuid.uuid4()), owner=str(uuid.uuid4()), lease=1)
    row = actions.new_row(
        deps, kind=Kind.NODE_DELETE, target=str(uuid.uuid4()), cluster_id="", name="n"
    )
    row |= {
        "id": hold.action_id,
        "status": "RUNNING",
        "owner": hold.owner,
        "lease": hold.lease,
        "cause": Cause.DERIVED_WITH_HOOK,
        "user": ctx.user_id,
        "project": ctx.project_id,
        "timeout": 100,
        "inputs": {},
    }
    table = Action.__table__
    deps.db.transact(lambda one: one.execute(sa.insert(table), row))
    return hold


def park(session, hold):
    """Park as the step does; tell whether a completion was found."""
    progress.guarded(session, hold, {"updated_at": None})
    if lifecycle.is_completed(session, hold.action_id):
        return True
    parking = Parking(kind=WaitKind.HOOK, reason="waits", wake_after_s=100.0)
    progress.park(session, hold, {"journal": {}}, parking)
    return False


def status(deps, hold):
    with deps.db.reader() as one:
        query = sa.select(Action.status).where(Action.id == hold.action_id)
        return one.scalar(query)


def test_a_completion_that_comes_during_the_parking_wakes(deps, an_action):
    is_parked, has_written = threading.Event(), threading.Event()
    completing = threading.local()

    def count(_connection, _cursor, text, *_rest):
        seen = completing.__dict__.setdefault("updates", 0)
        if hasattr(completing, "is_here") and text.startswith("UPDATE"):
            completing.updates = seen + 1
            if completing.updates == 2:
                has_written.set()

    def parking(session):
        found = park(session, an_action)
        is_parked.set()
        has_written.wait(CHANCE_S)
        return found

    def complete():
        completing.is_here = True
        is_parked.wait(PATIENCE_S)
        deps.db.transact(lambda one: lifecycle.complete(one, an_action.action_id))

    sa.event.listen(deps.db.engine, "before_cursor_execute", count)
    try:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            completed = pool.submit(complete)
            found = pool.submit(deps.db.transact, parking).result(PATIENCE_S)
            completed.result(PATIENCE_S)
    finally:
        sa.event.remove(deps.db.engine, "before_cursor_execute", count)

    assert not found
    assert status(deps, an_action) == "READY"


def test_a_completion_that_comes_before_the_parking_is_found(deps, an_action):
    deps.db.transact(lambda one: lifecycle.complete(one, an_action.action_id))

    assert deps.db.transact(lambda one: park(one, an_action))
    assert status(deps, an_action) == "RUNNING"


@pytest.mark.parametrize("trial", range(5))
def test_one_of_both_always_sees_the_other(deps, an_action, trial):
    gate = threading.Barrier(2)

    def run(work):
        gate.wait(PATIENCE_S)
        return deps.db.transact(work)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        parking = pool.submit(run, lambda one: park(one, an_action))
        ending = pool.submit(
            run, lambda one: lifecycle.complete(one, an_action.action_id)
        )
        found = parking.result(PATIENCE_S)
        ending.result(PATIENCE_S)

    assert found or status(deps, an_action) == "READY"
