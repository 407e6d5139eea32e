"""One kit per driver: the same tests must pass with each of them."""

import dataclasses
import itertools
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from senlin_like.drivers import base, objects
from senlin_like.drivers.simulated import cloud as simulated

#: A driver joins the suite by its name and a function that makes its kit.
DRIVERS = ("simulated",)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kit:
    """A driver and what its cloud contains.

    ``wait`` lets time pass until looking shows the status, and ``until`` until
    something is so, or they fail; ``post`` puts a message into a queue of
    ``project-1``.
    """

    driver: base.Driver
    flavor: str
    other_flavor: str
    image: str
    other_image: str
    keypair: str
    region: str
    zone: str
    network: str
    subnet: str
    public_network: str
    load_balancer_flavor: str
    security_group: str
    wait: Callable[[base.Cloud, base.ObjectKind, str, str], base.Observed]
    until: Callable[[Callable[[], bool]], None]
    post: Callable[[str, Any], Any]

    def cloud(self, project: str = "project-1", **fields: Any) -> base.Cloud:
        return self.driver.cloud(base.Account(user="user-1", project=project, **fields))


@dataclasses.dataclass
class Clock:
    """Time that passes when the test says so."""

    seconds: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


def _simulated_kit(directory: pathlib.Path) -> Iterator[Kit]:
    clock = Clock()
    options = base.DriverOptions(
        simulated_url=f"sqlite:///{directory}/cloud.sqlite", build_seconds=5.0
    )
    driver = simulated.connect(options, clock=clock)
    seconds = {
        "load_balancer_seconds": 5.0,
        "load_balancer_change_seconds": 2.0,
        "cache_seconds": 3.0,
    }
    driver.controls.put_settings(seconds)  # type: ignore[attr-defined]

    def wait(
        cloud: base.Cloud, kind: base.ObjectKind, identity: str, status: str
    ) -> base.Observed:
        for _ in range(60):
            seen = cloud.look(kind, [identity])[identity]
            if seen.status == status:
                return seen
            clock.seconds += 1
        pytest.fail(f"{kind} {identity} is {seen.status}, not {status}: {seen.reason}")

    def until(is_so: Callable[[], bool]) -> None:
        for _ in range(60):
            if is_so():
                return
            clock.seconds += 1
        pytest.fail("it doesn't become so")

    yield Kit(
        driver=driver,
        flavor="m1.tiny",
        other_flavor="new_flavor",
        image="cirros-0.4.0-x86_64-disk",
        other_image="new_image",
        keypair="oskey",
        region="RegionOne",
        zone="nova",
        network="private",
        subnet="private-subnet",
        public_network="public",
        load_balancer_flavor="amphora",
        security_group="default",
        wait=wait,
        until=until,
        post=driver.controls.post_message,  # type: ignore[attr-defined]
    )
    driver.close()


KITS = {"simulated": _simulated_kit}


@pytest.fixture(params=DRIVERS)
def kit(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[Kit]:
    """A driver, ready for use."""
    yield from KITS[request.param](tmp_path)


@pytest.fixture
def a_request(kit: Kit) -> Callable[..., objects.ServerRequest]:
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
    kit: Kit, a_request: Callable[..., objects.ServerRequest]
) -> Callable[..., objects.Server]:
    """Make active servers of the first project."""

    def make(**fields: Any) -> objects.Server:
        cloud = kit.cloud()
        server = cloud.compute.create_server(a_request(**fields))
        kit.wait(cloud, base.ObjectKind.SERVER, server.id, "ACTIVE")
        return cloud.compute.get_server(server.id)

    return make
