"""What waiting for lifecycle hooks costs: statements, calls, runs.

A change that raises one of these figures has to say why.
"""

import pytest

from senlin_like.operations import cluster_actions, clusters
from tests.torture import hooks

NODES = 30
STATEMENTS_AT_ALL, STATEMENTS_PER_NODE = 40, 15


@pytest.fixture
def waiting(stage, tally):
    """Let all nodes of a cluster wait for their hooks; counts how that comes."""
    body = {"name": "web", "profile_id": stage.a_profile("p"), "min_size": 0}
    sizes = {"desired_capacity": NODES, "timeout": 100_000}
    clusters.create(stage.deps, stage.ctx, body | sizes)
    stage.drain()
    policy = stage.a_policy("del", "deletion", hooks=hooks.zaqar())
    asked = {"policy_id": policy}
    cluster_actions.ask(stage.deps, stage.ctx, "web", "policy_attach", asked)
    stage.drain()
    stage.controls.reset_counters()
    ask = {"count": NODES}
    cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", ask)
    while True:
        stage.engine.reap()
        with tally.counting():
            runs = stage.engine.claim(16)
            for run in runs:
                stage.engine.work(run)
        if not runs:
            return stage


def test_a_hook_is_told_by_one_call(waiting):
    calls = {
        method: sum(outcomes.values())
        for method, outcomes in waiting.controls.counters().items()
    }

    assert len(hooks.waiting(waiting)) == NODES
    # The queue wasn't there at first, for whoever was first.
    assert calls == {"messaging.post": NODES + 1, "messaging.create_queue": 1}


def test_statements_of_the_telling_have_a_ceiling(waiting, tally):
    within = STATEMENTS_AT_ALL + STATEMENTS_PER_NODE * NODES

    assert tally.statements <= within, tally.most()


def test_a_wait_costs_nothing_until_its_end(waiting, tally):
    tally.clear()
    for _ in range(20):
        waiting.advance(1.0)
        waiting.engine.reap()
        with tally.counting():
            runs = waiting.engine.claim(16)

        assert runs == []

    # One look for work in each round, however many wait.
    assert tally.statements == 20
