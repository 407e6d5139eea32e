"""The grounds on which scenarios are played, made once."""

import pathlib
from collections.abc import Callable, Iterator

import pytest

from tests.torture import scenarios
from tests.torture.grounds import GROUNDS
from tests.torture.stage import Stage, opened


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
def play(grounds: dict[str, pathlib.Path], scene: Stage) -> Callable[..., Stage]:
    """Play a scenario from the start, with a crash at a moment.

    ``meanwhile`` is asked at every moment, as ``Moments.dice``.
    """

    def run(
        ground: str,
        scenario: scenarios.Scenario,
        crash_at: str | None,
        meanwhile: Callable[[str], bool] | None = None,
    ) -> Stage:
        scene.restore(grounds[ground])
        scenario.before(scene)
        scene.everything = {node.id for node in scene.nodes()}
        scene.moments.crash_at = crash_at
        scene.moments.dice = meanwhile
        scene.moments.is_watching = True
        scenario.act(scene)
        scene.drain()
        scene.moments.is_watching = False
        return scene

    return run
