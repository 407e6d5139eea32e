"""A database that refuses for a while is no reason to undo what was begun."""

import sqlite3

import pytest

from senlin_like import exceptions
from senlin_like.db import credentials
from senlin_like.operations import clusters, nodes
from tests.torture import checks

REFUSAL = sqlite3.OperationalError("database or disk is full")


@pytest.mark.parametrize("times", [1, 2, 4])
@pytest.mark.parametrize(
    "moment", ["NODE_CREATE worked:Physical", "worked:CreateNodes"]
)
def test_an_action_goes_on_when_the_database_can(
    stage, monkeypatch, moment, times
) -> None:
    left = [0]
    dialect = stage.deps.db.engine.dialect
    real = dialect.do_execute

    def refuse(*args, **kwargs):
        if left[0] > 0:
            left[0] -= 1
            raise REFUSAL
        return real(*args, **kwargs)

    def dice(label):
        if moment in label:
            stage.moments.dice = None
            left[0] = times
        return False

    monkeypatch.setattr(dialect, "do_execute", refuse)
    stage.moments.dice = dice
    stage.moments.is_watching = True
    asked = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": 2}
    made = clusters.create(stage.deps, stage.ctx, asked)

    stage.run_until(lambda: stage.moments.dice is None)
    stage.crash()
    stage.drain()

    assert stage.action(made.action_id).status == "SUCCEEDED"
    assert [node.status for node in stage.nodes()] == ["ACTIVE", "ACTIVE"]
    assert len(stage.servers()) == 2
    assert checks.problems(stage.deps.db, stage.driver.world) == []


def away(*_args):
    raise exceptions.ServiceUnavailable("The database can't be reached.")


@pytest.mark.parametrize("is_undone", [False, True])
def test_permissions_that_cannot_be_read_are_read_later(
    stage, monkeypatch, is_undone
) -> None:
    if is_undone:
        rule = {"effect": "error_status", "method": "compute.create_server"}
        stage.controls.add_fault(rule)
    body = {"name": "lone", "profile_id": stage.a_profile()}
    made = nodes.create(stage.deps, stage.ctx, body).action_id
    moment = "before-undo:Physical" if is_undone else "kept:Begin"

    def dice(label):
        if moment in label:
            stage.moments.dice = None
            stage.engine.bench._clouds._values.clear()
            monkeypatch.setattr(credentials, "for_owner", away)
        return False

    stage.moments.dice = dice
    stage.moments.is_watching = True
    stage.run_until(lambda: stage.moments.dice is None)
    assert stage.action(made).status == "RUNNING"
    monkeypatch.undo()
    stage.crash()
    stage.drain()

    ended, [node] = stage.action(made), stage.nodes()
    assert "undone" not in ended.status_reason
    assert ended.status == ("FAILED" if is_undone else "SUCCEEDED")
    assert node.status == ("ERROR" if is_undone else "ACTIVE")
    assert len(stage.servers()) == (not is_undone)
