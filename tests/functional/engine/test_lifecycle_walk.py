"""Random walks with lifecycle hooks: nobody goes before his time, or never."""

import contextlib
import os
import random

import pytest

from senlin_like import exceptions
from senlin_like.operations import actions, cluster_actions
from tests.torture import checks, hooks

SEEDS = int(os.environ.get("SENLIN_LIKE_SEEDS") or 8)
STEPS = 30
FAULTS = (
    {"effect": "error", "method": "messaging.post", "count": 3},
    {"effect": "busy", "method": "messaging.*", "count": 2},
    {"effect": "done_but_timeout", "method": "messaging.post", "count": 1},
    {"effect": "timeout", "method": "messaging.post", "count": 2},
)


class Walk:
    """What is done is up to the dice; who may go is written down here."""

    def __init__(self, stage, seed):
        self.stage = stage
        self.dice = random.Random(seed)
        self.timeout_s = self.dice.choice([0, 5, 20, 60])
        self.asked = []
        #: Tokens that were completed.
        self.completed = set()
        #: Token → when it was told last, or first claimed if it wasn't.
        self.begun = {}
        self.wrong = []
        stage.moments.is_watching = True
        stage.moments.dice = self.meanwhile

    def meanwhile(self, label):
        """Complete a hook in the middle of anything, or let the engine die."""
        if "CallHook" in label or "messaging.post" in label:
            if self.dice.random() < 0.1:
                self.complete(self.stage.moments.action_id)
            return self.dice.random() < 0.1
        return self.dice.random() < 0.01

    def complete(self, token):
        self.completed.add(token)
        hooks.complete(self.stage, token)

    def go(self):
        self.stage.moments.is_watching = False
        try:
            self.dice.choice(MOVES)(self)
        except exceptions.Conflict:
            self.stage.advance(0.1)
        self.stage.moments.is_watching = True
        for _ in range(self.dice.randint(1, 5)):
            self.step()

    def step(self):
        if not self.stage.step(self.dice.randint(1, 3)):
            self.stage.advance(self.dice.choice([0.3, 1.0, 4.0]))
        self.look()

    def look(self):
        """Note what is wrong: hooks that ended before they might."""
        now = self.stage.clock()
        told = hooks.told_at(self.stage)
        for row in hooks.hooked(self.stage):
            began = self.begun.setdefault(row.id, now)
            ended_by = row.data["hooks"].get("ended_by")
            if ended_by == "completion" and row.id not in self.completed:
                self.wrong.append(f"{row.id} wasn't completed")
            waited = now - told.get(row.id, began)
            if ended_by == "timeout" and waited < self.timeout_s - 0.5:
                self.begun[row.id] = float("-inf")
                self.wrong.append(f"{row.id} waited {waited:.1f} s only")
            touched = row.journal.get("Begin", {}).get("done")
            if touched and not row.journal.get("CallHook", {}).get("done"):
                self.wrong.append(f"{row.id} didn't wait")


def scale_in(walk):
    params = {"count": walk.dice.randint(1, 2)}
    ask = cluster_actions.ask
    stage = walk.stage
    walk.asked.append(ask(stage.deps, stage.ctx, "web", "scale_in", params))


def scale_out(walk):
    stage = walk.stage
    ask = cluster_actions.ask
    walk.asked.append(ask(stage.deps, stage.ctx, "web", "scale_out", {"count": 2}))


def complete(walk):
    found = hooks.hooked(walk.stage)
    if found:
        walk.complete(walk.dice.choice(found).id)


def cancel(walk):
    if walk.asked and walk.dice.random() < 0.5:
        force = walk.dice.random() < 0.3
        actions.cancel(walk.stage.deps, walk.stage.ctx, walk.asked[-1], force=force)


def suspend(walk):
    if walk.asked:
        actions.suspend(walk.stage.deps, walk.stage.ctx, walk.asked[-1])


def resume(walk):
    for row in walk.stage.unfinished():
        # Most of them aren't suspended.
        with contextlib.suppress(exceptions.Conflict):
            actions.resume(walk.stage.deps, walk.stage.ctx, row.id)


def fault(walk):
    walk.stage.controls.add_fault(walk.dice.choice(FAULTS))


MOVES = (
    scale_in,
    scale_in,
    scale_out,
    complete,
    complete,
    cancel,
    suspend,
    resume,
    resume,
    fault,
)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nobody_goes_early_and_nobody_stays(stage, make, attach, seed):
    make(4, high=6)
    walk = Walk(stage, seed)
    stage.moments.is_watching = False
    attach("del", "deletion", hooks=hooks.zaqar(walk.timeout_s))
    if seed % 2:
        hooks.stops_first(stage)
    everything = {node.id for node in stage.nodes()}
    stage.moments.is_watching = True

    for _ in range(STEPS):
        walk.go()
        everything |= {node.id for node in stage.nodes()}
    stage.moments.dice = None
    stage.controls.clear_faults()
    for _ in range(2):
        resume(walk)
        for _ in range(150):
            walk.step()

    assert walk.wrong == []
    assert checks.problems(stage.deps.db, stage.driver.world) == []
    assert checks.unchosen(stage.deps.db, everything) == []
    assert hooks.hooked(stage), "no node ever waited"


def test_the_walk_notices_who_goes_early(stage, make, attach):
    make(3)
    attach("del", "deletion", hooks=hooks.zaqar(50))
    walk = Walk(stage, 0)
    walk.timeout_s = 60
    stage.moments.dice = None
    scale_in(walk)
    for _ in range(60):
        walk.step()

    assert any("only" in text for text in walk.wrong)
