"""What checks of health cost: statements, commits and calls, however many clusters.

A change that raises one of these figures has to say why.
"""

import uuid

import pytest
import sqlalchemy as sa

from senlin_like.db import models, work_models
from tests.torture import watched

#: Of a round in which nothing is new.
STATEMENTS, COMMITS = 9, 3


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
