"""A call that comes late, from an engine that was paused, leaves nothing behind.

At each call of the cloud of each flow the engine stands still; another one
takes over and does everything there is to do; then the call goes through.
"""

import contextlib

import pytest

from senlin_like import exceptions
from senlin_like.db.models import Cluster
from senlin_like.operations import clusters, nodes
from tests.torture import checks
from tests.torture.grounds import ALL
from tests.torture.stage import Stage, Unmet
from tests.torture.variants import chosen

#: Late calls of a scenario in a short run, and of a variant.
SOME, FEW = 3, 1


class Overtaking:
    """Lets another engine go ahead at one moment."""

    def __init__(self, moment: str, *, deletes: bool) -> None:
        self.moment = moment
        self.deletes = deletes
        self.stage: Stage | None = None
        self.has_come = False

    def __call__(self, label: str) -> bool:
        if label != self.moment or self.has_come:
            return False
        assert self.stage is not None
        self.has_come = True
        stage, paused = self.stage, self.stage.engine
        stage.moments.is_watching = False
        stage.expire(paused.id)
        stage.engine = stage.new_engine()
        stage.drain()
        if self.deletes:
            delete_all(stage)
        stage.engine = paused
        for run in paused.heart.runs():
            run.is_lost = True
        return False


def delete_all(stage: Stage) -> None:
    for row in stage.rows(Cluster):
        clusters.delete(stage.deps, stage.ctx, row.id, force=True)
    stage.drain()
    for row in stage.nodes():
        nodes.delete(stage.deps, stage.ctx, row.id, force=True)
    stage.drain()


CASES = [
    pytest.param(
        ground,
        scenario,
        deletes,
        id=f"{scenario.name}-{'deleted' if deletes else 'kept'}",
    )
    for ground, scenario in ALL
    for deletes in (False, True)
]


@pytest.mark.parametrize(("ground", "scenario", "deletes"), CASES)
def test_a_late_call_leaves_nothing_behind(
    ground, scenario, play, scene, deletes
) -> None:
    calm = play(ground, scenario, None)
    calls = [
        label
        for label in dict.fromkeys(calm.moments.seen)
        if " call " in label and not label.startswith("engine ") and _changes(label)
    ]
    moments = chosen(scenario, calls, SOME, FEW)
    wrong = []

    for moment in moments:
        overtaking = Overtaking(moment, deletes=deletes)
        overtaking.stage = scene
        stage = scene
        with contextlib.suppress(Unmet, exceptions.ActionImmutable):
            # What a scenario waits for, or cancels, may have come and gone meanwhile.
            play(ground, scenario, None, overtaking)
        stage.moments.is_watching = False
        stage.drain()
        stage.sweep()
        wrong += [f"{moment}: {flaw}" for flaw in flaws(stage)]
        if not overtaking.has_come:
            wrong.append(f"{moment}: never came")

    print(f"{scenario.name}: {len(moments)} late calls")
    assert not wrong, "\n".join(wrong)


def _changes(label: str) -> bool:
    """Tell whether a call changes anything; the names of some are cached."""
    return not any(verb in label for verb in (".find_", ".get_", " look"))


def flaws(stage: Stage) -> list[str]:
    left = checks.problems(stage.deps.db, stage.driver.world)
    gone = checks.unchosen(stage.deps.db, stage.everything)
    return [*left, *(f"node {node} is gone and nobody chose it" for node in gone)]
