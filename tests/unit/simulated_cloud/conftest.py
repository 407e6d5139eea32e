"""A cloud in a file, with time that passes when the test says so."""

import dataclasses
import itertools
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from senlin_like.simulated_cloud import controls, records, world

OWNER = world.Owner(project="project-1", user="user-1", region="RegionOne")


@dataclasses.dataclass
class Clock:
    seconds: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def owner() -> world.Owner:
    return OWNER


@pytest.fixture
def cloud_url(tmp_path: pathlib.Path) -> str:
    return f"sqlite:///{tmp_path}/cloud.sqlite"


@pytest.fixture
def open_world(cloud_url: str, clock: Clock) -> Iterator[Callable[..., world.World]]:
    """Open the same cloud as often as there are processes."""
    opened = []

    def open_one(url: str = cloud_url, **options: Any) -> world.World:
        opened.append(world.World(url, clock=clock, **options))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def cloud(open_world: Callable[..., world.World]) -> world.World:
    return open_world()


@pytest.fixture
def levers(cloud: world.World) -> controls.Controls:
    return controls.Controls(cloud)


@pytest.fixture
def a_new_server() -> Callable[..., records.NewServer]:
    numbers = itertools.count(1)

    def make(**fields: Any) -> records.NewServer:
        number = next(numbers)
        defaults: dict[str, Any] = {
            "name": f"server-{number}",
            "mark": f"node-{number}",
            "flavor_id": "1",
            "image_id": "cirros-0.4.0-x86_64-disk",
            "metadata": {},
            "networks": [{"network": "private"}],
        }
        return records.NewServer(**{**defaults, **fields})

    return make
