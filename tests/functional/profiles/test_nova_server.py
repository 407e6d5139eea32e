"""Servers on the simulated cloud."""

import dataclasses

import pytest

from senlin_like import exceptions
from senlin_like.drivers import objects

IMAGE = "cirros-0.4.0-x86_64-disk"


def public_addresses(bench, server):
    shown = bench.cloud.compute.get_server(server.id).addresses
    return [
        one["addr"]
        for addresses in shown.values()
        for one in addresses
        if one["OS-EXT-IPS:type"] == "floating"
    ]


def test_a_server_is_made_with_its_marks(server):
    done = server.run("create")

    [made] = server.servers()
    assert done.reason == f"Server {made.id} is ACTIVE."
    assert server.node.physical_id == made.id
    assert made.name == "node-1"
    assert made.metadata == {
        "who": "me",
        "cluster_node_id": server.node.id,
        "cluster_id": server.node.cluster_id,
        "cluster_node_index": "1",
    }
    assert server.node.data["placement"]["zone"] == made.zone


def test_ports_and_public_addresses_are_recorded(server):
    server.run("create")

    records = server.node.data["internal_ports"]
    assert {record["id"] for record in records} == {one.id for one in server.ports()}
    address = records[0]["floating"]["floating_ip_address"]
    assert public_addresses(server, server.servers()[0]) == [address]
    assert "floating" not in records[1]


def test_a_plain_server_costs_one_call_and_its_cluster_one_look_up(server):
    server.use(flavor="m1.tiny", image=IMAGE)
    server.run("create")
    server.calls.clear()
    server.node = dataclasses.replace(
        server.node, id="another", physical_id=None, data={}
    )

    server.run("create")

    assert server.calls == ["compute.create_server"]


def test_deleting_leaves_nothing(server):
    server.run("create")
    [made] = server.servers()
    [address] = public_addresses(server, made)

    server.run("delete", {})

    assert server.servers() == []
    assert server.ports() == []
    assert server.cloud.network.find_floating_ip(address) is None
    assert server.node.physical_id is None
    assert "internal_ports" not in server.node.data


def test_a_server_that_the_row_does_not_know_is_deleted_too(server):
    server.run("create")
    server.node = dataclasses.replace(server.node, physical_id=None, data={})

    server.run("delete", {})

    assert server.servers() == []
    assert server.ports() == []


def test_a_failed_build_tells_the_fault(server):
    server.fault("error_status", "compute.create_server", message="No valid host.")

    with pytest.raises(exceptions.CloudError, match="No valid host"):
        server.run("create")

    assert server.node.physical_id is not None
    assert "compute.get_server" not in server.calls


def test_a_refused_server_leaves_no_ports(server):
    server.fault("error", "compute.create_server", status=403, message="Quota.")

    with pytest.raises(exceptions.CloudError, match="Quota"):
        server.run("create")

    assert server.ports() == []


@pytest.mark.parametrize("effect", ["done_but_timeout", "timeout", "busy"])
@pytest.mark.parametrize(
    "method",
    ["compute.create_server", "network.create_port", "network.create_floating_ip"],
)
def test_a_lost_answer_makes_nothing_twice(server, effect, method):
    server.fault(effect, method, count=1)

    server.run("create")

    [made] = server.servers()
    assert len(server.ports()) == 2
    assert len(public_addresses(server, made)) == 1


def test_a_busy_cloud_makes_no_address_twice(server):
    entry = {"network": "private", "floating_network": "public"}
    server.use(flavor="1", image=IMAGE, networks=[entry, entry])
    server.fault("busy", "network.create_floating_ip", nth=2)

    server.run("create")

    assert len(server.public()) == 2


@pytest.mark.parametrize(
    "method",
    [
        "compute.create_server",
        "compute.delete_server",
        "compute.find_marked",
        "compute.get_server",
        "network.create_port",
        "network.create_floating_ip",
        "network.delete_port",
        "network.delete_floating_ip",
        "network.find_ports_marked",
    ],
)
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_done_but_timed_out_calls_leave_nothing(server, method, nth):
    server.fault("done_but_timeout", method, nth=nth)
    server.run("create")

    server.run("recover", {})
    server.run("delete", {})

    server.controls.clear_faults()
    assert server.servers() == []
    assert server.ports() == []
    assert server.public() == []


def test_checking_costs_no_call_of_its_own(server):
    server.run("create")
    server.calls.clear()

    done = server.run("check")

    assert done.is_healthy
    assert server.calls == []


def test_a_stopped_server_is_not_healthy(server):
    server.run("create")
    server.run("operate", "stop", {})

    assert not server.run("check").is_healthy


def test_a_lost_server_is_not_found(server):
    server.run("create")
    server.cloud.compute.delete_server(server.node.physical_id)
    server.clock.now += 60

    with pytest.raises(exceptions.CloudNotFound, match="No Server found for"):
        server.run("check")


def test_joining_and_leaving_keep_other_metadata(server):
    server.run("create")

    server.run("join", "other-cluster", 7)

    metadata = server.servers()[0].metadata
    assert metadata["cluster_id"] == "other-cluster"
    assert metadata["cluster_node_index"] == "7"
    assert metadata["who"] == "me"

    server.run("leave")

    assert server.servers()[0].metadata == {
        "who": "me",
        "cluster_node_id": server.node.id,
    }


def test_details_are_sorted_and_complete(server):
    assert server.plugin.details(server.ask()) == {}
    server.run("create")

    shown = server.plugin.details(server.ask())

    assert list(shown) == sorted(shown)
    assert shown["status"] == "ACTIVE"
    assert shown["flavor"] == "1"
    assert shown["id"] == server.node.physical_id
    assert shown["metadata"]["cluster_node_id"] == server.node.id
    assert "private" in shown["addresses"]


def test_details_of_a_lost_server_say_so(server):
    server.node = dataclasses.replace(server.node, physical_id="nowhere")

    shown = server.plugin.details(server.ask())

    assert shown["Error"]["code"] == 404


def test_an_existing_server_is_described(server):
    server.run("create")

    described = server.plugin.adopt(
        server.cloud, server.node.physical_id, {"name": "mine"}
    )

    assert described["metadata"] == {"who": "me"}
    assert described["flavor"] == "1"
    assert described["name"] == "mine"
    assert described["networks"] == [{"network": "private"}]
    server.use(**described)


@pytest.mark.parametrize(
    ("image", "place"), [("new_image", {}), (None, {"boot_index": 0})]
)
def test_the_volumes_of_an_existing_server_are_described(server, image, place):
    device = {
        "source_type": "blank",
        "destination_type": "volume",
        "volume_size": 1,
        **place,
    }
    server.use(flavor="1", image=image, block_device_mapping_v2=[device])
    server.run("create")

    described = server.plugin.adopt(server.cloud, server.node.physical_id, {})

    [volume] = described["block_device_mapping_v2"]
    assert volume == {
        "uuid": server.servers()[0].volume_ids[0],
        "source_type": "volume",
        "destination_type": "volume",
        "volume_size": 0,
        **place,
    }
    server.use(**described)


@pytest.mark.parametrize("goes", [True, False])
def test_a_volume_that_is_needed_is_not_deleted_with_its_server(server, goes):
    device = {
        "source_type": "blank",
        "destination_type": "volume",
        "volume_size": 1,
        "boot_index": 0,
        "delete_on_termination": goes,
    }
    server.use(flavor="1", image=None, block_device_mapping_v2=[device])
    server.run("create")
    before = server.node.physical_id
    described = server.plugin.adopt(server.cloud, before, {})
    server.use(**described)
    [volume] = described["block_device_mapping_v2"]
    assert volume.get("delete_on_termination", False) is goes

    if goes:
        with pytest.raises(exceptions.CloudError, match="would be deleted with it"):
            server.run("recover", {})
    else:
        server.run("recover", {})

    [made] = server.servers()
    assert (made.id == before) is goes
    assert made.volume_ids == (volume["uuid"],)


def test_a_second_server_is_a_stray(server):
    server.run("create")
    first = server.node.physical_id
    request = objects.ServerRequest(
        name="twin",
        flavor_id="1",
        image_id=server.servers()[0].image_id,
        metadata={"cluster_node_id": server.node.id},
    )
    twin = server.cloud.compute.create_server(request)

    strays = server.plugin.strays(server.ask(), server.clock.now - 1)

    assert strays == [twin.id]
    with pytest.raises(exceptions.CloudError):
        server.plugin.remove_stray(server.ask(), first)
    server.plugin.remove_stray(server.ask(), twin.id)
    server.clock.now += 60
    assert [one.id for one in server.servers()] == [first]
