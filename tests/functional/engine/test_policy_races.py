"""Many clients scale in at once: nobody loses more than was asked for."""

import random
import threading

import pytest

from senlin_like import exceptions
from senlin_like.operations import cluster_actions
from tests.torture import checks

CLIENTS = 8


def scale_in_at_once(stage, counts):
    """Send requests at the same time; give the ids of the actions taken."""
    barrier = threading.Barrier(len(counts))
    taken, refused = [], []

    def send(count):
        params = {} if count is None else {"count": count}
        barrier.wait()
        try:
            taken.append(
                cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", params)
            )
        except exceptions.Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=send, args=(count,)) for count in counts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) + len(refused) == len(counts)
    return taken


@pytest.mark.parametrize("seed", range(6))
def test_no_more_go_than_asked_and_only_the_chosen(stage, make, attach, seed) -> None:
    dice = random.Random(seed)
    low = dice.randint(0, 3)
    cluster = make(dice.randint(6, 10), low=low, high=12)
    best = dice.choice([True, False])
    adjustment = {"number": dice.randint(1, 4), "best_effort": best}
    attach("in", "scaling", event="CLUSTER_SCALE_IN", adjustment=adjustment)
    attach("del", "deletion", criteria=dice.choice(["OLDEST_FIRST", "RANDOM"]))

    for _ in range(2):
        before = {node.id for node in stage.nodes(cluster)}
        counts = [dice.choice([None, 1, 2, 3]) for _ in range(CLIENTS)]

        taken = [stage.action(one) for one in scale_in_at_once(stage, counts)]
        stage.drain()

        after = {node.id for node in stage.nodes(cluster)}
        ended = [stage.action(one.id) for one in taken]
        asked = sum(
            one.inputs.get("count", adjustment["number"])
            for one in ended
            if one.status == "SUCCEEDED"
        )
        chosen = {
            node_id
            for one in ended
            for node_id in one.data.get("deletion", {}).get("candidates", [])
        }
        assert len(taken) >= 1
        assert after <= before
        assert len(before - after) <= asked
        assert before - after <= chosen
        assert len(after) >= low
        assert stage.cluster(cluster).desired_capacity == len(after)
    assert checks.problems(stage.deps.db, stage.driver.world) == []


def test_the_rest_holds_for_all_who_ask_at_once(stage, make, attach) -> None:
    cluster = make(6, high=9)
    adjustment = {"number": 2, "cooldown": 100}
    attach("in", "scaling", event="CLUSTER_SCALE_IN", adjustment=adjustment)

    first = scale_in_at_once(stage, [None] * CLIENTS)
    stage.drain()
    second = scale_in_at_once(stage, [None] * CLIENTS)
    stage.drain()

    assert (len(first), len(second)) == (1, 0)
    assert len(stage.nodes(cluster)) == 4
