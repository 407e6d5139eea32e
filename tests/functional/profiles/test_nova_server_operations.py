"""Operations on servers of the simulated cloud, as nodes have them."""

import pytest

from senlin_like import exceptions
from senlin_like.profiles import base

OPERATIONS = [
    (["reboot"], "ACTIVE"),
    (["rebuild"], "ACTIVE"),
    (["change_password"], "ACTIVE"),
    (["pause"], "PAUSED"),
    (["pause", "unpause"], "ACTIVE"),
    (["suspend"], "SUSPENDED"),
    (["suspend", "resume"], "ACTIVE"),
    (["lock", "unlock"], "ACTIVE"),
    (["stop"], "SHUTOFF"),
    (["stop", "start"], "ACTIVE"),
    (["rescue"], "RESCUE"),
    (["rescue", "unrescue"], "ACTIVE"),
]
PARAMS = {
    "change_password": {"admin_pass": "secret"},
    "rescue": {"image_ref": "new_image"},
}


@pytest.mark.parametrize(("operations", "status"), OPERATIONS)
def test_operations_lead_to_their_status(server, operations, status):
    server.run("create")

    for name in operations:
        params = server.plugin.check_operation(name, PARAMS.get(name, {}))
        server.run("operate", name, params)

    assert server.servers()[0].status == status


@pytest.mark.parametrize(
    "name", ["reboot", "pause", "stop", "rebuild", "rescue", "suspend"]
)
def test_operations_survive_a_crash_after_each_call(server, name):
    server.run("create")
    server.calls.clear()
    server.crashes.update({1, 2, 3, 4})
    params = server.plugin.check_operation(name, PARAMS.get(name, {}))

    server.run("operate", name, params)

    assert len(server.servers()) == 1


@pytest.mark.parametrize("seconds", [0.0, 100.0], ids=["under way", "over"])
@pytest.mark.parametrize("name", ["reboot", "rebuild"])
def test_what_a_try_without_an_answer_has_begun_isnt_done_twice(
    server, clock, name, seconds
):
    server.run("create")
    params = server.plugin.check_operation(name, PARAMS.get(name, {}))
    server.fault("done_but_timeout", f"compute.{name}", count=1)
    server.calls.clear()
    with pytest.raises(exceptions.CloudUnsure):
        server.plugin.operate(server.ask(), name, params)
    clock.now += seconds

    server.run("operate", name, params, first=base.Turn(is_retry=True))

    assert server.calls.count("compute.act") == 1


@pytest.mark.parametrize("name", ["reboot", "rebuild"])
def test_what_was_done_before_an_action_is_done_again(server, clock, name):
    server.run("create")
    params = server.plugin.check_operation(name, PARAMS.get(name, {}))
    server.run("operate", name, params)
    clock.now += 100.0
    server.begin()
    server.calls.clear()

    server.run("operate", name, params, first=base.Turn(is_retry=True))

    assert server.calls.count("compute.act") == 1


def test_an_evacuation_that_has_come_through_is_a_success(server, clock):
    server.run("create")
    [made] = server.servers()
    server.controls.set_host(made.host, {"state": "down"})
    try:
        other = "host2" if made.host == "host1" else "host1"
        server.fault("done_but_timeout", "compute.evacuate", count=1)
        with pytest.raises(exceptions.CloudUnsure):
            server.plugin.operate(server.ask(), "evacuate", {"host": other})
        clock.now += 100.0

        server.run(
            "operate", "evacuate", {"host": other}, first=base.Turn(is_retry=True)
        )

        assert server.servers()[0].host == other
    finally:
        server.controls.set_host(made.host, {"state": "up"})


def test_an_operation_without_a_server_fails(server):
    with pytest.raises(exceptions.CloudError, match="no physical object"):
        server.run("operate", "reboot", {"type": "SOFT"})


def test_evacuate_leaves_a_broken_host(server):
    server.run("create")
    [made] = server.servers()
    server.controls.set_host(made.host, {"state": "down"})
    try:
        other = "host2" if made.host == "host1" else "host1"
        server.run("operate", "evacuate", {"host": other})

        [after] = server.servers()
        assert after.id == made.id
        assert after.host != made.host
    finally:
        server.controls.set_host(made.host, {"state": "up"})
