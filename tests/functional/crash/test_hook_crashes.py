"""An engine dies while a lifecycle hook is told or waited for."""

import pytest

from tests.torture import checks, hooks, scenarios
from tests.torture.policy_scenarios import attached

TIMEOUT_S = 60
#: The hook was told, and nothing of that is stored yet.
TOLD = "NODE_DELETE worked:CallHook #1"
HOOKS = {
    "zaqar": lambda _stage: hooks.zaqar(TIMEOUT_S),
    "webhook": lambda stage: hooks.webhook(stage, TIMEOUT_S),
}


@pytest.fixture(params=HOOKS)
def shrink(request, grounds, scene):
    """Ask for two nodes less, with a hook; an engine dies at a moment."""

    def begin(crash_at=None):
        scene.restore(grounds["servers"])
        hook = HOOKS[request.param](scene)
        scene.a_policy("told", "deletion", hooks=hook)
        attached("told")(scene)
        scene.moments.crash_at = crash_at
        scene.moments.is_watching = True
        return scenarios.ask_cluster("scale_in", count=2)(scene)

    return begin


@pytest.fixture
def end(scene):
    """Let all be done, without any time for what still waits."""

    def drain(parent):
        hooks.settle(scene)
        for _ in range(20):
            scene.advance(1.0)
            hooks.settle(scene)
        ended = scene.action(parent)
        assert ended.status == "SUCCEEDED", ended.status_reason
        assert checks.problems(scene.deps.db, scene.driver.world) == []
        assert checks.doubles(scene.driver.world) == []
        assert len([node for node in scene.nodes() if node.cluster_id]) == 1
        waits = [row.data["hooks"]["ended_by"] for row in hooks.hooked(scene)]
        assert waits == ["completion"] * 2

    return drain


def test_a_hook_is_told_again_with_its_token(scene, shrink, end):
    parent = shrink(TOLD)
    hooks.settle(scene)

    first, again, other = hooks.tokens(scene)
    assert scene.crashes == 1
    assert first in (again, other)
    assert {first, again, other} == {row.id for row in hooks.waiting(scene)}
    starts = [reason for phase, reason in hooks.events(scene) if phase == "start"]
    assert len(starts) == 2

    hooks.complete_all(scene)
    end(parent)
    assert len(hooks.tokens(scene)) == 3


def test_what_is_completed_while_the_engine_is_dead_goes_on(scene, shrink, end):
    parent = shrink(TOLD)
    scene.run_until(lambda: scene.crashes == 1)
    [token] = hooks.tokens(scene)
    assert scene.action(token).status == "RUNNING"

    hooks.complete(scene, token)
    hooks.settle(scene)

    [other] = hooks.waiting(scene)
    assert hooks.tokens(scene) == [token, other.id]
    hooks.complete(scene, other.id)
    end(parent)


def test_what_waits_outlives_its_engine(scene, shrink, end):
    parent = shrink()
    hooks.settle(scene)
    scene.crash()
    told = sorted(hooks.tokens(scene))

    for token in told:
        hooks.complete(scene, token)
    end(parent)

    assert sorted(hooks.tokens(scene)) == told


def test_a_node_waits_no_longer_for_a_dead_engine(scene, shrink):
    parent = shrink(TOLD)
    hooks.settle(scene)
    scene.advance(TIMEOUT_S - 5)
    hooks.settle(scene)
    assert len(hooks.waiting(scene)) == 2

    scene.crash()
    scene.advance(6)
    scene.drain()

    assert scene.action(parent).status == "SUCCEEDED"
    waits = [row.data["hooks"]["ended_by"] for row in hooks.hooked(scene)]
    assert waits == ["timeout"] * 2
    assert checks.problems(scene.deps.db, scene.driver.world) == []
