"""What belongs to somebody else is left alone by a node's server."""

import dataclasses
import uuid

import pytest

from senlin_like import exceptions

BASE = {"flavor": "m1.tiny", "image": "cirros-0.4.0-x86_64-disk"}


@pytest.fixture
def elsewhere(server):
    """A port of the user's that another server has."""
    network = server.cloud.network
    return network.create_port(network.find_network("private"), node_id="other")


@pytest.fixture
def address(server, elsewhere):
    """An address of the user's that leads to that port."""
    network = server.cloud.network
    public = network.find_network("public")
    return network.create_floating_ip(public, port_id=elsewhere.id, node_id="other")


def leads_to(server, address):
    return server.cloud.network.find_floating_ip(address.address).port_id


def wanting(server, address):
    entry = {"network": "private", "floating_ip": address.address}
    return server.use(**BASE, networks=[entry])


def test_an_address_in_use_is_not_taken_away(server, elsewhere, address):
    wanting(server, address)

    with pytest.raises(exceptions.CloudError, match="has been used"):
        server.run("create")

    assert leads_to(server, address) == elsewhere.id


def test_an_address_that_was_led_elsewhere_stays_there(server, elsewhere, address):
    server.cloud.network.associate_floating_ip(address.id, None)
    wanting(server, address)
    server.run("create")
    server.cloud.network.associate_floating_ip(address.id, elsewhere.id)

    server.run("delete", {})

    assert leads_to(server, address) == elsewhere.id


def test_an_address_is_let_go_with_the_server(server, address):
    server.cloud.network.associate_floating_ip(address.id, None)
    wanting(server, address)
    server.run("create")
    assert leads_to(server, address) is not None

    server.run("delete", {})

    assert leads_to(server, address) is None


def test_a_port_in_use_keeps_its_security_groups(server, elsewhere):
    network = server.cloud.network
    server.use(**BASE, networks=[{"port": elsewhere.id}])
    server.run("create")
    network.update_port(elsewhere.id, security_group_ids=[])
    entry = {"port": elsewhere.id, "security_groups": ["default"]}
    server.use(**BASE, networks=[entry])
    server.node = dataclasses.replace(
        server.node, id=str(uuid.uuid4()), physical_id=None, data={}
    )

    with pytest.raises(exceptions.CloudError, match="in use"):
        server.run("create")

    assert network.find_port(elsewhere.id).security_group_ids == ()
