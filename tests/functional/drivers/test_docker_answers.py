"""What a Docker engine's answers say of whether something was done."""

import dataclasses

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base, objects
from senlin_like.drivers.docker.containers import PROJECT_MARK, DockerContainers, Room
from senlin_like.drivers.docker.engines import Engines
from senlin_like.drivers.options import DockerOptions
from tests.functional.drivers import docker_stand_in

REQUEST = objects.ContainerRequest(name="c-1", image="a:1")
MINE = {"Id": "c" * 64, "Config": {"Labels": {PROJECT_MARK: "red"}}}


@pytest.fixture
def host():
    with docker_stand_in.a_stand_in() as made:
        made.answers["GET /containers/c/json"] = (200, MINE)
        yield made


@pytest.fixture
def place(host):
    return objects.ContainerHost(address="127.0.0.1", port=host.port)


@pytest.fixture
def containers(host):
    url = f"tcp://127.0.0.1:{host.port}"
    options = DockerOptions(url=url, rules=docker_stand_in.RULES)
    engines = Engines(options, timeout_s=20.0)
    yield DockerContainers(Room(engines=engines), "red", has_own_host=True)
    engines.close()


def asked(call):
    """Return what comes of a call."""
    with pytest.raises(exceptions.CloudError) as caught:
        call()
    return type(caught.value), caught.value.status


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, exceptions.CloudError),
        (408, exceptions.CloudUnsure),
        (409, exceptions.CloudError),
        (429, exceptions.HostUnreachable),
        (500, exceptions.CloudUnsure),
        (501, exceptions.CloudError),
        (502, exceptions.CloudUnsure),
        (503, exceptions.HostUnreachable),
        (504, exceptions.CloudUnsure),
    ],
)
def test_what_may_have_been_made_is_looked_for(host, place, containers, status, kind):
    host.answers["POST /containers/create"] = (status, {"message": "No."})

    found, _status = asked(lambda: containers.create_container(place, REQUEST))

    assert found is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (408, exceptions.CloudUnsure),
        (500, exceptions.CloudError),
        (502, exceptions.CloudUnsure),
        (503, exceptions.HostUnreachable),
        (504, exceptions.CloudUnsure),
    ],
)
def test_docker_itself_may_refuse_to_start_one(host, place, containers, status, kind):
    host.answers["POST /containers/c/start"] = (status, {"message": "No."})

    found = asked(lambda: containers.act_on_container(place, "c", "start", {}))

    assert found == (kind, status)


@pytest.mark.parametrize(
    "body", ["[" * 100_000, {"a": 1}, [1], [{}], [{"Id": "a/b"}], "[{"]
)
def test_an_answer_of_another_shape_is_none(host, place, containers, body):
    host.answers["GET /containers/json"] = (200, body)

    seen = containers.look([place.locate("c")])[place.locate("c")]

    assert seen.status == base.UNREACHABLE


@pytest.mark.parametrize(
    ("status", "body"), [(500, []), (400, "{}"), (201, {"Id": 1.5})]
)
def test_what_is_answered_strangely_may_have_been_made(
    host, place, containers, status, body
):
    host.answers["POST /containers/create"] = (status, body)

    found, _status = asked(lambda: containers.create_container(place, REQUEST))

    assert found is exceptions.CloudUnsure


def test_what_nobody_asked_for_is_not_taken(host, place, containers):
    labels = ({}, {base.NODE_MARK: "n"}, {PROJECT_MARK: "red"})
    strange = [{"Id": "c" * 64, "Labels": one} for one in labels]
    host.answers["GET /containers/json"] = (200, strange)

    assert containers.list_marked(place) == []


def test_a_command_without_end_is_refused(host, place, containers):
    request = dataclasses.replace(REQUEST, command="sh -c 'x")

    found = asked(lambda: containers.create_container(place, request))

    assert found == (exceptions.CloudError, 400)
    assert host.asked == []


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_who_can_not_be_looked_at_is_not_given_up(host, place, containers, status):
    host.answers["GET /containers/json"] = (status, {"message": "No."})

    seen = containers.look([place.locate("c")])[place.locate("c")]
    on_node = asked(lambda: containers.find_labelled(place, "n"))
    own = asked(lambda: containers.find_labelled(objects.OWN_HOST, "n"))

    assert seen.status == base.UNREACHABLE
    assert on_node == (exceptions.HostUnreachable, 503)
    assert own == (exceptions.CloudBusy, 503)
