"""What of a server's spec is checked against the cloud, and in what words."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base as clouds

REFUSALS = [
    (
        {"availability_zone": "moon"},
        "The specified availability_zone 'moon' could not be found",
    ),
    ({"flavor": "x"}, "The specified flavor 'x' could not be found."),
    ({"image": "x"}, "The specified image 'x' could not be found."),
    ({"key_name": "x"}, "The specified key_name 'x' could not be found."),
    (
        {"networks": [{"network": "x"}]},
        "The specified network x could not be found.",
    ),
    (
        {"networks": [{"network": "private", "subnet": "x"}]},
        "The specified subnet x could not be found.",
    ),
    (
        {"networks": [{"network": "private", "floating_network": "x"}]},
        "The floating network x could not be found.",
    ),
    ({"networks": [{"port": "x"}]}, "The specified port x could not be found."),
    (
        {"networks": [{"network": "private", "security_groups": ["x"]}]},
        "The specified security group x could not be found.",
    ),
    ({"networks": [{}]}, "One of 'port' and 'network' must be provided"),
    (
        {"networks": [{"port": "p", "fixed_ip": "10.0.0.5"}]},
        "The 'port' property and the 'fixed_ip' property cannot be specified at the "
        "same time",
    ),
    (
        {"networks": [{"network": "private", "vnic_type": "odd"}]},
        "The vnic_type 'odd' is not supported: it must be one of normal, direct, "
        "macvtap.",
    ),
    (
        {"networks": [{"network": "private", "floating_ip": "172.24.0.9"}]},
        "Must specify a network to create floating IP",
    ),
]


@pytest.mark.parametrize(("change", "message"), REFUSALS)
def test_what_the_cloud_lacks_is_refused(server, change, message):
    properties = server.use(**{"flavor": "1", **change})

    with pytest.raises(exceptions.InvalidSpec) as caught:
        server.plugin.validate(server.cloud, properties, "pro")

    assert caught.value.message == message


def test_a_disabled_flavor_is_refused(server):
    attributes = {"vcpus": 1, "ram": 1, "disk": 1, "is_disabled": True}
    flavor = {"id": "off", "name": "off", "attributes": attributes}
    server.controls.put_thing("flavor", flavor)

    with pytest.raises(exceptions.InvalidSpec) as caught:
        server.plugin.validate(server.cloud, server.use(flavor="off"), "pro")

    assert caught.value.message == "The specified flavor 'off' is disabled"


def test_a_used_port_is_refused(server):
    server.run("create")
    port = server.ports()[0]
    properties = server.use(flavor="1", networks=[{"port": port.id}])

    with pytest.raises(exceptions.InvalidSpec) as caught:
        server.plugin.validate(server.cloud, properties, "pro")

    assert caught.value.message == f"The status of the port {port.id} must be DOWN"


def test_a_used_public_address_is_refused(server):
    server.run("create")
    [address] = server.public()
    properties = server.use(
        flavor="1", networks=[{"network": "private", "floating_ip": address}]
    )

    with pytest.raises(exceptions.InvalidSpec) as caught:
        server.plugin.validate(server.cloud, properties, "pro")

    assert caught.value.message == f"The floating IP {address} has been used."


def test_networks_may_be_left_out(server):
    properties = server.use(flavor="1", image="new_image")

    server.plugin.validate(server.cloud, properties, "pro")

    server.run("create")
    assert server.ports() == []


def test_a_good_spec_is_accepted(server):
    properties = server.use(
        flavor="new_flavor",
        image="new_image",
        key_name="oskey",
        availability_zone="nova",
        networks=[
            {
                "network": "private",
                "subnet": "private-subnet",
                "security_groups": ["default"],
                "vnic_type": "normal",
                "floating_network": "public",
            }
        ],
    )

    server.plugin.validate(server.cloud, properties, "pro")


def test_the_port_and_the_address_of_a_user_are_used_and_kept(server):
    network = server.cloud.network
    network_id = network.find_network("private")
    port = network.create_port(network_id, node_id="somebody")
    other = network.create_port(network_id, node_id="somebody")
    public = network.find_network("public")
    address = network.create_floating_ip(public, port_id=other.id, node_id="other")
    network.associate_floating_ip(address.id, None)
    entry = {"port": port.id, "floating_ip": address.address}
    server.use(flavor="1", image="new_image", networks=[entry])

    server.run("create")

    assert network.find_port(port.id).device_id == server.node.physical_id
    assert network.find_floating_ip(address.address).port_id == port.id

    server.run("delete", {})

    assert network.find_port(port.id).device_id is None
    assert network.find_floating_ip(address.address).port_id is None


def test_a_fixed_address_is_given(server):
    entry = {"network": "private", "fixed_ip": "10.9.8.7"}
    server.use(flavor="1", image="new_image", networks=[entry])

    server.run("create")

    [port] = server.ports()
    assert port.fixed_ips[0]["ip_address"] == "10.9.8.7"


def test_placement_goes_before_the_zone_of_the_profile(server):
    server.use(flavor="1", image="new_image", availability_zone="nova")
    group = server.cloud.compute.create_server_group("g", ["affinity"])
    data = {"placement": {"zone": "ZONE1", "servergroup": group.id}}
    server.node = type(server.node)(**{**vars(server.node), "data": data})

    server.run("create")

    [made] = server.servers()
    assert made.zone == "ZONE1"
    assert server.cloud.compute.find_server_group("g").server_ids == (made.id,)
    assert server.node.data["placement"] == data["placement"]


def test_the_context_is_not_lost_on_another_account(server):
    stranger = server.driver.cloud(clouds.Account(user="u", project="other"))
    server.run("create")

    assert stranger.compute.find_marked(server.node.id) == []
