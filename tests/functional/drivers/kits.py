"""What a driver's kit is, and the one of the simulated cloud."""

import dataclasses
import operator
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from senlin_like.drivers import base, objects
from senlin_like.drivers.options import DriverOptions
from senlin_like.drivers.simulated import cloud as simulated


def _account(project: str) -> base.Account:
    return base.Account(user="user-1", project=project)


def _token(_project: str) -> None:
    return None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kit:
    """A driver and what its cloud contains.

    ``wait`` lets time pass until looking shows the status, and ``until`` until
    something is so, or they fail; ``post`` puts a message into a queue of
    ``project-1``. ``account`` tells whose ``project-1`` and ``project-2`` are, and
    ``token`` is one of such a project's user, where the cloud has tokens.
    ``own_network`` belongs to ``project-1``, which may choose addresses in it.
    ``is_real`` is for what only a made-up cloud can be asked for, and ``lacks``
    names what a real one doesn't do. ``container_host`` is where containers go, on a
    server without it; ``name`` makes a name that a test says one that nobody else
    has there. ``host_of`` tells where a server is, also where its owner isn't told.
    ``spare_host`` is one that the operator has given no zone; empty if all are so.
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
    account: Callable[[str], base.Account] = _account
    token: Callable[[str], str | None] = _token
    is_real: bool = False
    container_host: objects.ContainerHost | None = None
    container_image: str = "cirros"
    name: Callable[[str], str] = str
    host_of: Callable[[objects.Server], str | None] = operator.attrgetter("host")
    lacks: frozenset[str] = frozenset()
    load_balancer_zone: str = "nova"
    own_network: str = "private"
    spare_host: str = ""

    def cloud(self, project: str = "project-1", **fields: Any) -> base.Cloud:
        account = dataclasses.replace(self.account(project), **fields)
        return self.driver.cloud(account)


@dataclasses.dataclass
class Clock:
    """Time that passes when the test says so."""

    seconds: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


def of_simulated(directory: pathlib.Path) -> Iterator[Kit]:
    """Make a simulated cloud, and time that only waiting lets pass."""
    clock = Clock()
    options = DriverOptions(
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
