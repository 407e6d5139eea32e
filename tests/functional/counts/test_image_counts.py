"""What it costs to bring images to hosts: statements, calls, transactions.

A change that raises one of these figures has to say why.
"""

import dataclasses

import pytest

from tests.torture import hosted
from tests.torture.hosted import ONE, OTHER

PARALLELISM = 20
#: The claim, the round's reads, what it writes, and what it leaves behind.
STATEMENTS_PER_ROUND, COMMITS_PER_ROUND = 10, 2


@pytest.fixture(params=[40, 160])
def rounds(request, stage, tally):
    """Let hosts be asked for two images; give the statements of each round."""
    changed = dataclasses.replace(
        stage.deps.settings, image_cache_parallelism=PARALLELISM
    )
    stage.deps = dataclasses.replace(stage.deps, settings=changed)
    stage.engine = stage.new_engine()
    hosts = hosted.make_hosts(stage, request.param)
    hosted.make_aggregate(stage, hosts)
    for host in hosts[::7]:
        hosted.fault(stage, host, "busy", count=1)
    stage.controls.reset_counters()
    hosted.ask(stage, ONE, OTHER)
    found = []
    while stage.unfinished():
        stage.engine.reap()
        tally.clear()
        with tally.counting():
            runs = stage.engine.claim(1)
            for run in runs:
                stage.engine.work(run)
        if runs:
            found.append((tally.statements, tally.commits, tally.most()))
        else:
            stage.advance(1.0)
    return found


def test_a_round_costs_the_same_for_any_number_of_hosts(rounds):
    # The first one begins the action, the last one ends it.
    for statements, commits, most in rounds[1:-1]:
        assert statements <= STATEMENTS_PER_ROUND, most
        assert commits <= COMMITS_PER_ROUND, most


def test_a_look_is_one_call_for_all_hosts(stage, rounds):
    calls = {
        method: sum(outcomes.values())
        for method, outcomes in stage.controls.counters().items()
    }

    assert calls["hosts.list_hosts"] == calls["hosts.look_at_images"]
    assert calls["hosts.list_hosts"] <= len(rounds)


@pytest.mark.parametrize("count", [1, 500])
def test_a_request_costs_the_same_for_any_number_of_hosts(stage, tally, count):
    hosted.make_aggregate(stage, [f"host-{number}" for number in range(count)])

    with tally.counting():
        hosted.ask(stage, ONE, OTHER)

    assert tally.statements <= 11, tally.most()
    assert tally.commits <= 2
