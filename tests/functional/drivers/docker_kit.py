"""What the suite needs of a real Docker engine: one that others use as well.

Names and projects are the test's own, and what it leaves is removed.
"""

import contextlib
import dataclasses
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from senlin_like.drivers import base, objects
from senlin_like.drivers.docker import cloud as driver
from senlin_like.drivers.docker.containers import PROJECT_MARK
from senlin_like.drivers.options import DockerOptions, DriverOptions
from tests import docker_engine
from tests.functional.drivers import docker_stand_in, kits
from tests.functional.drivers.docker_proxy import Proxy
from tools import container_image

PATIENCE_S = 30.0
LOOK_EVERY_S = 0.05


def until(is_so: Callable[[], bool]) -> None:
    """Look until something is so; process test: polls."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if is_so():
            return
        time.sleep(LOOK_EVERY_S)
    pytest.fail("it doesn't become so")


def wait(
    cloud: base.Cloud, kind: base.ObjectKind, identity: str, status: str
) -> base.Observed:
    """Look until an object has a status."""
    seen: dict[str, base.Observed] = {}

    def is_so() -> bool:
        seen.update(cloud.look(kind, [identity]))
        return seen[identity].status == status

    until(is_so)
    return seen[identity]


@dataclasses.dataclass(kw_only=True)
class Engine:
    """A real engine, and the driver of a cloud that consists of it.

    ``host`` is where containers go: the cloud's own, or a node's, by TCP.
    """

    url: str
    driver: driver.DockerDriver
    host: objects.ContainerHost
    proxy: Proxy
    suffix: str

    def account(self, project: str) -> base.Account:
        """Return an account with a permission: without one nobody is let in."""
        project = f"{project}-{self.suffix}"
        credential = self.driver.identity.delegate("user-1", project, [], None)
        return base.Account(user="user-1", project=project, credential=credential)

    def cloud(self, project: str, **fields: Any) -> base.Cloud:
        """Return a project's view."""
        account = dataclasses.replace(self.account(project), **fields)
        return self.driver.cloud(account)

    def name(self, name: str) -> str:
        """Return a name that nobody else has; none stays none."""
        return f"{name}-{self.suffix}" if name else name

    def remove_all(self) -> None:
        """Remove what the test has left."""
        with docker_engine.opened(self.url) as client:
            for one in client.containers(all=True, filters={"label": PROJECT_MARK}):
                if one["Labels"][PROJECT_MARK].endswith(self.suffix):
                    client.remove_container(one["Id"], force=True)


@contextlib.contextmanager
def an_engine(url: str, *, is_on_node: bool, **options: Any) -> Iterator[Engine]:
    """Give the engine at a URL; ``options`` are those of its driver."""
    made = driver.connect(
        DriverOptions(
            call_timeout_s=20.0,
            docker=DockerOptions(
                **{
                    "url": url,
                    "pulls_images": False,
                    "rules": docker_stand_in.RULES,
                    **options,
                }
            ),
        )
    )
    proxy = Proxy(url)
    node = objects.ContainerHost(address="127.0.0.1", port=proxy.port)
    engine = Engine(
        url=url,
        driver=made,
        host=node if is_on_node else objects.OWN_HOST,
        proxy=proxy,
        suffix=uuid.uuid4().hex[:12],
    )
    try:
        yield engine
    finally:
        with contextlib.suppress(OSError):
            proxy.off()
        engine.remove_all()
        made.close()


def of_docker(url: str, *, is_on_node: bool) -> Iterator[kits.Kit]:
    """Make the kit of the engine at a URL; there is nothing but containers."""
    fields = dataclasses.fields(kits.Kit)
    lacking = {one.name: "" for one in fields if one.default is dataclasses.MISSING}
    with an_engine(url, is_on_node=is_on_node) as engine:
        has: dict[str, Any] = {
            "driver": engine.driver,
            "image": container_image.NAME,
            "zone": None,
            "wait": wait,
            "until": until,
            "account": engine.account,
            "is_real": True,
            "container_host": engine.host,
            "container_image": container_image.NAME,
            "name": engine.name,
        }
        yield kits.Kit(**{**lacking, **has})
