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
from tests.torture import checks, endings, kinds, scenarios
from tests.torture.stage import Stage, opened

Play = Callable[[str, scenarios.Scenario, str | None], Stage]


GROUNDS = {"servers": scenarios, "kinds": kinds}
ALL = [
    (name, scenario) for name, home in GROUNDS.items() for scenario in home.SCENARIOS
]


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pathlib.Path]:
    made = {}
    for name, home in GROUNDS.items():
        made[name] = tmp_path_factory.mktemp(name)
        home.make_ground(made[name])
    return made


@pytest.fixture(scope="module")
def scene(
    grounds: dict[str, pathlib.Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    directory = tmp_path_factory.mktemp("scene")
    yield from opened(scenarios.copy_ground(grounds["servers"], directory))


@pytest.fixture
def play(grounds: dict[str, pathlib.Path], scene: Stage) -> Play:
    """Play a scenario from the start, with a crash at a moment."""

    def run(ground: str, scenario: scenarios.Scenario, crash_at: str | None) -> Stage:
        scene.restore(grounds[ground])
        scenario.before(scene)
        scene.everything = {node.id for node in scene.nodes()}
        scene.moments.crash_at = crash_at
        scene.moments.is_watching = True
        scenario.act(scene)
        scene.drain()
        scene.moments.is_watching = False
        return scene

    return run


@pytest.mark.parametrize(
    ("ground", "scenario"), ALL, ids=[scenario.name for _ground, scenario in ALL]
)
def test_a_crash_anywhere_ends_like_no_crash(ground, scenario, play) -> None:
    calm = play(ground, scenario, None)
    expected = endings.snapshot(calm)
    moments = moments_of(calm)
    wrong = flaws(calm, is_calm=True)

    for moment in moments:
        stage = play(ground, scenario, moment)
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
        row.action
        for scenario in scenarios.SCENARIOS
        for row in play("servers", scenario, None).actions()
    }

    assert met >= {str(kind) for kind in catalog.FLOWS if kind in set(Kind)}
