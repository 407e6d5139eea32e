"""Containers: their hosts are named, but no cloud makes them yet."""

import pytest

from senlin_like import exceptions
from senlin_like.profiles import base
from senlin_like.profiles.docker_container import plugin as docker


def an_ask(physical_id=None):
    node = base.NodeFacts(
        id="n", name="n", index=1, cluster_id="", physical_id=physical_id, status="INIT"
    )
    return base.Ask(cloud=None, node=node, properties={}, turn=base.Turn())


def test_a_host_is_a_node_or_a_cluster():
    assert docker.hosts_named({"host_node": "a"}) == {"node": "a"}
    assert docker.hosts_named({"host_cluster": "b"}) == {"cluster": "b"}


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
        docker.DockerContainer().validate(None, properties)

    assert caught.value.message == message


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("create", ()),
        ("delete", ({},)),
        ("update", ({}, {})),
        ("check", ()),
        ("recover", ({},)),
        ("operate", ("pause", {})),
    ],
)
def test_what_needs_a_container_says_that_there_is_none(verb, arguments):
    plugin = docker.DockerContainer()

    with pytest.raises(exceptions.CloudError, match="no containers"):
        getattr(plugin, verb)(an_ask("c"), *arguments)


def test_a_node_without_a_container_can_be_deleted():
    step = docker.DockerContainer().delete(an_ask(), {})

    assert isinstance(step, base.Done)


def test_a_node_without_a_container_shows_nothing():
    plugin = docker.DockerContainer()

    assert plugin.details(an_ask()) == {}
    assert "Error" in plugin.details(an_ask("c"))
    assert plugin.strays(an_ask(), 0.0) == []
