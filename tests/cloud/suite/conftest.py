"""A cloud that is up, its users, and servers that go when a test is over."""

import pathlib
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[3]))

from tests.cloud import daemons, programs, resources, waiting
from tests.cloud import settings as cloud_settings

#: For one test, on a machine that has much else to do.
TIMEOUT_S = 900


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give these tests time, and take the SDK's warnings for what they are: its own."""
    for item in items:
        if pathlib.Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(TIMEOUT_S))
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="session")
def settings() -> cloud_settings.Settings:
    """Return the settings of the cloud, which must be up."""
    found = cloud_settings.read(cloud_settings.default_dir())
    if found is None:
        pytest.fail("there is no cloud: python -m tests.cloud up", pytrace=False)
    down = [one.name for one in programs.every(found) if daemons.pid_of(one) is None]
    if down:
        pytest.fail(f"down: {', '.join(down)}: python -m tests.cloud up", pytrace=False)
    return found


@pytest.fixture(scope="session")
def admin(settings: cloud_settings.Settings) -> Any:
    """Return the administrator."""
    return resources.connect(settings, "lab")


@pytest.fixture(scope="session")
def member(settings: cloud_settings.Settings) -> Any:
    """Return a member of the project ``demo``."""
    return resources.connect(settings, "lab-demo")


@pytest.fixture
def name() -> str:
    """Return a name that nobody else uses."""
    return f"smoke-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def a_server(member: Any, name: str) -> Iterator[Callable[..., Any]]:
    """Make servers; they go at the end.

    ``by`` is whose they are, and ``wait=False`` doesn't wait until they are ACTIVE.
    """
    made = []

    def make(by: Any = member, *, wait: bool = True, **changed: Any) -> Any:
        fields = {
            "name": name,
            "image_id": by.image.find_image("lab").id,
            "flavor_id": by.compute.find_flavor("lab.tiny").id,
            "networks": [{"uuid": by.network.find_network("lab").id}],
            **changed,
        }
        server = by.compute.create_server(**fields)
        made.append((by, server))
        return with_status(by, server, "ACTIVE") if wait else server

    yield make
    for by, server in made:
        by.compute.delete_server(server, ignore_missing=True)
    for by, server in made:
        waiting.until(lambda by=by, server=server: is_gone(by, server))


def with_status(by: Any, server: Any, status: str) -> Any:
    """Wait until a server has a status and nothing is done to it."""

    def seen() -> tuple[str, str | None]:
        found = by.compute.get_server(server.id)
        return found.status, found.task_state

    waiting.until(
        seen, lambda got: got == (status, None) or status == got[0] == "ERROR"
    )
    return by.compute.get_server(server.id)


def is_gone(by: Any, server: Any) -> bool:
    """Tell whether a server isn't there any more."""
    return by.compute.find_server(server.id) is None


@pytest.fixture
def until_status() -> Callable[[Any, Any, str], Any]:
    """Wait until a server has a status."""
    return with_status
