"""How the driver finds out how the hypervisors of servers are."""

import pytest

from senlin_like import exceptions
from senlin_like.drivers import objects
from tests.functional.drivers import nova_border
from tests.functional.drivers.border import Answer

SERVERS = nova_border.SERVERS
FORBIDDEN = Answer(
    status=403, body={"forbidden": {"message": "Policy doesn't allow it."}}
)


@pytest.mark.parametrize("count", [1, 20])
@pytest.mark.parametrize(
    ("word", "state", "status", "is_well"),
    [
        ("UP", "up", "enabled", True),
        ("MAINTENANCE", "up", "disabled", False),
        ("DOWN", "down", "enabled", False),
        ("UNKNOWN", "down", "enabled", False),
    ],
)
def test_hypervisors_are_told_in_one_call(
    nova, compute, count, word, state, status, is_well
):
    ids = [nova.make(more=nova_border.on_host(word)).id for _ in range(count)]

    found = compute.look_at_hypervisors(ids)

    host = objects.Hypervisor(name="cmp1", state=state, status=status)
    assert found == dict.fromkeys(ids, host)
    assert host.is_well is is_well
    assert len(nova.calls()) == 1


def test_a_server_without_a_host_is_on_no_hypervisor(nova, compute):
    server = nova.make(
        more={"host_status": "", "OS-EXT-SRV-ATTR:hypervisor_hostname": None}
    )

    assert compute.look_at_hypervisors([server.id]) == {}


def test_servers_of_others_have_no_hypervisor(nova, compute):
    server = nova.make(more=nova_border.on_host("UP"), project="other")

    assert compute.look_at_hypervisors([server.id]) == {}


def test_nothing_bad_is_said_of_a_hypervisor_in_a_cell_that_is_down(nova, compute):
    servers = [nova.make(more=nova_border.on_host("UP")) for _ in range(5)]
    servers[0].is_down = True

    found = compute.look_at_hypervisors([one.id for one in servers])

    assert len(found) == 5
    assert all(one.is_well for one in found.values())


@pytest.mark.parametrize("answer", [FORBIDDEN, None])
def test_who_may_not_ask_for_hypervisors_is_told_so(nova, compute, answer):
    ids = [nova.make().id for _ in range(5)]
    if answer is not None:
        nova.tell("GET", f"{SERVERS}/detail", answer)

    with pytest.raises(exceptions.CloudError, match="role admin") as caught:
        compute.look_at_hypervisors(ids)

    assert caught.value.status == 403


@pytest.mark.parametrize("count", [1, 3, 5])
def test_servers_that_only_their_owner_sees_are_not_without_a_host(
    nova, compute, count
):
    nova.admins.clear()
    ids = [nova.make(status="ACTIVE").id for _ in range(count)]

    with pytest.raises(exceptions.CloudError, match="role admin") as caught:
        compute.look_at_hypervisors(ids)

    assert caught.value.status == 403


@pytest.mark.parametrize("is_admin", [True, False])
def test_few_servers_that_are_gone_have_no_hypervisor(nova, compute, is_admin):
    if not is_admin:
        nova.admins.clear()
    ids = [nova.make(status="DELETED").id, "nobody"]

    assert compute.look_at_hypervisors(ids) == {}


@pytest.mark.parametrize("count", [1, 3])
def test_few_servers_that_the_owner_cannot_look_at_are_not_judged(nova, compute, count):
    nova.admins.clear()
    servers = [nova.make(status="ACTIVE", is_down=True) for _ in range(count)]

    found = compute.look_at_hypervisors([one.id for one in servers])

    assert {one.state for one in found.values()} == {"unknown"}
    assert len(found) == count
