"""Nova's servers, turned into values."""

import datetime

import pytest

from senlin_like.drivers import base
from senlin_like.drivers.openstack import server_views

TOLD = {
    "id": "s",
    "name": "web",
    "status": "ACTIVE",
    "created": "2026-01-02T03:04:05Z",
    "flavor": {"id": "1", "links": []},
    "image": {"id": "i", "links": []},
    "key_name": None,
    "metadata": {"a": "b"},
    "addresses": {"net": [{"addr": "10.0.0.1", "version": 4}]},
    "security_groups": [{"name": "default"}, {"name": "web"}],
    "OS-EXT-AZ:availability_zone": "az1",
    "OS-EXT-STS:vm_state": "active",
    "os-extended-volumes:volumes_attached": [{"id": "v"}],
    "links": [{"rel": "self", "href": "http://x"}],
    "OS-EXT-SRV-ATTR:user_data": "c2VjcmV0",
}


def test_a_server_has_what_nova_tells():
    server = server_views.server(TOLD)

    assert (server.id, server.name, server.status) == ("s", "web", "ACTIVE")
    assert (server.flavor_id, server.image_id) == ("1", "i")
    assert (server.zone, server.host, server.key_name) == ("az1", None, None)
    assert server.security_groups == ("default", "web")
    assert server.volume_ids == ("v",)
    assert server.metadata == {"a": "b"}
    assert server.addresses["net"][0]["addr"] == "10.0.0.1"
    assert server.created_at == datetime.datetime(
        2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC
    )
    assert server.details["OS-EXT-STS:vm_state"] == "active"


def test_secrets_and_links_are_no_details():
    details = server_views.server(TOLD).details

    assert "links" not in details
    assert "OS-EXT-SRV-ATTR:user_data" not in details


def test_a_server_from_a_volume_has_no_image():
    assert server_views.server({**TOLD, "image": ""}).image_id is None


def test_a_flavor_that_is_embedded_without_its_id_is_unknown():
    told = {**TOLD, "flavor": {"original_name": "tiny", "ram": 1}}

    assert server_views.server(told).flavor_id is None


def test_what_is_known_of_a_server_that_cannot_be_asked():
    told = {"id": "s", "status": "UNKNOWN", "tenant_id": "p"}

    assert server_views.is_partial(told)
    assert not server_views.is_partial(TOLD)
    assert server_views.server(told).status == "UNKNOWN"


def test_a_fault_is_told_of_an_error_only():
    fault = {"code": 500, "message": "No valid host was found."}
    error = server_views.observed({"id": "s", "status": "ERROR", "fault": fault})
    gone = server_views.observed({"id": "s", "status": "DELETED", "fault": fault})

    assert error.reason == "No valid host was found."
    assert (gone.status, gone.reason) == (base.GONE, "")


def test_an_error_without_a_fault_has_no_reason():
    assert server_views.observed({"id": "s", "status": "ERROR"}).reason == ""


@pytest.mark.parametrize("status", ["SHUTOFF", "ERROR", "PAUSED", "SUSPENDED"])
@pytest.mark.parametrize(
    "task", ["rebooting_hard", "reboot_pending_hard", "reboot_started_hard"]
)
def test_a_reboot_is_seen_whatever_the_server_was(status, task):
    told = {**TOLD, "status": status, "OS-EXT-STS:task_state": task}

    assert server_views.observed(told) == base.Observed(id="s", status="HARD_REBOOT")


@pytest.mark.parametrize("task", [None, "powering-off"])
def test_other_tasks_change_nothing(task):
    told = {**TOLD, "status": "SHUTOFF", "OS-EXT-STS:task_state": task}

    assert server_views.observed(told).status == "SHUTOFF"
