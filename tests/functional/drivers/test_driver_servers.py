"""Servers: from the request to the end."""

import uuid

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base

SERVER = base.ObjectKind.SERVER


def test_a_server_builds_and_becomes_active(kit, a_request):
    cloud = kit.cloud()

    server = cloud.compute.create_server(a_request(name="web-1"))

    assert server.status == "BUILD"
    kit.wait(cloud, SERVER, server.id, "ACTIVE")
    assert cloud.compute.get_server(server.id).name == "web-1"


def test_an_active_server_has_the_details_that_nova_shows(kit, a_server):
    server = a_server(key_name=kit.keypair, zone=kit.zone)

    details = server.details

    assert details["OS-EXT-AZ:availability_zone"] == kit.zone
    assert details["OS-EXT-STS:vm_state"] == "active"
    assert details["OS-EXT-STS:power_state"] == 1
    assert details["OS-SRV-USG:launched_at"]
    assert details["key_name"] == kit.keypair
    assert details["flavor"]["id"] == server.flavor_id
    assert details["image"]["id"] == server.image_id
    assert details["metadata"] == server.metadata
    assert details["addresses"][kit.network][0]["addr"]


def test_a_server_is_found_by_its_node(kit, a_request):
    cloud = kit.cloud()
    wanted = cloud.compute.create_server(
        a_request(metadata={base.NODE_MARK: "node-x", base.CLUSTER_MARK: "c"})
    )
    cloud.compute.create_server(a_request())

    found = cloud.compute.find_marked("node-x")

    assert [server.id for server in found] == [wanted.id]
    assert found[0].metadata[base.CLUSTER_MARK] == "c"


def test_nothing_is_found_for_a_node_without_server(kit):
    assert kit.cloud().compute.find_marked("node-nowhere") == []


def test_a_deleted_server_is_gone(kit, a_server):
    cloud = kit.cloud()
    server = a_server()

    cloud.compute.delete_server(server.id)

    kit.wait(cloud, SERVER, server.id, base.GONE)
    assert cloud.compute.find_marked(server.metadata[base.NODE_MARK]) == []
    with pytest.raises(exceptions.CloudNotFound):
        cloud.compute.get_server(server.id)


def test_deleting_a_server_that_is_gone_is_no_error(kit, a_server):
    cloud = kit.cloud()
    server = a_server()
    cloud.compute.delete_server(server.id)
    kit.wait(cloud, SERVER, server.id, base.GONE)

    cloud.compute.delete_server(server.id)
    cloud.compute.delete_server(str(uuid.uuid4()), force=True)


def test_a_server_can_be_deleted_while_it_builds(kit, a_request):
    cloud = kit.cloud()
    server = cloud.compute.create_server(a_request())

    cloud.compute.delete_server(server.id)

    kit.wait(cloud, SERVER, server.id, base.GONE)


def test_looking_answers_for_every_id(kit, a_server):
    cloud = kit.cloud()
    server = a_server()
    strangers = [str(uuid.uuid4()) for _ in range(3)]

    seen = cloud.look(SERVER, [server.id, *strangers])

    assert seen[server.id].status == "ACTIVE"
    assert {seen[one].status for one in strangers} == {base.GONE}
    assert set(seen) == {server.id, *strangers}


def test_looking_for_nothing_is_allowed(kit):
    assert kit.cloud().look(SERVER, []) == {}


def test_a_server_takes_another_name(kit, a_server):
    cloud = kit.cloud()
    server = a_server()

    cloud.compute.rename_server(server.id, "renamed")

    assert cloud.compute.get_server(server.id).name == "renamed"


def test_setting_metadata_leaves_other_keys_alone(kit, a_server):
    cloud = kit.cloud()
    server = a_server(metadata={base.NODE_MARK: "node-m", "mine": "1"})

    cloud.compute.set_metadata(server.id, {base.CLUSTER_MARK: "c", "mine": "2"})

    metadata = cloud.compute.get_server(server.id).metadata
    assert metadata == {
        base.NODE_MARK: "node-m",
        base.CLUSTER_MARK: "c",
        "mine": "2",
    }


def test_deleting_metadata_takes_the_named_keys_only(kit, a_server):
    cloud = kit.cloud()
    server = a_server(
        metadata={base.NODE_MARK: "node-d", base.CLUSTER_MARK: "c", "mine": "1"}
    )

    cloud.compute.delete_metadata(server.id, [base.CLUSTER_MARK, "not there"])

    assert cloud.compute.get_server(server.id).metadata == {
        base.NODE_MARK: "node-d",
        "mine": "1",
    }


def test_an_adopted_server_is_found_by_the_mark_set_later(kit, a_server):
    cloud = kit.cloud()
    server = a_server(metadata={})

    cloud.compute.set_metadata(server.id, {base.NODE_MARK: "node-late"})

    assert [one.id for one in cloud.compute.find_marked("node-late")] == [server.id]


def test_other_projects_see_nothing_of_a_server(kit, a_server):
    server = a_server()
    stranger = kit.cloud("project-2")

    seen = stranger.look(SERVER, [server.id])
    stranger.compute.delete_server(server.id)

    assert seen[server.id].status == base.GONE
    assert stranger.compute.find_marked(server.metadata[base.NODE_MARK]) == []
    with pytest.raises(exceptions.CloudNotFound):
        stranger.compute.get_server(server.id)
    assert kit.cloud().look(SERVER, [server.id])[server.id].status == "ACTIVE"


def test_what_servers_are_made_of_is_found_by_id_and_name(kit):
    cloud = kit.cloud()

    flavor = cloud.compute.find_flavor(kit.flavor)
    image = cloud.images.find_image(kit.image)

    assert cloud.compute.find_flavor(flavor.id) == flavor
    assert cloud.images.find_image(image.id) == image
    assert cloud.compute.find_keypair(kit.keypair) == kit.keypair
    assert cloud.compute.zone_is_available(kit.zone)
    assert kit.zone in cloud.compute.list_zones()
    assert kit.region in cloud.list_regions()
    balancing = cloud.load_balancing
    flavor_id = balancing.find_flavor(kit.load_balancer_flavor)
    assert balancing.find_flavor(flavor_id) == flavor_id


def test_what_does_not_exist_is_not_found(kit):
    cloud = kit.cloud()

    for find in (
        cloud.compute.find_flavor,
        cloud.compute.find_keypair,
        cloud.images.find_image,
        cloud.network.find_network,
        cloud.network.find_subnet,
        cloud.network.find_security_group,
        cloud.network.find_port,
        cloud.volumes.find_volume,
        cloud.volumes.find_volume_type,
        cloud.volumes.find_snapshot,
        cloud.load_balancing.find_flavor,
        cloud.load_balancing.find_load_balancer,
    ):
        with pytest.raises(exceptions.CloudNotFound):
            find("no-such-thing")
    assert not cloud.compute.zone_is_available("no-such-zone")
    assert "no-such-zone" not in cloud.compute.list_zones()


def test_a_server_of_an_unknown_zone_is_refused(kit, a_request):
    with pytest.raises(exceptions.CloudError):
        kit.cloud().compute.create_server(a_request(zone="no-such-zone"))
