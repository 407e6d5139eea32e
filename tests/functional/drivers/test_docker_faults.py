"""A Docker engine that can't be reached, breaks off, or refuses."""

import dataclasses

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base, objects
from senlin_like.drivers.docker import cloud as docker
from senlin_like.drivers.options import DockerOptions, DriverOptions
from tests.functional.drivers import docker_kit
from tools import container_image

CONTAINER = base.ObjectKind.CONTAINER

pytestmark = pytest.mark.docker


@pytest.fixture
def engine(docker_url):
    """The engine as it is on a node."""
    with docker_kit.an_engine(docker_url, is_on_node=True) as made:
        yield made


@pytest.fixture
def containers(engine):
    return engine.cloud("red").containers


def a_request(engine, name="c-1", command="sleep 3600"):
    return objects.ContainerRequest(
        name=engine.name(name),
        image=container_image.NAME,
        command=command,
        labels={base.NODE_MARK: "n1"},
    )


@pytest.fixture
def made(engine, containers):
    return containers.create_container(engine.host, a_request(engine))


def place_of(engine, container):
    return engine.host.locate(container.id)


def test_a_lost_answer_leaves_it_open_what_was_done(engine, containers):
    containers.find_labelled(engine.host, "n1")
    engine.proxy.swallows = True

    with pytest.raises(exceptions.CloudUnsure):
        containers.create_container(engine.host, a_request(engine))

    engine.proxy.swallows = False
    [found] = containers.find_labelled(engine.host, "n1")
    assert found.name == engine.name("c-1")


def test_a_read_that_breaks_off_has_done_nothing(engine, containers, made):
    engine.proxy.swallows = True

    with pytest.raises(exceptions.HostUnreachable):
        containers.get_container(engine.host, made.id)
    place = place_of(engine, made)
    seen = engine.cloud("red").look(CONTAINER, [place])[place]
    assert (seen.status, bool(seen.reason)) == (base.UNREACHABLE, True)


def test_a_host_that_is_off_is_not_asked_in_vain(engine, containers, made):
    place = place_of(engine, made)
    cloud = engine.cloud("red")
    assert cloud.look(CONTAINER, [place])[place].status == "created"

    engine.proxy.off()

    assert cloud.look(CONTAINER, [place])[place].status == base.UNREACHABLE
    for call in (
        lambda: containers.act_on_container(engine.host, made.id, "start", {}),
        lambda: containers.remove_container(engine.host, made.id, force=True),
        lambda: containers.create_container(engine.host, a_request(engine, "c-2")),
    ):
        with pytest.raises(exceptions.HostUnreachable):
            call()


def test_one_host_that_is_off_hides_no_other(engine, made):
    nobody = objects.ContainerHost(address="127.0.0.1", port=1).locate("x")
    place = place_of(engine, made)

    seen = engine.cloud("red").look(CONTAINER, [nobody, place])

    assert [seen[nobody].status, seen[place].status] == [base.UNREACHABLE, "created"]


def test_many_containers_are_one_call(engine, containers):
    ids = [
        containers.create_container(engine.host, a_request(engine, f"c-{number}")).id
        for number in range(3)
    ]
    engine.proxy.requests.clear()

    engine.cloud("red").look(CONTAINER, [engine.host.locate(one) for one in ids])

    assert [one.rpartition("/")[2] for one in engine.proxy.requests] == ["json"]


def test_a_cloud_whose_own_engine_is_away_may_come_back(docker_url):
    with docker_kit.an_engine(docker_url, is_on_node=False) as engine:
        url = f"tcp://127.0.0.1:{engine.proxy.port}"
        with docker_kit.an_engine(url, is_on_node=False) as same:
            cloud = same.cloud("red")
            assert cloud.containers.find_labelled(objects.OWN_HOST, "n1") == []
            engine.proxy.off()

            for call in (
                lambda: cloud.containers.find_labelled(objects.OWN_HOST, "n1"),
                lambda: cloud.look(CONTAINER, ["c"]),
                lambda: cloud.containers.create_container(
                    objects.OWN_HOST, a_request(engine)
                ),
                same.driver.hosts.list_hosts,
            ):
                with pytest.raises(exceptions.CloudBusy, match="refused"):
                    call()
            same.url = docker_url


def test_an_image_that_is_not_there_makes_no_container(engine, containers):
    request = dataclasses.replace(a_request(engine), image="no-such-image:1")

    with pytest.raises(exceptions.CloudNotFound, match="no-such-image:1"):
        containers.create_container(engine.host, request)

    assert containers.find_labelled(engine.host, "n1") == []


def test_a_missing_image_is_waited_for_where_it_may_be_fetched(docker_url):
    options = {"is_on_node": False, "pulls_images": True}
    with docker_kit.an_engine(docker_url, **options) as engine:
        request = dataclasses.replace(a_request(engine), image="127.0.0.1:1/none:1")
        containers = engine.cloud("red").containers
        failures = []

        def has_failed():
            try:
                containers.create_container(engine.host, request)
            except exceptions.CloudError as error:
                failures.append(error)
            return not isinstance(failures[-1], exceptions.CloudBusy)

        assert not has_failed()
        docker_kit.until(has_failed)

    assert failures[-1].status == 404
    assert "127.0.0.1:1" in failures[-1].message


def test_a_container_that_ends_badly_says_so(engine, containers):
    made = containers.create_container(
        engine.host, a_request(engine, command="sh -c 'exit 3'")
    )
    containers.act_on_container(engine.host, made.id, "start", {})
    cloud = engine.cloud("red")

    seen = docker_kit.wait(cloud, CONTAINER, place_of(engine, made), "exited")

    shown = containers.get_container(engine.host, made.id)
    assert seen.reason == shown.reason == "It ended with exit code 3."


def test_a_command_that_is_not_there_is_refused_with_the_reason(engine, containers):
    made = containers.create_container(engine.host, a_request(engine, command="nope"))

    with pytest.raises(exceptions.CloudError, match="nope"):
        containers.act_on_container(engine.host, made.id, "start", {})


def test_a_container_stops_by_itself(engine, containers, made):
    containers.act_on_container(engine.host, made.id, "start", {})

    # It has to be killed when its time is over, so this can't have ended.
    containers.act_on_container(engine.host, made.id, "stop", {"timeout": 3})

    cloud, place = engine.cloud("red"), place_of(engine, made)
    assert cloud.look(CONTAINER, [place])[place].status == "running"
    docker_kit.wait(cloud, CONTAINER, place, "exited")


@pytest.mark.parametrize(
    ("operation", "params"), [("stop", {"timeout": 301}), ("dance", {})]
)
def test_what_can_not_be_asked_for_is_refused(
    engine, containers, made, operation, params
):
    with pytest.raises(exceptions.CloudError) as caught:
        containers.act_on_container(engine.host, made.id, operation, params)

    assert caught.value.status == 400


def test_nobody_gets_in_without_a_permission(engine):
    driver = engine.driver
    other = driver.identity.delegate("bob", "red", ["member"], None)
    revoked = driver.identity.delegate("ann", "red", ["member"], None)
    driver.identity.revoke(revoked)

    for credential in (None, {}, other, revoked):
        with pytest.raises(exceptions.TrustNotFound):
            driver.cloud(base.Account(user="ann", project="red", credential=credential))


@pytest.mark.parametrize(
    "part", ["compute", "network", "load_balancing", "volumes", "orchestration"]
)
def test_what_docker_lacks_is_no_failure_of_the_cloud(engine, part):
    with pytest.raises(exceptions.CloudError, match="The Docker cloud has no") as error:
        getattr(engine.cloud("red"), part)

    assert error.value.blames_request


def test_there_is_one_region(engine):
    cloud = engine.cloud("red", region="docker")

    assert cloud.list_regions() == ["docker"]
    with pytest.raises(exceptions.CloudNotFound):
        engine.cloud("red", region="elsewhere")
    with pytest.raises(exceptions.CloudNotFound):
        _ = cloud.messaging


def test_wrong_options_are_told_at_the_start(tmp_path):
    gone = str(tmp_path / "gone.pem")
    for options, text in (
        (DockerOptions(url="ssh://host"), "neither"),
        (DockerOptions(uses_tls=True, tls_cert_file=gone), "tls"),
        (DockerOptions(uses_tls=True, tls_ca_file=gone), "tls"),
    ):
        with pytest.raises(exceptions.Invalid, match=text):
            docker.connect(DriverOptions(docker=options))
