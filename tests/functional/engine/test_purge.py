"""Old rows go in the end; what a running action still needs stays."""

import datetime

import pytest

from senlin_like.db import purge
from senlin_like.db.models import Event
from senlin_like.operations import clusters


@pytest.fixture
def later():
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3650)


def ask(stage, size):
    body = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": size}
    return clusters.create(stage.deps, stage.ctx, body).action_id


def test_a_failed_child_stays_until_its_parent_has_ended(stage, later):
    stage.controls.add_fault(
        {"effect": "error", "method": "compute.create_server", "count": 1}
    )
    parent = ask(stage, 2)
    stage.run_until(lambda: any(row.status == "FAILED" for row in stage.actions()))

    purge.actions(stage.deps.db, later)
    stage.drain()

    assert stage.action(parent).status == "FAILED"
    assert "Failed in creating nodes." in stage.action(parent).status_reason


def test_a_family_that_has_ended_goes(stage, later):
    ask(stage, 2)
    stage.drain()

    assert purge.actions(stage.deps.db, later, ["nobody"]) == 0
    assert purge.actions(stage.deps.db, later) == 3
    assert stage.actions() == []


def test_events_go_by_age_and_project(stage, later):
    ask(stage, 1)
    stage.drain()
    count = len(stage.rows(Event))
    longest_ago = later - datetime.timedelta(days=36500)

    assert count > 0
    assert purge.events(stage.deps.db, longest_ago) == 0
    assert purge.events(stage.deps.db, later, ["nobody"]) == 0
    assert purge.events(stage.deps.db, later) == count
