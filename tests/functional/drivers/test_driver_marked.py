"""What carries our marks is found by listing, without knowing of what to look for."""

import datetime

import pytest

from senlin_like import exceptions
from senlin_like.domain.leaks import Kind
from senlin_like.drivers import balancing, base, ledger, objects

SERVER = base.ObjectKind.SERVER
TEMPLATE = {"heat_template_version": "2021-04-16", "resources": {}}


def listed(kit, kind, project="project-1"):
    found = kit.cloud(project).ledger.list_marked(kind)
    return {one.id: one for one in found}


def test_servers_with_a_mark_are_listed(kit, a_server):
    marks = {base.NODE_MARK: "n1", base.CLUSTER_MARK: "c1", "theirs": "x"}
    ours = a_server(metadata=marks)
    alone = a_server(metadata={base.NODE_MARK: "n2"})
    a_server(metadata={"theirs": "x"})

    found = listed(kit, Kind.SERVER)

    assert set(found) == {ours.id, alone.id}
    one = found[ours.id]
    assert (one.kind, one.name, one.status) == (Kind.SERVER, ours.name, "ACTIVE")
    assert (one.mark, one.cluster_id) == ("n1", "c1")
    assert not one.is_going
    assert one.created_at == ours.created_at
    assert one.created_at.tzinfo is not None
    assert found[alone.id].cluster_id is None


def test_a_mark_that_is_put_on_later_counts_and_one_that_is_taken_off_doesnt(
    kit, a_server
):
    server = a_server(metadata={"theirs": "x"})
    compute = kit.cloud().compute

    compute.set_metadata(server.id, {base.NODE_MARK: "n1"})
    marked = listed(kit, Kind.SERVER)
    compute.delete_metadata(server.id, [base.NODE_MARK])

    assert marked[server.id].mark == "n1"
    assert listed(kit, Kind.SERVER) == {}


def test_what_is_being_deleted_is_going_or_gone(kit, a_server):
    server = a_server()

    kit.cloud().compute.delete_server(server.id)

    going = listed(kit, Kind.SERVER)
    assert all(one.is_going for one in going.values())
    kit.until(lambda: not listed(kit, Kind.SERVER))


def test_stacks_with_a_tag_of_ours_are_listed(kit):
    service = kit.cloud().orchestration
    arguments = {"template": TEMPLATE}
    marks = [f"{base.NODE_MARK}=n1", f"{base.CLUSTER_MARK}=c1"]
    ours = service.create_stack("ours-1", arguments, marks)
    service.create_stack("theirs-1", arguments, ["mine", f"x{base.NODE_MARK}=n1"])

    [one] = listed(kit, Kind.STACK).values()

    assert (one.id, one.name) == (ours.id, "ours-1")
    assert (one.mark, one.cluster_id) == ("n1", "c1")
    assert isinstance(one.created_at, datetime.datetime)


def test_ports_of_nodes_are_listed_with_what_they_are_plugged_into(kit, a_server):
    network = kit.cloud().network
    network_id = network.find_network(kit.network)
    loose = network.create_port(network_id, node_id="n1")
    plugged = network.create_port(network_id, node_id="n2")
    server = a_server(networks=[{"port": plugged.id}])

    found = listed(kit, Kind.PORT)

    assert {one.id: (one.mark, one.used_by) for one in found.values()} == {
        loose.id: ("n1", None),
        plugged.id: ("n2", server.id),
    }


def test_public_addresses_are_listed_with_the_ports_that_they_lead_to(kit):
    network = kit.cloud().network
    port = network.create_port(network.find_network(kit.network), node_id="n1")
    public = network.find_network(kit.public_network)
    address = network.create_floating_ip(public, port_id=port.id, node_id="n1")

    [one] = listed(kit, Kind.FLOATING_IP).values()
    marked = network.find_floating_ips_marked("n1")
    network.associate_floating_ip(address.id, None)

    assert (one.id, one.name) == (address.id, address.address)
    assert (one.mark, one.used_by) == ("n1", port.id)
    assert [one.id for one in marked] == [address.id]
    assert network.find_floating_ips_marked("n2") == []
    assert listed(kit, Kind.FLOATING_IP)[address.id].used_by is None


def test_load_balancers_of_bindings_are_listed(kit):
    cloud = kit.cloud()
    subnet_id = cloud.network.find_subnet(kit.subnet)
    made = cloud.load_balancing.create_load_balancer(
        balancing.LoadBalancerRequest(name="lb-1", mark="b1", subnet_id=subnet_id)
    )
    kit.wait(cloud, base.ObjectKind.LOAD_BALANCER, made.id, "ACTIVE")

    [one] = listed(kit, Kind.LOAD_BALANCER).values()

    assert (one.id, one.name, one.mark) == (made.id, "lb-1", "b1")
    assert (one.status, one.created_at) == ("ACTIVE", made.created_at)


def test_server_groups_of_bindings_are_listed_by_their_names(kit, a_server):
    compute = kit.cloud().compute
    empty = compute.create_server_group(f"{ledger.GROUP_NAME}b1", ["affinity"])
    full = compute.create_server_group(f"{ledger.GROUP_NAME}b2", ["affinity"])
    compute.create_server_group("theirs", ["affinity"])
    server = a_server(scheduler_hints={"group": full.id})

    found = listed(kit, Kind.SERVER_GROUP)

    assert {one.id: (one.mark, one.used_by) for one in found.values()} == {
        empty.id: ("b1", None),
        full.id: ("b2", server.id),
    }


def test_a_host_that_doesnt_answer_is_told_from_one_without_containers(kit):
    host = objects.ContainerHost(address="10.9.9.9", port=2375)

    with pytest.raises(exceptions.HostUnreachable):
        kit.cloud().ledger.list_on_host(host)


@pytest.mark.parametrize("kind", Kind)
def test_things_of_other_projects_and_regions_arent_listed(kit, a_server, kind):
    a_server()
    network = kit.cloud().network
    network.create_port(network.find_network(kit.network), node_id="n1")
    kit.cloud().compute.create_server_group(f"{ledger.GROUP_NAME}b1", ["affinity"])

    assert listed(kit, kind, "project-2") == {}
