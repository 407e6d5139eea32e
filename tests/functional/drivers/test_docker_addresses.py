"""Where Docker is asked: users choose the addresses of their nodes."""

import ipaddress

import pytest

from senlin_like import exceptions
from senlin_like.domain import urls
from senlin_like.drivers import base, objects
from senlin_like.drivers.docker.containers import DockerContainers, Room
from senlin_like.drivers.docker.engines import Engines
from senlin_like.drivers.options import DockerOptions
from tests.functional.drivers import docker_stand_in


@pytest.fixture
def host():
    with docker_stand_in.a_stand_in() as made:
        yield made


def made_with(**options):
    engines = Engines(DockerOptions(**options), timeout_s=20.0)
    return DockerContainers(Room(engines=engines), "red", has_own_host=True)


@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("127.0.0.1", None),
        ("::ffff:127.0.0.1", None),
        ("0.0.0.0", None),
        ("localhost", None),
        ("127.1", None),
        ("::1%/x", None),
        ("::1", 2375),
        ("169.254.169.254", 80),
        ("fe80::1%lo", 2375),
        ("224.0.0.1", 2375),
        ("192.0.2.1", 0),
        ("192.0.2.1", 65_536),
    ],
)
def test_docker_is_not_asked_anywhere(host, address, port):
    containers = made_with()
    port = host.port if port is None else port
    place = objects.ContainerHost(address=address, port=port)

    with pytest.raises(exceptions.CloudError, match="isn't asked there") as caught:
        containers.find_labelled(place, "n1")

    assert caught.value.blames_request
    seen = containers.look([place.locate("c")])
    assert seen[place.locate("c")].status == base.UNREACHABLE
    assert host.asked == []


def test_networks_may_be_denied():
    rules = urls.Rules(denied=[ipaddress.ip_network("192.0.2.0/24")])

    with pytest.raises(exceptions.CloudError, match="denied by configuration"):
        made_with(rules=rules).find_labelled(
            objects.ContainerHost(address="192.0.2.1", port=2375), "n1"
        )


def test_the_clouds_own_engine_may_be_anywhere(host):
    containers = made_with(url=f"tcp://localhost:{host.port}")

    assert containers.find_labelled(objects.OWN_HOST, "n1") == []


@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
@pytest.mark.parametrize("body", ["the secret", {"message": "the secret"}, ["x"]])
def test_nobody_is_told_what_others_than_docker_say(host, status, body):
    containers = made_with(rules=docker_stand_in.RULES)
    host.answers["GET /version"] = (status, body)
    place = objects.ContainerHost(address="127.0.0.1", port=host.port)

    with pytest.raises(exceptions.HostUnreachable) as caught:
        containers.find_labelled(place, "n1")

    assert "secret" not in caught.value.message


@pytest.mark.parametrize("body", ["[" * 100_000, '{"ApiVersion": {}}', "{}", "no"])
def test_what_is_not_docker_is_told_as_such(host, body):
    containers = made_with(rules=docker_stand_in.RULES)
    host.answers["GET /version"] = (200, body)
    place = objects.ContainerHost(address="127.0.0.1", port=host.port)

    with pytest.raises(exceptions.HostUnreachable):
        containers.find_labelled(place, "n1")
