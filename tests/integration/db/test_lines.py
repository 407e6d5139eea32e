"""Actions that stand in line go on when those before them have ended."""

import datetime
import threading
import uuid

import pytest
import sqlalchemy as sa

from senlin_like.db import claims, conflicts
from senlin_like.db.models import Action
from senlin_like.db.work_models import Dependency
from senlin_like.domain.enums import ActionStatus, Cause, Kind, WaitKind

TABLE = Action.__table__


@pytest.fixture
def an_action(deps):
    """Make an action of a status; return its id."""

    def make(status: ActionStatus, wait_kind: WaitKind | None = None) -> str:
        row = {
            "id": str(uuid.uuid4()),
            "name": "one",
            "action": Kind.NODE_CHECK,
            "target": str(uuid.uuid4()),
            "cluster_id": "",
            "cause": Cause.REQUEST,
            "user": "alice",
            "project": "red",
            "request_id": "",
            "created_at": datetime.datetime.now(datetime.UTC),
            "timeout": 60,
            "status": status,
            "status_reason": "",
            "inputs": {},
            "outputs": {},
            "data": {},
            "children_left": 0,
            "lease": 0,
            "attempt": 0,
            "flow_version": 0,
            "journal": {},
            "wait_kind": wait_kind,
        }
        deps.db.transact(lambda one: one.execute(sa.insert(TABLE).values(row)))
        return str(row["id"])

    return make


@pytest.fixture
def in_line(deps, an_action):
    """Make an action that stands in line behind two others; return all three ids."""
    first, second = (an_action(ActionStatus.RUNNING) for _ in range(2))
    last = an_action(ActionStatus.WAITING, WaitKind.TURN)
    deps.db.transact(lambda one: conflicts.wait_for(one, last, [first, second]))
    return first, second, last


def end(deps, action_id, before_commit=lambda: None) -> None:
    """End an action as an engine does, with a moment before the commit."""

    def work(one) -> None:
        ended = sa.update(TABLE).where(TABLE.c.id == action_id)
        one.execute(ended.values(status=ActionStatus.SUCCEEDED))
        claims.free_turns(one, [action_id])
        before_commit()

    deps.db.transact(work)


def status_of(deps, action_id) -> str:
    with deps.db.reader() as one:
        return str(one.scalar(sa.select(TABLE.c.status).where(TABLE.c.id == action_id)))


def test_the_last_one_before_it_wakes_it(deps, in_line) -> None:
    first, second, last = in_line

    end(deps, first)
    assert status_of(deps, last) == "WAITING"

    end(deps, second)
    assert status_of(deps, last) == "READY"


@pytest.mark.timeout(60)
def test_two_that_end_at_the_same_moment_wake_it(deps, in_line) -> None:
    first, second, last = in_line
    other = threading.Thread(target=end, args=(deps, second))

    def let_the_other_try() -> None:
        other.start()
        other.join(1.0)

    end(deps, first, let_the_other_try)
    other.join()

    assert status_of(deps, last) == "READY"


def test_one_that_was_never_called_is_found(deps, an_action) -> None:
    lost = an_action(ActionStatus.WAITING, WaitKind.TURN)

    deps.db.transact(claims.mend)

    assert status_of(deps, lost) == "READY"


def test_one_with_somebody_before_it_is_left_in_line(deps, in_line) -> None:
    first, _second, last = in_line
    table = Dependency.__table__

    deps.db.transact(claims.mend)
    end(deps, first)
    deps.db.transact(claims.mend)

    assert status_of(deps, last) == "WAITING"
    with deps.db.reader() as one:
        left = one.scalars(sa.select(table.c.depended).where(table.c.dependent == last))
        assert left.all() == [in_line[1]]
