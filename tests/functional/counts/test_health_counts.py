"""What checks of health cost: statements, commits and calls, however many clusters.

A change that raises one of these figures has to say why.
"""

import dataclasses
import uuid

import pytest
import sqlalchemy as sa

from senlin_like.db import models, work_models
from senlin_like.engine import hearing
from senlin_like.rpc import cloud_notifications
from tests import recorded
from tests.functional.engine.balanced import Site
from tests.torture import watched

#: Of a round in which nothing is new.
STATEMENTS, COMMITS = 9, 3
#: Of a round of clusters whose cloud tells: one reads what it has told.
TOLD = STATEMENTS + 1
#: Of notifications that concern somebody, however many at once.
NOTED, NOTED_COMMITS = 4, 1
#: Of a round of clusters with load balancers: one reads their pools.
BALANCED = STATEMENTS + 1


@pytest.fixture
def many(stage):
    """Store clusters of two nodes that all have one health policy."""

    def make(count, *modes):
        policy = watched.a_policy(stage, *modes)
        watched.a_cluster(stage, 2, policy, "web-0")
        with stage.deps.db.reader() as one:
            kept = {
                model: [
                    dict(row._mapping)
                    for row in one.execute(sa.select(model.__table__))
                ]
                for model in (
                    models.Cluster,
                    models.Node,
                    models.Binding,
                    work_models.HealthCheck,
                )
            }

        def work(session):
            for number in range(1, count):
                copy(session, kept, number)

        stage.deps.db.transact(work)
        watched.check(stage)
        stage.advance(61)

    return make


def copy(session, kept, number):
    """Store another cluster like the first; its nodes share their servers."""
    cluster, binding = str(uuid.uuid4()), str(uuid.uuid4())
    for model, rows in kept.items():
        for row in rows:
            changed = {"cluster_id": cluster}
            if model is models.Cluster:
                changed = {"id": cluster, "name": f"web-{number}"}
            elif model is models.Node:
                changed["id"] = str(uuid.uuid4())
            elif model is models.Binding:
                changed["id"] = binding
            else:
                changed["binding_id"] = binding
            values = {**row, **changed}
            given = {key: one for key, one in values.items() if one is not None}
            session.execute(sa.insert(model.__table__), given)


def calls(stage):
    return {
        method: sum(outcomes.values())
        for method, outcomes in stage.controls.counters().items()
    }


@pytest.mark.parametrize("count", [1, 10, 100])
@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        ([watched.STATUS], {"look.server": 1}),
        (
            [watched.STATUS, watched.HYPERVISOR],
            {"look.server": 1, "compute.look_at_hypervisors": 1},
        ),
        ([watched.EVENTS], {"compute.notices": 1}),
    ],
    ids=["status", "hypervisor", "events"],
)
def test_a_round_costs_the_same_for_any_number(
    stage, tally, many, count, modes, expected
):
    many(count, *modes)
    stage.controls.reset_counters()

    with tally.counting():
        assert stage.engine.checker.look_once() == count

    assert tally.statements <= STATEMENTS, tally.most()
    assert tally.commits <= COMMITS
    assert calls(stage) == expected


def test_nothing_due_costs_next_to_nothing(stage, tally, many):
    many(1)
    watched.check(stage)

    with tally.counting():
        assert stage.engine.checker.look_once() == 0

    assert (tally.statements, tally.commits) == (1, 1)


def test_nodes_are_read_with_their_cluster(stage, tally):
    watched.a_cluster(stage, 30, watched.a_policy(stage))
    watched.check(stage)
    stage.advance(61)
    stage.controls.reset_counters()

    with tally.counting():
        assert stage.engine.checker.look_once() == 1

    assert tally.statements <= STATEMENTS, tally.most()
    assert calls(stage) == {"look.server": 1}


@pytest.fixture
def told(stage):
    """Let the cloud tell instead of being asked."""
    health = dataclasses.replace(stage.options.health, asks_events=False)
    stage.options = dataclasses.replace(stage.options, health=health)
    stage.engine = stage.new_engine()
    return stage


@pytest.mark.parametrize("count", [1, 100])
def test_a_round_of_those_that_are_told_costs_the_same(told, tally, many, count):
    many(count, watched.EVENTS)
    told.controls.reset_counters()

    with tally.counting():
        assert told.engine.checker.look_once() == count

    assert tally.statements <= TOLD, tally.most()
    assert tally.commits <= COMMITS
    assert calls(told) == {"look.server": 1}


def foreign(count, **marks):
    """Give notifications of other servers, in both formats."""
    names = ("compute.instance.power_off.end", "instance.power_off.end")
    made = []
    for number in range(count):
        one = recorded.about(recorded.NODE, str(uuid.uuid4()), names[number % 2])
        payload = one["payload"]
        payload.get("nova_object.data", payload)["metadata"] = dict(marks)
        made.append(recorded.pair(one))
    return made


def test_a_flood_of_foreign_notifications_costs_no_statement(told, tally, many):
    many(1, watched.EVENTS)

    with tally.counting():
        assert hearing.take(told.engine.bench, foreign(2000, role="web")) == 0

    assert (tally.statements, tally.commits) == (0, 0)


def test_a_flood_of_forged_marks_costs_one_statement_a_batch(told, tally, many):
    many(1, watched.EVENTS)
    node = told.nodes()[0]
    batch = foreign(cloud_notifications.BATCH, cluster_node_id=node.id)

    with tally.counting():
        assert hearing.take(told.engine.bench, batch) == 0

    assert (tally.statements, tally.commits) == (1, 0)


@pytest.mark.parametrize("count", [1, 30])
def test_notices_of_many_nodes_are_written_together(told, tally, count):
    watched.a_cluster(told, count, watched.a_policy(told, watched.EVENTS))
    watched.check(told)
    nodes = told.nodes()
    batch = [
        recorded.pair(recorded.about(one.id, one.physical_id, event))
        for event in ("compute.instance.power_off.end", "instance.power_off.end")
        for one in nodes
    ]

    with tally.counting():
        assert hearing.take(told.engine.bench, batch) == count

    assert tally.statements <= NOTED, tally.most()
    assert tally.commits == NOTED_COMMITS
    told.controls.reset_counters()
    with tally.counting():
        assert told.engine.checker.look_once() == 1
    assert calls(told) == {"look.server": 1}


@pytest.mark.parametrize("size", [2, 10])
def test_load_balancers_are_asked_once_for_all_nodes(stage, tally, size):
    site = Site(stage).make(size)
    site.balance(health_monitor={"type": "PING"})
    stage.advance(watched.LATER_S)
    mode = {"type": "LB_MEMBER_STATUS_POLLING"}
    policy = watched.a_policy(stage, mode, version="1.4")
    assert watched.attach(stage, site.cluster_id, policy).status == "SUCCEEDED"
    assert watched.check(stage) == []
    stage.advance(61)
    stage.controls.reset_counters()

    with tally.counting():
        assert stage.engine.checker.look_once() == 1

    assert tally.statements <= BALANCED, tally.most()
    assert tally.commits <= COMMITS
    assert calls(stage) == {"load_balancing.list_members": 1}
