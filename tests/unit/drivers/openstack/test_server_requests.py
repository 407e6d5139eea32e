"""A request for a server, said in Nova's words."""

import pytest

from senlin_like.drivers import objects
from senlin_like.drivers.openstack import server_requests


def a_request(**fields):
    known = {"name": "web", "flavor_id": "1", "image_id": "i", "metadata": {"a": "b"}}
    return objects.ServerRequest(**{**known, **fields})


def test_what_is_not_asked_for_is_left_out():
    assert server_requests.body(a_request()) == {
        "server": {
            "name": "web",
            "flavorRef": "1",
            "imageRef": "i",
            "metadata": {"a": "b"},
            "networks": "auto",
        }
    }


def test_everything_that_can_be_asked_for_is_said():
    disk = {"source_type": "volume", "uuid": "v", "boot_index": 0}
    file = {"path": "/etc/motd", "contents": "aGk="}
    request = a_request(
        image_id=None,
        networks=[{"port": "p"}, {"network": "n"}],
        key_name="key",
        zone="az1",
        security_groups=("sg",),
        block_devices=[disk],
        personality=[file],
        scheduler_hints={"group": "g"},
        user_data="aGk=",
        admin_pass="s3cret",
        config_drive=False,
        disk_config="AUTO",
    )

    assert server_requests.body(request) == {
        "server": {
            "name": "web",
            "flavorRef": "1",
            "metadata": {"a": "b"},
            "networks": [{"port": "p"}, {"uuid": "n"}],
            "key_name": "key",
            "availability_zone": "az1",
            "security_groups": [{"name": "sg"}],
            "block_device_mapping_v2": [disk],
            "personality": [file],
            "user_data": "aGk=",
            "adminPass": "s3cret",
            "config_drive": False,
            "OS-DCF:diskConfig": "AUTO",
        },
        "OS-SCH-HNT:scheduler_hints": {"group": "g"},
    }


@pytest.mark.parametrize(
    ("fields", "version"),
    [
        ({}, "2.67"),
        ({"personality": [{"path": "/a", "contents": ""}]}, "2.56"),
        ({"block_devices": [{"volume_type": "ssd"}]}, "2.67"),
    ],
)
def test_the_version_knows_what_is_asked_for(fields, version):
    assert server_requests.version(a_request(**fields)) == version


BLANK = {"source_type": "blank", "destination_type": "volume", "volume_size": 1}
VOLUME = {
    "uuid": "v",
    "source_type": "volume",
    "destination_type": "volume",
    "boot_index": 0,
}
ROOT = {
    "uuid": "i",
    "source_type": "image",
    "destination_type": "local",
    "boot_index": 0,
    "delete_on_termination": True,
}


@pytest.mark.parametrize(
    ("image_id", "given", "told"),
    [
        ("i", [BLANK], [ROOT, BLANK]),
        ("i", [VOLUME], [VOLUME]),
        (None, [BLANK], [BLANK]),
        ("i", [], None),
        (None, [{**VOLUME, "volume_size": 0}], [VOLUME]),
    ],
    ids=["beside the image", "another to boot from", "no image", "none", "no size"],
)
def test_disks_are_said_as_nova_wants_them(image_id, given, told):
    body = server_requests.body(a_request(image_id=image_id, block_devices=given))

    assert body["server"].get("block_device_mapping_v2") == told
