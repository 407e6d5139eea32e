"""Containers: what their specs and operations may say."""

import dataclasses

import pytest

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.profiles import base
from senlin_like.profiles.docker_container import plugin as docker


def an_ask(physical_id=None):
    node = base.NodeFacts(
        id="n", name="n", index=1, cluster_id="", physical_id=physical_id, status="INIT"
    )
    properties = {"port": 2375, "host_node": "h"}
    return base.Ask(cloud=None, node=node, properties=properties, turn=base.Turn())


class Cloud:
    """A cloud with a host of its own, or without."""

    def __init__(self, host):
        self.containers = self
        self.host = host

    def default_host(self):
        return self.host


@pytest.mark.parametrize(
    ("properties", "key", "is_cluster"),
    [
        ({"host_node": "a"}, "host_node", False),
        ({"host_cluster": "a"}, "host_cluster", True),
    ],
)
def test_a_host_is_a_node_or_a_cluster(properties, key, is_cluster):
    named = docker.DockerContainer().host(properties)

    assert (named.key, named.identity, named.is_cluster) == (key, "a", is_cluster)
    assert "os.nova.server-1.0" in named.types


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({}, "Either 'host_cluster' or 'host_node' must be specified."),
        (
            {"host_node": "a", "host_cluster": "b"},
            "Either 'host_cluster' or 'host_node' must be specified, but not both.",
        ),
    ],
)
def test_exactly_one_host_is_named(properties, message):
    with pytest.raises(exceptions.InvalidSpec) as caught:
        docker.DockerContainer().validate(Cloud(None), properties, "pro")

    assert caught.value.message == message


def test_a_cloud_with_a_host_of_its_own_needs_none_named():
    plugin, cloud = docker.DockerContainer(), Cloud(objects.OWN_HOST)

    plugin.validate(cloud, {}, "pro")

    assert plugin.host({}) is None
    assert plugin.locate("c", {}, []) == "c"


def test_without_any_host_a_container_says_so():
    ask = dataclasses.replace(an_ask(), cloud=Cloud(None), properties={"port": 2375})

    with pytest.raises(exceptions.CloudError, match="must be specified"):
        docker.DockerContainer().create(ask)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_ports_have_a_range(port):
    spec = {
        "type": "container.dockerinc.docker",
        "version": "1.0",
        "properties": {"image": "i", "port": port},
    }

    with pytest.raises(exceptions.InvalidSpec, match="port"):
        docker.DockerContainer().check_spec(spec)


def test_a_time_to_wait_is_not_negative():
    plugin = docker.DockerContainer()

    assert plugin.check_operation("restart", {"wait_time": 0}) == {"wait_time": 0}
    with pytest.raises(exceptions.Invalid):
        plugin.check_operation("restart", {"wait_time": -1})


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [("check", ()), ("update", ({"name": "x"}, {})), ("operate", ("pause", {}))],
)
def test_a_node_without_a_container_says_so(verb, arguments):
    plugin = docker.DockerContainer()

    with pytest.raises(exceptions.CloudError, match="no physical object"):
        getattr(plugin, verb)(an_ask(), *arguments)


def test_a_node_without_a_host_has_no_container():
    plugin = docker.DockerContainer()

    assert isinstance(plugin.delete(an_ask("c"), {}), base.Done)
    assert plugin.details(an_ask()) == {}
    assert plugin.details(an_ask("c"))["Error"]["code"] == 404
    assert plugin.strays(an_ask(), 0.0) == []


def test_a_container_is_not_adopted():
    with pytest.raises(exceptions.Invalid, match="existing containers"):
        docker.DockerContainer().adopt(None, "c", {})
