"""What Neutron is asked for, and what its answers mean."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers.openstack.account import AccountView
from senlin_like.drivers.openstack.gathering import Gathering
from senlin_like.drivers.openstack.network import OpenStackNetwork
from tests.functional.drivers import border
from tests.functional.drivers.border import Answer

NETWORK = "19b208aa-cc8e-4c07-9a29-b5dc5081fdda"
PORT = {
    "id": "port-1",
    "network_id": NETWORK,
    "status": "DOWN",
    "description": "cluster_node_id=n1",
    "device_id": "",
    "fixed_ips": [{"subnet_id": "s", "ip_address": "10.0.0.5"}],
    "security_groups": ["g"],
    "name": "",
}
ROOT = "/network/v2.0"


@pytest.fixture
def cloud():
    with border.running() as made:
        yield made


@pytest.fixture
def network(cloud):
    sessions = border.sessions(cloud.url)
    account = AccountView(sessions, border.an_account(), border.REGION)
    yield OpenStackNetwork(account, Gathering(most=20))
    sessions.close()


def neutron_error(status, kind, message):
    fault = {"type": kind, "message": message, "detail": ""}
    return Answer(status=status, body={"NeutronError": fault})


def test_the_mark_of_a_port_comes_with_its_creation(cloud, network):
    cloud.tell("POST", f"{ROOT}/ports", Answer(status=201, body={"port": PORT}))

    port = network.create_port(NETWORK, node_id="n1")

    assert cloud.calls() == [f"POST {ROOT}/ports"]
    wanted = {"network_id": NETWORK, "description": "cluster_node_id=n1"}
    assert cloud.asked[-1].body == {"port": wanted}
    assert (port.id, port.device_id) == ("port-1", None)


def test_what_a_port_is_to_have_is_asked_for(cloud, network):
    cloud.tell("POST", f"{ROOT}/ports", Answer(status=201, body={"port": PORT}))
    address = {"subnet_id": "s", "ip_address": "10.0.0.5"}

    network.create_port(
        NETWORK,
        node_id="n1",
        fixed_ips=[address],
        security_group_ids=[],
        vnic_type="direct",
    )

    assert cloud.asked[-1].body["port"] == {
        "network_id": NETWORK,
        "description": "cluster_node_id=n1",
        "fixed_ips": [address],
        "security_groups": [],
        "binding:vnic_type": "direct",
    }


def test_marked_ports_are_found_by_one_call(cloud, network):
    others = {**PORT, "id": "port-2", "description": "of somebody else"}
    cloud.tell("GET", f"{ROOT}/ports", Answer(body={"ports": [PORT, others]}))

    found = network.find_ports_marked("n1")

    assert [one.id for one in found] == ["port-1"]
    assert cloud.calls() == [f"GET {ROOT}/ports"]
    assert cloud.asked[-1].query == {
        "description": "cluster_node_id=n1",
        "project_id": "p-1",
    }


@pytest.mark.parametrize(
    ("identity", "key"), [(NETWORK, "id"), ("private", "name")], ids=["id", "name"]
)
def test_a_network_is_found_by_one_call(cloud, network, identity, key):
    shown = {"id": NETWORK, "name": "private", "project_id": "p-2"}
    cloud.tell("GET", f"{ROOT}/networks", Answer(body={"networks": [shown]}))

    assert network.find_network(identity) == NETWORK
    assert [one.query for one in cloud.asked[1:]] == [{key: identity}]


def test_of_several_with_a_name_the_own_one_is_meant(cloud, network):
    groups = [
        {"id": f"g{number}", "name": "default", "project_id": f"p-{number}"}
        for number in (0, 1, 2)
    ]
    answer = Answer(body={"security_groups": groups})
    cloud.tell("GET", f"{ROOT}/security-groups", answer)

    assert network.find_security_group("default") == "g1"


def test_a_name_that_two_have_is_refused(cloud, network):
    shown = [{"id": str(number), "name": "private"} for number in range(2)]
    cloud.tell("GET", f"{ROOT}/networks", Answer(body={"networks": shown}))

    with pytest.raises(exceptions.CloudError, match="'private' isn't unique") as caught:
        network.find_network("private")

    assert caught.value.status == 409


def test_what_nobody_has_is_not_found(cloud, network):
    cloud.tell("GET", f"{ROOT}/networks", Answer(body={"networks": []}))

    with pytest.raises(exceptions.CloudNotFound):
        network.find_network(NETWORK)

    assert [one.query for one in cloud.asked[1:]] == [
        {"id": NETWORK},
        {"name": NETWORK},
    ]


@pytest.mark.parametrize("kind", ["IpAddressInUse", "OverQuota", "PortInUse"])
def test_a_conflict_is_told_with_its_reason(cloud, network, kind):
    cloud.tell("POST", f"{ROOT}/ports", neutron_error(409, kind, f"It is {kind}."))

    with pytest.raises(exceptions.CloudError, match=f"It is {kind}") as caught:
        network.create_port(NETWORK, node_id="n1")

    assert caught.value.status == 409
    assert not isinstance(caught.value, exceptions.CloudBusy)
    assert len(cloud.calls()) == 1


def test_what_somebody_changes_at_the_same_time_is_asked_again_later(cloud, network):
    answer = neutron_error(412, "RevisionNumberConstraintFailed", "Constrained.")
    cloud.tell("PUT", f"{ROOT}/ports/port-1", answer)

    with pytest.raises(exceptions.CloudBusy):
        network.update_port("port-1", security_group_ids=["g"])

    assert len(cloud.calls()) == 1


def test_an_answer_that_does_not_come_leaves_it_open(cloud, network):
    cloud.tell("POST", f"{ROOT}/ports", Answer(status=None))

    with pytest.raises(exceptions.CloudUnsure):
        network.create_port(NETWORK, node_id="n1")

    assert len(cloud.calls()) == 1


def test_what_is_gone_can_be_deleted(cloud, network):
    network.delete_port("port-1")
    network.delete_floating_ip("floating-1")

    assert cloud.calls() == [
        f"DELETE {ROOT}/ports/port-1",
        f"DELETE {ROOT}/floatingips/floating-1",
    ]


def test_a_public_address_is_made_for_its_port(cloud, network):
    shown = {
        "id": "f1",
        "floating_ip_address": "203.0.113.9",
        "floating_network_id": "public",
        "status": "DOWN",
        "port_id": "port-1",
    }
    made = Answer(status=201, body={"floatingip": shown})
    cloud.tell("POST", f"{ROOT}/floatingips", made)

    floating = network.create_floating_ip("public", port_id="port-1", node_id="n1")

    wanted = {
        "floating_network_id": "public",
        "port_id": "port-1",
        "description": "cluster_node_id=n1",
    }
    assert cloud.asked[-1].body == {"floatingip": wanted}
    assert (floating.address, floating.port_id) == ("203.0.113.9", "port-1")
