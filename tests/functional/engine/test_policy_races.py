"""Many clients scale in at once: nobody loses more than was asked for.

``SENLIN_LIKE_RACES`` gives the number of cases, 1,000 for the whole of it.
"""

import os

import pytest

from tests.functional.engine import races
from tests.torture import checks, scenarios
from tests.torture.stage import opened

CASES = int(os.environ.get("SENLIN_LIKE_RACES") or 10)


@pytest.fixture(scope="module")
def tally():
    counted = races.Tally()
    yield counted
    print(f"\n{counted}")


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """Give the ground of a case; each sort is made once."""
    made = {}

    def find(case):
        key = (case.size, case.is_balanced)
        if key not in made:
            made[key] = tmp_path_factory.mktemp("ground")
            races.make_ground(made[key], *key)
        return made[key]

    return find


@pytest.fixture(scope="module")
def scene(ground, tmp_path_factory):
    directory = tmp_path_factory.mktemp("scene")
    first = ground(races.a_case(0))
    yield from opened(scenarios.copy_ground(first, directory))


def judge(case, race, actions, before):
    """Tell how many nodes had to go, and see that it was right ones that went."""
    left, has_scaled = case.size, False
    for one in sorted(actions, key=lambda row: row.created_at):
        going = case.leaving(one.inputs.get("count"), left, has_scaled)
        assert one.status == ("FAILED" if going is None else "SUCCEEDED"), one
        has_scaled = has_scaled or going is not None
        left -= going or 0
        asked = one.inputs.get("count")
        assert asked is None or (going or 0) <= asked
    after = race.now()
    chosen = {
        node
        for one in actions
        for node in one.data.get("deletion", {}).get("candidates", [])
    }
    assert len(after) == left
    assert before.keys() - after.keys() == chosen
    assert after.items() <= before.items()
    return case.size - left


@pytest.mark.parametrize("seed", range(CASES))
def test_no_more_go_than_asked_and_only_the_chosen(scene, ground, tally, seed) -> None:
    case = races.a_case(seed)
    scene.restore(ground(case))
    race = races.Race(scene)
    race.prepare(case)
    before = race.now()

    taken = race.run(case)

    gone = judge(case, race, [scene.action(one) for one in taken], before)
    row, members = scene.cluster(race.cluster), scene.nodes(race.cluster)
    wanted = case.size if case.keeps_desired() else len(members)
    marks = {node.data["lb_member"] for node in members} if case.is_balanced else set()
    assert race.wrong == []
    assert (row.min_size, row.max_size) == (case.low, case.high)
    assert row.desired_capacity == wanted
    assert race.pool() == marks
    assert checks.problems(scene.deps.db, scene.driver.world) == []
    tally.cases += 1
    tally.requests += sum(map(len, case.waves))
    tally.actions += len(taken)
    tally.refusals += sum(map(len, case.waves)) - len(taken)
    tally.failures += sum(scene.action(one).status == "FAILED" for one in taken)
    tally.deletions += gone
    tally.looks += race.looks


def test_the_rest_holds_for_all_who_ask_at_once(stage, make, attach) -> None:
    cluster = make(6, high=9)
    adjustment = {"number": 2, "cooldown": 100}
    attach("in", "scaling", event=races.EVENT, adjustment=adjustment)

    first = races.send_at_once(stage, [None] * races.CLIENTS)
    stage.drain()
    second = races.send_at_once(stage, [None] * races.CLIENTS)
    stage.drain()

    assert (len(first), len(second)) == (1, 0)
    assert len(stage.nodes(cluster)) == 4
