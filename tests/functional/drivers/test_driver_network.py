"""Ports and public addresses."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base


def a_port(kit, node_id="node-1", where=None, **fields):
    network = kit.cloud().network
    return network.create_port(
        network.find_network(where or kit.network), node_id=node_id, **fields
    )


def test_a_port_has_an_address_of_its_own(kit):
    first, second = a_port(kit), a_port(kit)

    addresses = {port.fixed_ips[0]["ip_address"] for port in (first, second)}

    assert len(addresses) == 2
    assert first.status == "DOWN"
    subnet = kit.cloud().network.find_subnet(kit.subnet)
    assert first.fixed_ips[0]["subnet_id"] == subnet


def test_a_port_is_found_by_id_and_by_its_node(kit):
    network = kit.cloud().network
    port = a_port(kit, "node-7")
    a_port(kit, "node-8")

    assert network.find_port(port.id) == port
    assert network.find_ports_marked("node-7") == [port]


def test_a_port_takes_the_address_that_is_asked_for(kit):
    address = a_port(kit, where=kit.own_network).fixed_ips[0]["ip_address"]
    kit.cloud().network.delete_port(
        kit.cloud().network.find_ports_marked("node-1")[0].id
    )

    port = a_port(kit, "node-2", kit.own_network, fixed_ips=[{"ip_address": address}])

    assert port.fixed_ips[0]["ip_address"] == address


def test_an_address_in_use_is_refused(kit):
    address = a_port(kit, where=kit.own_network).fixed_ips[0]["ip_address"]

    with pytest.raises(exceptions.CloudError) as caught:
        a_port(kit, "node-2", kit.own_network, fixed_ips=[{"ip_address": address}])

    assert caught.value.status == 409
    assert kit.cloud().network.find_ports_marked("node-2") == []


def test_a_port_takes_other_security_groups(kit):
    network = kit.cloud().network
    group = network.find_security_group(kit.security_group)
    port = a_port(kit, security_group_ids=[])

    network.update_port(port.id, security_group_ids=[group])

    assert port.security_group_ids == ()
    assert network.find_port(port.id).security_group_ids == (group,)


def test_deleting_a_port_twice_is_no_error(kit):
    network = kit.cloud().network
    port = a_port(kit)

    network.delete_port(port.id)
    network.delete_port(port.id)

    with pytest.raises(exceptions.CloudNotFound):
        network.find_port(port.id)


def test_a_server_uses_the_port_that_it_is_given(kit, a_server):
    network = kit.cloud().network
    port = a_port(kit)

    server = a_server(networks=[{"port": port.id}])

    shown = [one["addr"] for one in server.addresses[kit.network]]
    assert shown == [port.fixed_ips[0]["ip_address"]]
    assert network.find_port(port.id).device_id == server.id
    assert network.find_port(port.id).status == "ACTIVE"


def test_a_port_in_use_is_refused_to_a_second_server(kit, a_server, a_request):
    cloud = kit.cloud()
    port = a_port(kit)
    a_server(networks=[{"port": port.id}])
    request = a_request(networks=[{"port": port.id}])

    with pytest.raises(exceptions.CloudError):
        cloud.compute.create_server(request)

    assert cloud.compute.find_marked(request.metadata[base.NODE_MARK]) == []


def test_a_given_port_outlives_its_server(kit, a_server):
    cloud = kit.cloud()
    port = a_port(kit)
    server = a_server(networks=[{"port": port.id}])

    cloud.compute.delete_server(server.id)
    kit.wait(cloud, base.ObjectKind.SERVER, server.id, base.GONE)

    assert cloud.network.find_port(port.id).device_id is None


def test_a_port_is_plugged_in_and_pulled_out(kit, a_server):
    cloud = kit.cloud()
    server = a_server()
    port = a_port(kit)

    cloud.compute.attach_port(server.id, port.id)
    plugged = cloud.compute.get_server(server.id).addresses[kit.network]
    cloud.compute.detach_port(server.id, port.id)
    cloud.compute.detach_port(server.id, port.id)

    assert port.fixed_ips[0]["ip_address"] in {one["addr"] for one in plugged}

    def is_out():
        left = cloud.compute.get_server(server.id).addresses[kit.network]
        return len(left) == len(plugged) - 1

    kit.until(is_out)


def test_a_public_address_leads_to_a_port(kit):
    network = kit.cloud().network
    port = a_port(kit)
    public = network.find_network(kit.public_network)

    floating = network.create_floating_ip(public, port_id=port.id, node_id="n1")

    assert floating.port_id == port.id
    if "floating_status" not in kit.lacks:
        assert floating.status == "ACTIVE"
    assert network.find_floating_ip(floating.address) == floating


def test_a_public_address_can_be_asked_for_once(kit):
    network = kit.cloud().network
    port = a_port(kit)
    public = network.find_network(kit.public_network)
    address = network.create_floating_ip(public, port_id=port.id, node_id="n1").address

    with pytest.raises(exceptions.CloudError):
        network.create_floating_ip(
            public, port_id=port.id, node_id="n1", address=address
        )


def test_a_public_address_is_led_elsewhere_and_given_back(kit):
    network = kit.cloud().network
    first, second = a_port(kit), a_port(kit)
    public = network.find_network(kit.public_network)
    floating = network.create_floating_ip(public, port_id=first.id, node_id="n1")

    network.associate_floating_ip(floating.id, second.id)
    moved = network.find_floating_ip(floating.address)
    network.associate_floating_ip(floating.id, None)
    loose = network.find_floating_ip(floating.address)
    network.delete_floating_ip(floating.id)
    network.delete_floating_ip(floating.id)

    assert moved.port_id == second.id
    assert (loose.port_id, loose.status) == (None, "DOWN")
    assert network.find_floating_ip(floating.address) is None


def test_a_server_shows_its_public_address(kit, a_server):
    cloud = kit.cloud()
    port = a_port(kit)
    public = cloud.network.find_network(kit.public_network)
    floating = cloud.network.create_floating_ip(public, port_id=port.id, node_id="n1")

    server = a_server(networks=[{"port": port.id}])

    kinds = {
        one["addr"]: one["OS-EXT-IPS:type"] for one in server.addresses[kit.network]
    }
    assert kinds == {
        port.fixed_ips[0]["ip_address"]: "fixed",
        floating.address: "floating",
    }
