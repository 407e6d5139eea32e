"""Random requests, faults and crashes; at rest everything fits together.

``SENLIN_LIKE_SEEDS`` says how many walks there are.
"""

import contextlib
import os
import random
from collections.abc import Callable

import pytest

from senlin_like import exceptions
from senlin_like.db.models import Cluster
from senlin_like.operations import (
    actions,
    cluster_actions,
    clusters,
    node_actions,
    nodes,
)
from tests.torture import checks
from tests.torture.stage import Stage

SEEDS = int(os.environ.get("SENLIN_LIKE_SEEDS") or 20)
STEPS = 25
MIN, MAX = 1, 5
FAULTS = (
    {"effect": "done_but_timeout", "method": "compute.create_server", "count": 1},
    {"effect": "done_but_timeout", "method": "compute.delete_server", "count": 1},
    {"effect": "timeout", "method": "network.create_port", "count": 1},
    {"effect": "busy", "method": "compute.*", "count": 2},
    {"effect": "busy", "method": "look.*", "count": 2},
    {"effect": "error", "method": "compute.create_server", "count": 1},
    {"effect": "error", "method": "compute.delete_server", "count": 1},
    {"effect": "error_status", "method": "compute.create_server", "count": 1},
)
#: What may go wrong with any call; every other walk has such a cloud.
WEATHER = tuple(
    {"effect": effect, "method": method, "probability": 0.06}
    for effect in ("done_but_timeout", "busy", "timeout")
    for method in ("compute.*", "network.*")
)


class Walk:
    """One walk: what is asked next is up to the dice."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage = stage
        self.dice = random.Random(seed)
        self.profile = stage.a_profile()
        self.asked: list[str] = []
        self.log: list[str] = []
        self.nodes: set[str] = set()
        if seed % 2:
            stage.controls.put_settings({"seed": seed})
            for rule in WEATHER:
                stage.controls.add_fault(rule)
        stage.moments.is_watching = True
        stage.moments.dice = lambda _moment: self.dice.random() < 0.01

    def go(self) -> None:
        """Take one step: ask for something, and let some time pass."""
        move = self.dice.choice(MOVES)
        self.log.append(move.__name__)
        # No crash while clients ask: that is another process.
        self.stage.moments.is_watching = False
        try:
            action_id = move(self)
        except exceptions.Error as error:
            self.log.append(type(error).__name__)
            if isinstance(error, exceptions.ServiceUnavailable):
                raise
        else:
            if action_id is not None:
                self.asked.append(action_id)
        self.stage.moments.is_watching = True
        for _ in range(self.dice.randint(0, 6)):
            if not self.stage.step(self.dice.randint(1, 4)):
                self.stage.advance(self.dice.choice([0.3, 1.0, 2.0]))
        self.nodes |= {node.id for node in self.stage.nodes()}

    def a_cluster(self) -> str:
        names = sorted(row.name for row in self.stage.rows(Cluster))
        return self.dice.choice([*names, "none"])

    def a_node(self) -> str:
        names = sorted(row.id for row in self.stage.nodes())
        return self.dice.choice([*names, "none"])


def create(walk: Walk) -> str | None:
    stage = walk.stage
    if len(stage.rows(Cluster)) >= 2:
        return None
    body = {
        "name": f"c{len(walk.asked)}",
        "profile_id": walk.profile,
        "desired_capacity": walk.dice.randint(MIN, 3),
        "min_size": MIN,
        "max_size": MAX,
    }
    return clusters.create(stage.deps, stage.ctx, body).action_id


def create_node(walk: Walk) -> str:
    body = {"name": "n", "profile_id": walk.profile, "cluster_id": walk.a_cluster()}
    return nodes.create(walk.stage.deps, walk.stage.ctx, body).action_id


def ask(walk: Walk, name: str, **params: object) -> str:
    stage = walk.stage
    return cluster_actions.ask(stage.deps, stage.ctx, walk.a_cluster(), name, params)


def scale_in(walk: Walk) -> str:
    return ask(walk, "scale_in", count=walk.dice.randint(1, 2))


def scale_out(walk: Walk) -> str:
    return ask(walk, "scale_out", count=walk.dice.randint(1, 2))


def resize(walk: Walk) -> str:
    number = walk.dice.randint(MIN, MAX)
    return ask(walk, "resize", adjustment_type="EXACT_CAPACITY", number=number)


def recover(walk: Walk) -> str:
    return ask(walk, "recover", check=True)


def check(walk: Walk) -> str:
    return ask(walk, "check")


def del_node(walk: Walk) -> str:
    return ask(walk, "del_nodes", nodes=[walk.a_node()], destroy_after_deletion=True)


def recover_node(walk: Walk) -> str:
    stage = walk.stage
    return node_actions.ask(stage.deps, stage.ctx, walk.a_node(), "recover", {})


def check_node(walk: Walk) -> str:
    stage = walk.stage
    return node_actions.ask(stage.deps, stage.ctx, walk.a_node(), "check", {})


def delete_node(walk: Walk) -> str:
    stage = walk.stage
    return nodes.delete(stage.deps, stage.ctx, walk.a_node(), force=False)


def delete_cluster(walk: Walk) -> str | None:
    if walk.dice.random() < 0.6:
        return None
    stage = walk.stage
    is_forced = walk.dice.random() < 0.5
    return clusters.delete(stage.deps, stage.ctx, walk.a_cluster(), force=is_forced)


def cancel(walk: Walk) -> None:
    if walk.asked:
        one = walk.dice.choice(walk.asked[-4:])
        is_forced = walk.dice.random() < 0.3
        actions.cancel(walk.stage.deps, walk.stage.ctx, one, force=is_forced)


def suspend(walk: Walk) -> None:
    if walk.asked:
        actions.suspend(walk.stage.deps, walk.stage.ctx, walk.asked[-1])


def resume(walk: Walk) -> None:
    for row in walk.stage.unfinished():
        # Most of them aren't suspended.
        with contextlib.suppress(exceptions.Conflict):
            actions.resume(walk.stage.deps, walk.stage.ctx, row.id)


def fault(walk: Walk) -> None:
    walk.stage.controls.add_fault(walk.dice.choice(FAULTS))


MOVES: tuple[Callable[[Walk], str | None], ...] = (
    create,
    create,
    create_node,
    scale_in,
    scale_out,
    resize,
    recover,
    check,
    del_node,
    recover_node,
    check_node,
    delete_node,
    delete_cluster,
    cancel,
    suspend,
    resume,
    resume,
    fault,
)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_random_walk_ends_in_order(stage, seed) -> None:
    walk = Walk(stage, seed)

    for _ in range(STEPS):
        walk.go()
    stage.moments.dice = None
    stage.controls.clear_faults()
    resume(walk)
    stage.drain()
    resume(walk)
    stage.drain()
    stage.advance(60.0)
    stage.sweep()
    stage.drain()

    assert wrong_at_rest(stage, walk) == [], f"seed {seed}: {walk.log}"


def wrong_at_rest(stage: Stage, walk: Walk) -> list[str]:
    found = checks.problems(stage.deps.db, stage.driver.world)
    found += checks.unchosen(stage.deps.db, walk.nodes)
    for row in stage.rows(Cluster):
        count = len(stage.nodes(row.id))
        if count > row.max_size:
            found.append(f"cluster {row.name} has {count} of {row.max_size} nodes")
    for row in stage.actions():
        if row.status == "FAILED" and "Internal error" in row.status_reason:
            found.append(f"{row.action}: {row.status_reason}")
    return found
