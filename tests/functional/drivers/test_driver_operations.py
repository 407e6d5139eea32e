"""Operations on servers, and the states that they lead to."""

import uuid

import pytest

from senlin_like import exceptions
from senlin_like.drivers import base

SERVER = base.ObjectKind.SERVER


@pytest.mark.parametrize(
    "steps",
    [
        [("reboot", {"type": "SOFT"}, "ACTIVE")],
        [("reboot", {"type": "HARD"}, "ACTIVE")],
        [("pause", {}, "PAUSED"), ("unpause", {}, "ACTIVE")],
        [("suspend", {}, "SUSPENDED"), ("resume", {}, "ACTIVE")],
        [("stop", {}, "SHUTOFF"), ("start", {}, "ACTIVE")],
        [("rescue", {}, "RESCUE"), ("unrescue", {}, "ACTIVE")],
        [("migrate", {}, "VERIFY_RESIZE"), ("confirm_resize", {}, "ACTIVE")],
    ],
    ids=lambda steps: steps[0][0],
)
def test_an_operation_leads_to_its_status(kit, a_server, steps):
    if kit.is_real and steps[0][0] == "migrate":
        pytest.skip("clouds let only admins migrate servers")
    cloud = kit.cloud()
    server = a_server()

    for operation, params, status in steps:
        cloud.compute.act(server.id, operation, params)

        kit.wait(cloud, SERVER, server.id, status)


def test_a_rebuilt_server_has_the_new_image(kit, a_server):
    cloud = kit.cloud()
    server = a_server()
    image = cloud.images.find_image(kit.other_image).id

    cloud.compute.act(server.id, "rebuild", {"image": image, "name": "again"})

    kit.wait(cloud, SERVER, server.id, "ACTIVE")
    rebuilt = cloud.compute.get_server(server.id)
    assert (rebuilt.image_id, rebuilt.name) == (image, "again")


def test_a_stopped_server_doesnt_seem_off_while_it_is_rebooted(kit, a_server):
    cloud = kit.cloud()
    server = a_server()
    cloud.compute.act(server.id, "stop", {})
    kit.wait(cloud, SERVER, server.id, "SHUTOFF")

    cloud.compute.act(server.id, "reboot", {"type": "HARD"})

    seen = cloud.look(SERVER, [server.id])[server.id].status
    assert seen in ("HARD_REBOOT", "ACTIVE")
    kit.wait(cloud, SERVER, server.id, "ACTIVE")


def test_a_stopped_server_stays_stopped_when_rebuilt(kit, a_server):
    cloud = kit.cloud()
    server = a_server()
    cloud.compute.act(server.id, "stop", {})
    kit.wait(cloud, SERVER, server.id, "SHUTOFF")

    cloud.compute.act(server.id, "rebuild", {"image": server.image_id})

    kit.wait(cloud, SERVER, server.id, "SHUTOFF")


def test_a_confirmed_resize_changes_the_flavor(kit, a_server):
    cloud = kit.cloud()
    server = a_server()
    cloud.compute.act(server.id, "stop", {})
    kit.wait(cloud, SERVER, server.id, "SHUTOFF")
    flavor = cloud.compute.find_flavor(kit.other_flavor).id

    cloud.compute.act(server.id, "resize", {"flavor": flavor})
    kit.wait(cloud, SERVER, server.id, "VERIFY_RESIZE")
    cloud.compute.act(server.id, "confirm_resize", {})

    kit.wait(cloud, SERVER, server.id, "SHUTOFF")
    assert cloud.compute.get_server(server.id).flavor_id == flavor


def test_a_reverted_resize_brings_the_old_flavor_back(kit, a_server):
    cloud = kit.cloud()
    server = a_server()
    flavor = cloud.compute.find_flavor(kit.other_flavor).id

    cloud.compute.act(server.id, "resize", {"flavor": flavor})
    kit.wait(cloud, SERVER, server.id, "VERIFY_RESIZE")
    cloud.compute.act(server.id, "revert_resize", {})

    kit.wait(cloud, SERVER, server.id, "ACTIVE")
    assert cloud.compute.get_server(server.id).flavor_id == server.flavor_id


def test_a_password_change_leaves_the_server_active(kit, a_server):
    cloud = kit.cloud()
    server = a_server()

    cloud.compute.act(server.id, "change_password", {"admin_pass": "s3cret"})

    kit.wait(cloud, SERVER, server.id, "ACTIVE")


def test_a_server_shows_that_it_is_locked(kit, a_server):
    cloud = kit.cloud()
    server = a_server()

    cloud.compute.act(server.id, "lock", {})
    locked = cloud.compute.get_server(server.id).details["locked"]
    cloud.compute.act(server.id, "unlock", {})

    assert locked is True
    assert cloud.compute.get_server(server.id).details["locked"] is False


def test_what_has_begun_on_a_server_is_known_afterwards(kit, a_server):
    cloud = kit.cloud()
    server = a_server()
    began = server.created_at.timestamp()

    cloud.compute.act(server.id, "reboot", {"type": "HARD"})
    kit.wait(cloud, SERVER, server.id, "ACTIVE")

    known = set(cloud.compute.find_operations(server.id, began))
    assert "reboot" in known
    assert not known & {"rebuild", "evacuate"}
    assert not cloud.compute.find_operations(server.id, began + 10**6)


def test_nothing_has_begun_on_no_server(kit):
    with pytest.raises(exceptions.CloudNotFound):
        kit.cloud().compute.find_operations(str(uuid.uuid4()), 0.0)


@pytest.mark.parametrize("operation", ["unpause", "resume", "start", "unrescue"])
def test_an_operation_in_the_wrong_status_is_refused(kit, a_server, operation):
    cloud = kit.cloud()
    server = a_server()

    with pytest.raises(exceptions.CloudError) as caught:
        cloud.compute.act(server.id, operation, {})

    assert caught.value.status == 409
    assert cloud.look(SERVER, [server.id])[server.id].status == "ACTIVE"


def test_an_operation_on_a_building_server_is_refused(kit, a_request):
    cloud = kit.cloud()
    server = cloud.compute.create_server(a_request())

    with pytest.raises(exceptions.CloudError) as caught:
        cloud.compute.act(server.id, "reboot", {"type": "SOFT"})

    assert caught.value.status == 409


def test_an_operation_on_no_server_is_not_found(kit, a_server):
    cloud = kit.cloud()
    server = a_server()
    cloud.compute.delete_server(server.id)
    kit.wait(cloud, SERVER, server.id, base.GONE)

    with pytest.raises(exceptions.CloudNotFound):
        cloud.compute.act(server.id, "stop", {})
