"""What of this machine's Docker configuration engines get to know."""

import base64
import json
import threading

import pytest

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.drivers.docker.containers import DockerContainers, Room
from senlin_like.drivers.docker.engines import Engines
from senlin_like.drivers.options import DockerOptions
from tests.functional.drivers import docker_stand_in

CONFIGURED = {
    "auths": {
        registry: {"auth": base64.b64encode(b"operator:secret").decode()}
        for registry in ("https://index.docker.io/v1/", "registry.example.org")
    },
    "HttpHeaders": {"X-Secret": "secret"},
    "proxies": {"default": {"httpProxy": "http://operator:secret@proxy"}},
}


@pytest.fixture
def host(tmp_path, monkeypatch):
    """What listens, where the service's account has passwords of registries."""
    (tmp_path / "config.json").write_text(json.dumps(CONFIGURED))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with docker_stand_in.a_stand_in() as made:
        yield made


@pytest.fixture
def containers(host):
    options = DockerOptions(
        url=f"tcp://127.0.0.1:{host.port}", rules=docker_stand_in.RULES
    )
    engines = Engines(options, timeout_s=20.0)
    yield DockerContainers(Room(engines=engines), "red", has_own_host=True)
    engines.close()


def fetch(containers, place, image):
    """Have an image fetched."""
    request = objects.ContainerRequest(name="c-1", image=image)
    with pytest.raises(exceptions.CloudBusy):
        containers.create_container(place, request)
    for thread in threading.enumerate():
        if thread.name == "docker-pull":
            thread.join(30)


@pytest.mark.parametrize("image", ["a:1", "registry.example.org/a:1"])
def test_no_host_of_a_project_gets_a_password(host, containers, image):
    place = objects.ContainerHost(address="127.0.0.1", port=host.port)

    fetch(containers, place, image)

    assert host.paths()[-1] == "POST /images/create"
    for _path, headers in host.asked:
        assert {"X-Registry-Auth", "X-Secret"}.isdisjoint(headers)
    assert not any(b"secret" in body for body in host.bodies)


def test_the_clouds_own_engine_fetches_with_the_password(host, containers):
    fetch(containers, objects.OWN_HOST, "a:1")

    [header] = [one["X-Registry-Auth"] for path, one in host.asked if "image" in path]
    assert b"secret" in base64.urlsafe_b64decode(header)
