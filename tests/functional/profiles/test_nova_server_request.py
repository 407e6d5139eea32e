"""How a spec and a node become the request for a server."""

import base64
import dataclasses

import pytest

from senlin_like import exceptions
from senlin_like.profiles import catalogue
from senlin_like.profiles.nova_server import request


def build(server, **properties):
    server.use(flavor="1", **properties)
    return request.build(catalogue.Names(server.cloud), server.ask(), [])


def test_names_become_ids(server):
    built = build(server, image="new_image", key_name="oskey")

    assert built.flavor_id == "1"
    assert built.image_id == server.cloud.images.find_image("new_image").id
    assert built.key_name == "oskey"
    assert built.name == "node-1"


def test_the_name_of_the_profile_goes_first(server):
    assert build(server, name="mine").name == "mine"


def test_user_data_is_encoded(server):
    built = build(server, user_data="#!/bin/sh\necho ü")

    assert base64.b64decode(built.user_data).decode() == "#!/bin/sh\necho ü"


def test_secrets_are_not_shown(server):
    built = build(server, user_data="hush", admin_pass="hush")

    assert built.admin_pass == "hush"
    assert "hush" not in repr(built)


def test_what_is_given_is_passed_on(server):
    files = [{"path": "/etc/motd", "contents": "aGk="}]

    built = build(
        server,
        config_drive=True,
        auto_disk_config=False,
        security_groups=["default"],
        personality=files,
        scheduler_hints={"a": "b"},
        availability_zone="nova",
    )

    assert built.config_drive is True
    assert built.disk_config == "MANUAL"
    assert built.security_groups == ("default",)
    assert list(built.personality) == files
    assert built.scheduler_hints == {"a": "b"}
    assert built.zone == "nova"


def test_the_choices_of_policies_go_first(server):
    data = {"placement": {"zone": "ZONE1", "servergroup": "g"}}
    server.node = dataclasses.replace(server.node, data=data)

    built = build(server, availability_zone="nova", scheduler_hints={"a": "b"})

    assert built.zone == "ZONE1"
    assert built.scheduler_hints == {"a": "b", "group": "g"}


def test_metadata_are_texts_and_marks_are_not_overwritten(server):
    built = build(
        server,
        metadata={"n": 1, "yes": True, "map": {"a": 1}, "cluster_node_id": "mine"},
    )

    assert built.metadata["n"] == "1"
    assert built.metadata["yes"] == "true"
    assert built.metadata["map"] == '{"a": 1}'
    assert built.metadata["cluster_node_id"] == server.node.id


def test_a_node_without_a_cluster_has_no_marks_of_one(server):
    server.node = dataclasses.replace(server.node, cluster_id="")

    assert build(server).metadata == {"cluster_node_id": server.node.id}


def test_a_disabled_flavor_is_refused(server):
    attributes = {"vcpus": 1, "ram": 1, "disk": 1, "is_disabled": True}
    flavor = {"id": "off2", "name": "off2", "attributes": attributes}
    server.controls.put_thing("flavor", flavor)
    server.use(flavor="off2")

    with pytest.raises(exceptions.CloudError, match="'off2' is disabled"):
        request.build(catalogue.Names(server.cloud), server.ask(), [])


def device(**changes):
    return {
        "source_type": "image",
        "destination_type": "volume",
        "volume_size": 1,
        **changes,
    }


def test_disks_come_from_what_their_names_stand_for(server):
    devices = [
        device(uuid="new_image", volume_type="lvmdriver-1", boot_index=0),
        device(source_type="blank"),
    ]

    built = build(server, block_device_mapping_v2=devices)

    image = server.cloud.images.find_image("new_image").id
    assert built.block_devices[0]["uuid"] == image
    assert built.block_devices[0]["volume_type"] == "lvmdriver-1"
    assert "uuid" not in built.block_devices[1]


@pytest.mark.parametrize("source", ["image", "snapshot", "volume"])
def test_a_disk_from_nowhere_is_refused(server, source):
    with pytest.raises(exceptions.CloudNotFound):
        build(
            server,
            block_device_mapping_v2=[device(source_type=source, uuid="nowhere")],
        )
