"""Operations on servers, said in Nova's words; and its two kinds of conflict."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers.openstack import server_operations


@pytest.mark.parametrize(
    ("operation", "params", "body"),
    [
        ("reboot", {}, {"reboot": {"type": "SOFT"}}),
        ("reboot", {"type": "hard"}, {"reboot": {"type": "HARD"}}),
        (
            "rebuild",
            {"image": "i", "name": "n", "admin_pass": "p"},
            {"rebuild": {"imageRef": "i", "name": "n", "adminPass": "p"}},
        ),
        (
            "rebuild",
            {"image": "i", "admin_pass": None},
            {"rebuild": {"imageRef": "i"}},
        ),
        ("resize", {"flavor": "f"}, {"resize": {"flavorRef": "f"}}),
        ("confirm_resize", {}, {"confirmResize": None}),
        ("revert_resize", {}, {"revertResize": None}),
        (
            "change_password",
            {"admin_pass": "p"},
            {"changePassword": {"adminPass": "p"}},
        ),
        ("start", {}, {"os-start": None}),
        ("stop", {}, {"os-stop": None}),
        ("lock", {}, {"lock": None}),
        ("rescue", {"image": None}, {"rescue": None}),
        ("rescue", {"image": "i"}, {"rescue": {"rescue_image_ref": "i"}}),
        ("evacuate", {"host": None, "force": True}, {"evacuate": {}}),
        ("evacuate", {"host": "h", "force": False}, {"evacuate": {"host": "h"}}),
        (
            "evacuate",
            {"host": "h", "force": True},
            {"evacuate": {"host": "h", "force": True}},
        ),
        ("migrate", {}, {"migrate": None}),
    ],
)
def test_an_operation_has_its_body(operation, params, body):
    assert server_operations.body(operation, params) == body


def test_an_operation_that_does_not_exist_is_refused():
    with pytest.raises(exceptions.CloudError) as caught:
        server_operations.body("dance", {})

    assert caught.value.status == 400


def test_a_server_that_was_evacuated_is_started():
    assert server_operations.version("evacuate") == "2.67"


@pytest.mark.parametrize(
    ("message", "error", "status"),
    [
        ("while it is in task_state deleting", exceptions.CloudBusy, 503),
        ("while it is in vm_state building", exceptions.CloudError, 409),
        ("while it is in vm_state deleted", exceptions.CloudNotFound, 404),
        ("while it is in vm_state soft-delete", exceptions.CloudError, 409),
        ("Instance x is locked", exceptions.CloudError, 409),
    ],
)
def test_a_task_is_waited_for_and_a_state_is_not(message, error, status):
    with pytest.raises(error) as caught, server_operations.told_apart():
        raise exceptions.CloudError(f"Cannot 'stop' instance x {message}", 409)

    assert (type(caught.value), caught.value.status) == (error, status)


def test_only_conflicts_are_told_apart():
    with pytest.raises(exceptions.CloudError) as caught, server_operations.told_apart():
        raise exceptions.CloudError("task_state is no parameter", 400)

    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("since", "known"),
    [
        (1_800_000_000.0, {"rebuild", "confirm_resize"}),
        # Nova cuts off what comes after the second.
        (1_800_000_060.9, {"rebuild"}),
        (1_800_000_061.0, set()),
    ],
)
def test_what_nova_has_noted_of_a_time_and_later_has_begun(since, known):
    noted = [
        {"action": "rebuild", "start_time": "2027-01-15T08:01:00.000000"},
        {"action": "confirmResize", "start_time": "2027-01-15T08:00:00.000000"},
        {"action": "reboot", "start_time": "2027-01-15T07:59:59.000000"},
        {"action": "stop", "start_time": None},
    ]

    assert server_operations.begun(noted, since) == known
