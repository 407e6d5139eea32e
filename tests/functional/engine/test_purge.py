"""Old rows go in the end; what a running action still needs stays."""

import datetime

import pytest
import sqlalchemy as sa

from senlin_like.db import event_log, purge
from senlin_like.db.models import Action, Cluster, Event
from senlin_like.operations import clusters

NOBODY = purge.Choice(projects=["nobody"])


@pytest.fixture
def later():
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3650)


def ask(stage, size, name="web"):
    body = {"name": name, "profile_id": stage.a_profile(), "desired_capacity": size}
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

    assert purge.actions(stage.deps.db, later, NOBODY) == 0
    assert purge.actions(stage.deps.db, later) == 3
    assert stage.actions() == []


def test_events_go_by_age_and_project(stage, later):
    ask(stage, 1)
    stage.drain()
    count = len(stage.rows(Event))
    longest_ago = later - datetime.timedelta(days=36500)

    assert count > 0
    assert purge.events(stage.deps.db, longest_ago) == 0
    assert purge.events(stage.deps.db, later, NOBODY) == 0
    assert purge.events(stage.deps.db, later) == count


def test_events_and_actions_of_one_cluster_go(stage, later):
    ask(stage, 1, "web")
    ask(stage, 2, "db")
    stage.drain()
    [web] = [row for row in stage.rows(Cluster) if row.name == "web"]
    choice = purge.Choice(clusters=[web.id])

    events = purge.events(stage.deps.db, later, choice)
    actions = purge.actions(stage.deps.db, later, choice)

    assert (events, actions) == (4, 2)
    assert {row.cluster_id for row in stage.rows(Event)}.isdisjoint({web.id})
    assert len(stage.actions()) == 3


def test_a_limit_takes_the_oldest(stage, later):
    ask(stage, 1, "web")
    stage.drain()
    ask(stage, 1, "db")
    stage.drain()
    events = sorted(stage.rows(Event), key=lambda row: row.timestamp)
    actions = sorted(stage.actions(), key=lambda row: row.end_time)
    choice = purge.Choice(limit=3)

    assert purge.events(stage.deps.db, later, choice) == 3
    assert purge.actions(stage.deps.db, later, choice) == 3

    assert {row.id for row in stage.rows(Event)} == {row.id for row in events[3:]}
    assert [row.id for row in stage.actions()] == [actions[3].id]


def test_a_limit_may_be_more_than_a_batch(stage, later):
    row = {
        "timestamp": datetime.datetime.now(datetime.UTC),
        "oid": "x",
        "oname": "x",
        "otype": "NODE",
        "cluster_id": "",
        "level": 20,
        "user": "u",
        "project": "p",
        "action": "a",
        "status": "end",
        "status_reason": "",
        "meta_data": {},
    }
    rows = [{"id": str(number), **row} for number in range(1200)]
    stage.deps.db.transact(lambda one: event_log.insert(one, rows))

    assert purge.events(stage.deps.db, later, purge.Choice(limit=1100)) == 1100
    assert purge.events(stage.deps.db, later, purge.Choice(limit=1100)) == 100


def test_grandchildren_of_a_running_action_stay(stage, later):
    parent = ask(stage, 1)
    stage.drain()
    [child] = [row for row in stage.actions() if row.parent_id == parent]
    table = Action.__table__
    ended = dict(child._mapping)
    del ended["id"], ended["sequence"]
    grandchild = {**ended, "id": "grandchild", "sequence": 0, "parent_id": child.id}

    def change(one):
        one.execute(sa.insert(table).values(grandchild))
        running = sa.update(table).where(table.c.id == parent)
        one.execute(running.values(status="WAITING"))

    stage.deps.db.transact(change)

    assert purge.actions(stage.deps.db, later) == 0


def test_a_parent_stays_while_a_child_runs(stage, later):
    parent = ask(stage, 1)
    stage.drain()
    table = Action.__table__
    child = sa.update(table).where(table.c.parent_id == parent)
    stage.deps.db.transact(lambda one: one.execute(child.values(status="RUNNING")))

    assert purge.actions(stage.deps.db, later) == 0
