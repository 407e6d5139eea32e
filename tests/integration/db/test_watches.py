"""Those who wait for a cloud that is silent are told, on each server."""

import uuid

import pytest
import sqlalchemy as sa

from senlin_like.db import watches
from senlin_like.db.models import Action
from senlin_like.domain.enums import ActionStatus, Cause, Kind, WaitKind
from senlin_like.operations import actions

TABLE = Action.__table__
REASON = "Waiting for server 100%_1 to be ACTIVE."


@pytest.fixture
def group(deps, ctx):
    """Park two actions in one group and one in another; return the first key."""
    key = f"server|{uuid.uuid4()}|u|"
    for one in (key, key, f"{key}x"):
        row = actions.new_row(
            deps, kind=Kind.NODE_CHECK, target=str(uuid.uuid4()), cluster_id="", name=""
        )
        row |= {
            "id": str(uuid.uuid4()),
            "cause": Cause.REQUEST,
            "user": ctx.user_id,
            "project": ctx.project_id,
            "timeout": 60,
            "inputs": {},
            "status": ActionStatus.WAITING,
            "status_reason": REASON,
            "wait_kind": WaitKind.CLOUD,
            "wait_group": one,
            "wait_object": "s",
        }
        deps.db.transact(
            lambda session, row=row: session.execute(sa.insert(TABLE), row)
        )
    return key


def look(deps, key):
    """Return the different reasons in a group and who is told."""
    with deps.db.reader() as session:
        query = sa.select(TABLE.c.status_reason).where(TABLE.c.wait_group == key)
        told = {one.is_told for one in watches.waiting(session, key)}
        return set(session.scalars(query)), told


def test_silence_is_told_once_and_taken_back(deps, group):
    for _ in range(2):
        deps.db.transact(lambda session: watches.tell_silence(session, group))
    silence = {f"{REASON} The cloud doesn't answer now; asking again."}

    assert look(deps, group) == (silence, {True})
    assert look(deps, f"{group}x") == ({REASON}, {False})

    deps.db.transact(lambda session: watches.take_back_silence(session, group))

    assert look(deps, group) == ({REASON}, {False})
