"""A fleet in twenty clusters loses a tenth of its nodes, then its cloud as well.

``SENLIN_LIKE_FLEET`` gives the number of nodes, 1,000 for the whole of it.
"""

import os
import random

import pytest

from senlin_like.db.models import Action
from senlin_like.operations import clusters
from tests.torture import checks, watched

NODES = int(os.environ.get("SENLIN_LIKE_FLEET") or 200)
CLUSTERS = 20
LEVERS = ("kill_server", "stop_server", "vanish_server")
AWAY = {"method": "*", "effect": "busy", "message": "503"}
#: What a round of checks takes, however many nodes there are.
ONE_LOOK = {"look.server": 1}
ROUNDS = 20_000

pytestmark = pytest.mark.timeout(120 + NODES)


class Fleet:
    """Clusters with one health policy, and what became of their nodes."""

    def __init__(self, stage):
        self.stage = stage
        self.chance = random.Random(11)
        profile = stage.a_profile()
        body = {"profile_id": profile, "desired_capacity": NODES // CLUSTERS}
        made = [
            clusters.create(
                stage.deps, stage.ctx, body | {"name": f"web-{number}", "min_size": 0}
            ).record["id"]
            for number in range(CLUSTERS)
        ]
        self.drain()
        stage.advance(watched.LATER_S)
        policy = watched.a_policy(stage)
        for cluster in made:
            assert watched.attach(stage, cluster, policy).status == "SUCCEEDED"
        self.before = self.now()
        assert len(self.before) == NODES

    def now(self):
        """Give node → server."""
        return {node.id: node.physical_id for node in self.stage.nodes()}

    def drain(self):
        while self.stage.step(32):
            pass
        self.stage.drain(rounds=ROUNDS)

    def die(self, share):
        """Let a share of the nodes that are well die at random; give their ids."""
        well = [node for node in self.stage.nodes() if node.status == "ACTIVE"]
        chosen = self.chance.sample(well, int(NODES * share))
        for node in chosen:
            getattr(self.stage.controls, self.chance.choice(LEVERS))(node.physical_id)
        return {node.id for node in chosen}

    def look(self):
        """Check all clusters once; give the calls that it took.

        Whether the owner's permission still holds is asked by the time of day.
        """
        self.stage.controls.reset_counters()
        assert self.stage.engine.checker.look_once() == CLUSTERS
        found = self.calls()
        found.pop("identity.check", None)
        return found

    def calls(self, *outcomes):
        """Tell how often the cloud was called, by method."""
        found = {
            method: sum(
                number
                for outcome, number in by.items()
                if not outcomes or outcome in outcomes
            )
            for method, by in self.stage.controls.counters().items()
        }
        return {method: number for method, number in found.items() if number}

    def heal(self):
        """Check and repair until a check finds nothing more to be done."""
        for _ in range(9):
            self.stage.advance(61)
            assert self.look() == ONE_LOOK
            if not watched.recoveries(self.stage):
                return
            self.drain()
        raise AssertionError("it is never well")

    def recovered(self, *statuses):
        """Give the nodes of the recoveries that ended so."""
        rows = self.stage.rows(Action, Action.kind == "NODE_RECOVER")
        return sorted(row.target for row in rows if row.status in statuses)


@pytest.fixture
def fleet(stage):
    return Fleet(stage)


def is_well_but_for(fleet, dead):
    """Tell whether all is well, and nothing happened to any but the dead."""
    stage = fleet.stage
    assert {node.status for node in stage.nodes()} == {"ACTIVE"}
    assert checks.problems(stage.deps.db, stage.driver.world) == []
    now = fleet.now()
    changed = {node for node in fleet.before if now.get(node) != fleet.before[node]}
    return now.keys() == fleet.before.keys() and changed == set(dead)


def test_the_dead_are_recovered_and_the_others_left_alone(fleet):
    dead = fleet.die(0.1)

    assert fleet.look() == ONE_LOOK
    fleet.drain()
    fleet.heal()

    assert fleet.recovered("SUCCEEDED", "FAILED") == sorted(dead)
    assert is_well_but_for(fleet, dead)


def test_nothing_is_lost_while_the_cloud_is_away(fleet):
    stage = fleet.stage
    dead = fleet.die(0.1)
    fleet.look()
    asked = len(watched.recoveries(stage))
    for _ in range(3):
        stage.step(8)
    rule = stage.controls.add_fault(AWAY)
    known = checks.live_servers(stage.driver.world)
    stage.controls.reset_counters()

    for _ in range(12):
        stage.advance(5)
        stage.engine.checker.look_once()
        while stage.step(32):
            pass
    dead |= fleet.die(0.05)
    stage.advance(5)
    stage.engine.checker.look_once()

    assert fleet.now().keys() == fleet.before.keys()
    assert len(watched.recoveries(stage)) <= asked
    assert fleet.calls("ok") == {}, stage.controls.counters()
    left = {row.id for row in checks.live_servers(stage.driver.world)}
    assert left >= {row.id for row in known if row.node_mark not in dead}

    stage.controls.remove_fault(rule["id"])
    fleet.drain()
    fleet.heal()

    # What could not be waited for any longer has failed, and was tried again.
    assert fleet.recovered("SUCCEEDED") == sorted(dead)
    assert set(fleet.recovered("FAILED")) <= dead
    assert is_well_but_for(fleet, dead)
