"""One kit per driver: the same tests must pass with each of them.

``@pytest.mark.needs("containers")`` says what a test needs of a cloud, where that isn't
all; it runs with the drivers that have it (``PARTS``).
"""

import itertools
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from senlin_like.drivers import base, objects
from senlin_like.drivers.openstack.account import AccountView
from tests.functional.drivers import (
    border,
    docker_kit,
    kits,
    nova_border,
    openstack_kit,
)

#: openstacksdk warns of what it does itself; the kit uses more of it than we do.
_OF_SDK = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
#: A driver joins the suite by its name; a real cloud only if there is one.
DRIVERS = {
    "simulated": (),
    "docker": pytest.mark.docker,
    "docker-on-nodes": pytest.mark.docker,
    **({"openstack": _OF_SDK} if openstack_kit.GIVEN else {}),
}
#: What a cloud has, where it hasn't got everything.
PARTS = {
    "docker": {"containers", "hosts", "permissions"},
    "docker-on-nodes": {"containers"},
    # Nothing runs in the servers of a cloud that is made for tests.
    "openstack": {"everything", "hosts", "permissions"},
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests with the drivers that have what they need."""
    if "kit" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("needs")
    needed = set(marker.args) if marker else {"everything"}
    able = [one for one in DRIVERS if one not in PARTS or needed <= PARTS[one]]
    params = [pytest.param(one, marks=DRIVERS[one]) for one in able]
    metafunc.parametrize("kit", params, indirect=True)


@pytest.fixture(scope="session")
def real_cloud() -> Iterator[openstack_kit.Given]:
    """Two projects in the real cloud that was given."""
    with openstack_kit.given() as found:
        yield found


@pytest.fixture
def kit(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[kits.Kit]:
    """A driver, ready for use."""
    if request.param == "simulated":
        yield from kits.of_simulated(tmp_path)
    elif request.param.startswith("docker"):
        url = request.getfixturevalue("docker_url")
        is_on_node = request.param == "docker-on-nodes"
        yield from docker_kit.of_docker(url, is_on_node=is_on_node)
    else:
        world = request.getfixturevalue("real_cloud")
        yield from openstack_kit.of_openstack(world)


@pytest.fixture
def a_request(kit: kits.Kit) -> Callable[..., objects.ServerRequest]:
    """Make requests for servers that differ in what the test says."""
    numbers = itertools.count(1)

    def make(**fields: Any) -> objects.ServerRequest:
        number = next(numbers)
        cloud = kit.cloud()
        defaults: dict[str, Any] = {
            "name": f"server-{number}",
            "flavor_id": cloud.compute.find_flavor(kit.flavor).id,
            "image_id": cloud.images.find_image(kit.image).id,
            "metadata": {base.NODE_MARK: f"node-{number}"},
            "networks": [{"network": cloud.network.find_network(kit.network)}],
        }
        return objects.ServerRequest(**{**defaults, **fields})

    return make


@pytest.fixture
def a_server(
    kit: kits.Kit, a_request: Callable[..., objects.ServerRequest]
) -> Callable[..., objects.Server]:
    """Make active servers of the first project."""

    def make(**fields: Any) -> objects.Server:
        cloud = kit.cloud()
        server = cloud.compute.create_server(a_request(**fields))
        kit.wait(cloud, base.ObjectKind.SERVER, server.id, "ACTIVE")
        return cloud.compute.get_server(server.id)

    return make


@pytest.fixture(scope="module")
def _running_nova() -> Iterator[nova_border.Nova]:
    with nova_border.running() as made:
        yield made


@pytest.fixture
def nova(_running_nova: nova_border.Nova) -> nova_border.Nova:
    """Nova's HTTP side, with nothing in it."""
    _running_nova.reset()
    return _running_nova


@pytest.fixture
def compute(nova: nova_border.Nova) -> Iterator[base.Compute]:
    """What the driver makes of it, for one account."""
    driver, made = nova_border.open_cloud(nova)
    yield made.compute
    driver.close()


@pytest.fixture
def account(cloud: border.Border) -> Iterator[AccountView]:
    """An account in the ``cloud`` of the module's tests."""
    sessions = border.sessions(cloud.url)
    yield AccountView(sessions, border.an_account(), border.REGION)
    sessions.close()
