"""The ground on which scenarios are played, made once."""

import pathlib
from collections.abc import Callable, Iterator

import pytest

from tests.torture import scenarios
from tests.torture.stage import Stage, opened


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
    """Play a scenario from the start, with a crash at a moment.

    ``meanwhile`` is asked at every moment, as ``Moments.dice``.
    """

    def run(
        scenario: scenarios.Scenario,
        crash_at: str | None,
        meanwhile: Callable[[str], bool] | None = None,
    ) -> Stage:
        scene.restore(ground)
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
