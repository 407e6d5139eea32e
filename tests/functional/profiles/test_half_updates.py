"""What an update has done halfway before it failed, the next one knows."""

import dataclasses

import pytest

from senlin_like import exceptions
from tests.functional.cutting import Cutting

BASE = {
    "flavor": "m1.tiny",
    "image": "cirros-0.4.0-x86_64-disk",
    "networks": [{"network": "private"}],
}


class After:
    """Says of no call but the first of a method that a crash follows it."""

    def __init__(self, calls, method):
        self._calls = calls
        self._method = method

    def __contains__(self, _number):
        return self._calls[-1] == self._method


def begin(server, **more):
    server.use(**{**BASE, **more})
    server.run("create")
    return server.properties


def turn_into(server, **changes):
    old = server.properties
    new = server.use(**{**BASE, **changes})
    server.properties = old
    server.run("update", new, {})
    server.properties = new


def fail(server, method, **changes):
    server.fault("error", method, count=1, status=400)
    with pytest.raises(exceptions.CloudError):
        turn_into(server, **changes)


def made(server):
    [found] = server.servers()
    return found


@pytest.mark.parametrize(
    ("name", "other", "method"),
    [
        ("image", "new_image", "compute.set_metadata"),
        ("flavor", "m1.small", "compute.set_metadata"),
        ("image", "new_image", "compute.start"),
    ],
)
def test_the_next_update_takes_back_what_a_failed_one_did(server, name, other, method):
    begin(server)
    key = f"{name}_id"
    before = getattr(made(server), key)
    fail(server, method, **{name: other}, metadata={"a": "1"})
    assert getattr(made(server), key) != before

    turn_into(server, metadata={"b": "1"})

    assert getattr(made(server), key) == before
    assert "update_begun" not in server.node.data


def test_the_next_update_gives_a_network_back(server):
    begin(server)
    other = [{"network": "private", "vnic_type": "normal"}]
    fail(server, "compute.attach_port", networks=other)

    turn_into(server, metadata={"b": "1"})

    [port] = server.ports()
    [record] = server.node.data["internal_ports"]
    assert (port.device_id, port.id) == (server.node.physical_id, record["id"])


def cut_off_with_an_address(server):
    """Begin an update that leads an address of the user's to a port, for good."""
    network = server.cloud.network
    begin(server)
    spare = network.create_port(network.find_network("private"), node_id="x")
    public = network.find_network("public")
    address = network.create_floating_ip(public, port_id=spare.id, node_id="x")
    network.associate_floating_ip(address.id, None)
    entry = {"network": "private", "floating_ip": address.address}
    old = server.properties
    new = server.use(**{**BASE, "networks": [*BASE["networks"], entry]})
    server.properties = old
    crashes = After(server.calls, "network.associate_floating_ip")
    server.cut = Cutting(server.cloud, server.calls, crashes)
    server.give_up("update", new, {})
    server.cut = server.cloud
    return address


def test_an_address_is_given_back_though_its_port_is_gone(server):
    entry = {"network": "private", "floating_network": "public"}
    server.use(**{**BASE, "networks": [entry]})
    crashes = After(server.calls, "network.create_floating_ip")
    server.cut = Cutting(server.cloud, server.calls, crashes)
    server.give_up("create")
    server.cut = server.cloud
    assert len(server.public()) == 1
    for port in server.ports():
        server.cloud.compute.detach_port(port.device_id, port.id)
        server.cloud.network.delete_port(port.id)

    server.run("delete", {})

    assert server.public() == []


def leads_nowhere(server, address):
    found = server.cloud.network.find_floating_ip(address.address)
    return found is not None and found.port_id is None


def test_the_users_address_stays_when_an_update_is_cut_off_for_good(server):
    address = cut_off_with_an_address(server)

    server.run("delete", {})

    assert leads_nowhere(server, address)


def test_the_users_address_stays_when_the_next_update_does_not_name_it(server):
    address = cut_off_with_an_address(server)

    turn_into(server, metadata={"b": "1"})

    assert leads_nowhere(server, address)


def test_a_lost_server_is_not_called_updated(server):
    begin(server)
    server.fault("error_status", "compute.reboot", count=1)
    with pytest.raises(exceptions.CloudError):
        server.run("operate", "reboot", {"type": "HARD"})
    assert made(server).status == "ERROR"

    with pytest.raises(exceptions.CloudError, match="it is ERROR"):
        turn_into(server, metadata={"b": "1"})


def test_a_resize_of_somebody_elses_is_not_confirmed(server):
    begin(server)
    flavor = server.cloud.compute.find_flavor("m1.small").id
    server.cloud.compute.act(server.node.physical_id, "resize", {"flavor": flavor})
    server.clock.now += 60

    turn_into(server, metadata={"b": "1"})

    assert made(server).status == "VERIFY_RESIZE"


def test_the_next_update_of_a_stack_takes_back_what_a_failed_one_did(stack):
    stack.run("create")
    old = stack.properties
    stack.fault("error_status", "orchestration.update_stack", count=1)
    with pytest.raises(exceptions.CloudError):
        stack.run("update", {**old, "parameters": {"a": 1}}, {})
    environment = {"parameters": {"b": 2}}

    stack.run("update", {**old, "environment": environment}, {})

    told = stack.plugin.adopt(stack.cloud, stack.node.physical_id, {})
    assert (told["parameters"], told["environment"]) == ({}, environment)
    assert "update_begun" not in stack.node.data


def test_the_first_port_goes_with_a_node_whose_update_was_cut_off(server):
    old = begin(server, networks=None)
    new = server.use(**BASE)
    server.properties = old
    crashes = After(server.calls, "network.create_port")
    server.cut = Cutting(server.cloud, server.calls, crashes)
    server.give_up("update", new, {})
    server.cut = server.cloud
    assert server.ports()
    server.node = dataclasses.replace(server.node, status="UPDATING")

    server.run("delete", {})

    assert server.ports() == []
