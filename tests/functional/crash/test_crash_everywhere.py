"""A crash at every step and every cloud call of every flow changes nothing.

Another engine goes on with the same database and the same cloud, and the end
is that of the undisturbed run.
"""

import os
import pathlib
from collections.abc import Callable, Iterator

import pytest

from senlin_like.domain.enums import Kind
from senlin_like.flows import catalog
from tests.torture import checks, endings, policy_scenarios, scenarios
from tests.torture.stage import Stage, opened

SCENARIOS = scenarios.SCENARIOS + policy_scenarios.SCENARIOS


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    directory = tmp_path_factory.mktemp("ground")
    scenarios.make_ground(directory)
    return directory


@pytest.fixture(scope="module")
def scene(
    ground: pathlib.Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    directory = tmp_path_factory.mktemp("scene")
    yield from opened(scenarios.copy_ground(ground, directory))


@pytest.fixture
def play(
    ground: pathlib.Path, scene: Stage
) -> Callable[[scenarios.Scenario, str | None], Stage]:
    """Play a scenario from the start, with a crash at a moment."""

    def run(scenario: scenarios.Scenario, crash_at: str | None) -> Stage:
        scene.restore(ground)
        scenario.before(scene)
        scene.everything = {node.id for node in scene.nodes()}
        scene.moments.crash_at = crash_at
        scene.moments.is_watching = True
        scenario.act(scene)
        scene.drain()
        scene.moments.is_watching = False
        return scene

    return run


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_crash_anywhere_ends_like_no_crash(scenario, play) -> None:
    calm = play(scenario, None)
    expected = endings.snapshot(calm)
    moments = moments_of(calm)
    wrong = flaws(calm, is_calm=True)

    for moment in moments:
        stage = play(scenario, moment)
        ended = endings.snapshot(stage)
        wrong += [f"{moment}: {flaw}" for flaw in flaws(stage)]
        if scenario.exact:
            wrong += [
                f"{moment}: {part} {ended[part]} instead of {expected[part]}"
                for part in expected
                if ended[part] != expected[part]
            ]

    print(f"{scenario.name}: {len(moments)} crashes")
    assert wrong == []


def moments_of(stage: Stage) -> list[str]:
    """Return the moments worth a crash.

    Between two of them something was written, to the database or the cloud;
    what else differs is forgotten with the engine. All, if that is asked for.
    How often the watcher looks depends on the time of day, so its first look
    stands for all.
    """
    is_thorough = os.environ.get("SENLIN_LIKE_CRASH_EVERYWHERE", "") not in {"", "0"}
    met = stage.moments.seen if is_thorough else stage.moments.telling
    return [
        label
        for label in dict.fromkeys(met)
        if not label.startswith("engine ") or label.endswith("#1")
    ]


def flaws(stage: Stage, *, is_calm: bool = False) -> list[str]:
    """Return what is wrong at the end, but for servers taken from outside."""
    world = stage.driver.world
    if not is_calm:
        stage.sweep()
    return [
        *checks.problems(stage.deps.db, world),
        *(f"two servers of {node} for {s} s" for node, s in checks.doubles(world)),
        *(
            f"node {node} is gone and nobody chose it"
            for node in checks.unchosen(stage.deps.db, stage.everything)
        ),
        *([] if is_calm or stage.crashes else ["there was no crash"]),
    ]


def test_every_kind_of_action_is_crashed(play) -> None:
    met = {
        row.action for scenario in SCENARIOS for row in play(scenario, None).actions()
    }

    assert met >= {str(kind) for kind in catalog.FLOWS if kind in set(Kind)}
