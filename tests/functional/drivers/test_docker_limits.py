"""Docker engines that answer slowly, without end, or never."""

import gzip
import ssl
import threading

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base, objects
from senlin_like.drivers.docker import adapters
from senlin_like.drivers.docker.containers import DockerContainers, Room
from senlin_like.drivers.docker.engines import Engines
from senlin_like.drivers.options import DockerOptions
from tests.functional.drivers import docker_stand_in, test_docker_tls

REQUEST = objects.ContainerRequest(name="c-1", image="a:1")


@pytest.fixture
def host():
    with docker_stand_in.a_stand_in() as made:
        yield made


def place_of(host):
    return objects.ContainerHost(address="127.0.0.1", port=host.port)


@pytest.fixture
def containers():
    made = made_with(look_timeout_s=0.3)
    yield made
    made._room.close()


def made_with(*, timeout_s=20.0, **options):
    engines = Engines(
        DockerOptions(rules=docker_stand_in.RULES, **options), timeout_s=timeout_s
    )
    return DockerContainers(Room(engines=engines), "red", has_own_host=True)


@pytest.mark.parametrize("how", ["silent", "drip", "endless"])
@pytest.mark.parametrize("what", ["/version", "/containers/json"])
def test_nobody_is_looked_at_for_long(host, containers, what, how):
    host.answers[f"GET {what}"] = getattr(docker_stand_in, how)
    place = place_of(host).locate("c")

    seen = containers.look([place])[place]

    assert seen.status == base.UNREACHABLE


def test_a_change_has_the_time_of_a_call_as_a_whole(host):
    containers = made_with(timeout_s=3.0)
    host.answers["POST /containers/create"] = docker_stand_in.drip

    with pytest.raises(exceptions.CloudUnsure):
        containers.create_container(place_of(host), REQUEST)


def test_too_much_is_told_as_such(host):
    containers = made_with(look_timeout_s=20.0)
    host.answers["GET /containers/json"] = docker_stand_in.endless

    with pytest.raises(exceptions.HostUnreachable, match="too long"):
        containers.find_labelled(place_of(host), "n1")


def test_nothing_is_unpacked(host):
    def packed(handler):
        body = gzip.compress(b"[" + b" " * 10_000_000 + b"]")
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    containers = made_with(look_timeout_s=20.0)
    host.answers["GET /containers/json"] = packed

    with pytest.raises(exceptions.HostUnreachable):
        containers.find_labelled(place_of(host), "n1")


def test_connections_are_used_again(host):
    containers = made_with(look_timeout_s=20.0)
    for _ in range(3):
        assert containers.find_labelled(place_of(host), "n1") == []

    assert host.paths() == ["GET /version"] + 3 * ["GET /containers/json"]
    assert len(host.clients) <= 2


def test_the_clouds_own_engine_is_reached_by_a_socket_of_files(tmp_path):
    path = tmp_path / "docker.sock"
    with docker_stand_in.a_stand_in(path) as host:
        usual = made_with(url=f"unix://{path}")
        assert usual.find_labelled(objects.OWN_HOST, "n1") == []
        containers = made_with(url=f"unix://{path}", timeout_s=0.5)

        host.answers["GET /containers/json"] = docker_stand_in.drip

        with pytest.raises(exceptions.CloudBusy):
            containers.find_labelled(objects.OWN_HOST, "n1")


@pytest.mark.parametrize("how", ["silent", "drip", "endless"])
def test_limits_hold_for_tls_too(tmp_path, how):
    certificate, key = test_docker_tls.a_certificate(tmp_path, "engine")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    options = {"tls_on_nodes": True, "tls_ca_file": certificate}
    with docker_stand_in.a_stand_in(context=context) as host:
        usual = made_with(look_timeout_s=20.0, **options)
        assert usual.find_labelled(place_of(host), "n1") == []
        containers = made_with(look_timeout_s=0.5, **options)

        host.answers["GET /containers/json"] = getattr(docker_stand_in, how)

        with pytest.raises(exceptions.HostUnreachable):
            containers.find_labelled(place_of(host), "n1")


@pytest.mark.parametrize("how", ["silent", "drip"])
def test_fetching_an_image_ends_some_time(host, monkeypatch, how):
    limit = {"silent": "_SILENCE_S", "drip": "_STREAM_S"}[how]
    monkeypatch.setattr(adapters, limit, 0.3)
    containers = made_with()
    host.answers["POST /images/create"] = getattr(docker_stand_in, how)

    errors = [error_of(containers, host)]
    for thread in threading.enumerate():
        if thread.name == "docker-pull":
            thread.join(30)
    errors.append(error_of(containers, host))

    assert isinstance(errors[0], exceptions.CloudBusy)
    assert errors[1].status == 404


def test_progress_in_chunks_is_followed_to_its_end(host):
    def in_chunks(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for part in (b'{"status": "a"}\r\n{"err', b'or": "No such tag."}\r\n', b""):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))

    containers = made_with(look_timeout_s=20.0)
    host.answers["POST /images/create"] = in_chunks

    error_of(containers, host)
    for thread in threading.enumerate():
        if thread.name == "docker-pull":
            thread.join(30)

    assert "No such tag." in error_of(containers, host).message


def error_of(containers, host):
    with pytest.raises(exceptions.CloudError) as caught:
        containers.create_container(place_of(host), REQUEST)
    return caught.value
