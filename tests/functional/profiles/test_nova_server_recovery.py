"""Recoveries of servers on the simulated cloud."""

import dataclasses

import pytest

from senlin_like import exceptions
from senlin_like.drivers.simulated.compute import SimulatedCompute

IMAGE = "cirros-0.4.0-x86_64-disk"


RECOVERIES = [
    {"operation": "REBOOT"},
    {"operation": "REBOOT", "operation_params": {"type": "SOFT"}},
    {"operation": "REBUILD"},
    {"operation": "REBUILD", "operation_params": {"image": "new_image"}},
]


@pytest.mark.parametrize("options", RECOVERIES)
def test_recovering_in_place_keeps_the_server(server, options):
    server.run("create")
    before = server.node.physical_id

    server.run("recover", options)

    [made] = server.servers()
    assert made.id == before == server.node.physical_id
    assert made.status == "ACTIVE"


def test_rebuilding_a_stopped_server_starts_it(server):
    server.run("create")
    server.run("operate", "stop", {})

    server.run("recover", {"operation": "REBUILD"})

    assert server.servers()[0].status == "ACTIVE"


@pytest.mark.parametrize("options", RECOVERIES)
@pytest.mark.parametrize("crash", range(1, 5))
def test_recovering_in_place_survives_a_crash(server, options, crash):
    server.run("create")
    before = server.node.physical_id
    server.calls.clear()
    server.crashes.add(crash)

    server.run("recover", options)

    [made] = server.servers()
    assert (made.id, made.status) == (before, "ACTIVE")


def test_an_unsure_creation_does_not_take_the_former_server(server):
    server.use(flavor="1", image=IMAGE, metadata={"simulated_wait_time": "500"})
    server.run("create")
    before = server.node.physical_id
    server.fault("timeout", "compute.create_server", count=1)

    server.run("recover", {"delete_timeout": 20, "force_recreate": True})

    assert server.node.physical_id != before


def test_recreating_is_the_default_and_gives_another_server(server):
    server.run("create")
    before = server.node.physical_id

    server.run("recover", {})

    [made] = server.servers()
    assert made.id == server.node.physical_id != before
    assert len(server.ports()) == 2
    assert len(server.public()) == 1


def test_recreating_works_without_a_server(server):
    server.run("recover", {"operation": "recreate"})

    assert server.servers()[0].id == server.node.physical_id


def test_a_server_that_cannot_be_deleted_stops_the_recovery(server):
    server.use(flavor="1", image=IMAGE, metadata={"simulated_wait_time": "500"})
    server.run("create")
    before = server.node.physical_id

    with pytest.raises(exceptions.CloudError, match="Timed out"):
        server.run("recover", {"delete_timeout": 20})

    assert [one.id for one in server.servers()] == [before]


def test_a_forced_recovery_leaves_such_a_server_behind(server):
    server.use(flavor="1", image=IMAGE, metadata={"simulated_wait_time": "500"})
    server.run("create")
    before = server.node.physical_id

    server.run("recover", {"delete_timeout": 20, "force_recreate": True})

    assert server.node.physical_id != before
    server.clock.now += 600
    assert [one.id for one in server.servers()] == [server.node.physical_id]


def test_a_server_left_behind_goes_with_the_node(server, monkeypatch):
    server.use(flavor="1", image=IMAGE)
    server.run("create")
    before = server.node.physical_id
    # Its deletion is asked for, but never done.
    with monkeypatch.context() as stuck:
        stuck.setattr(SimulatedCompute, "delete_server", lambda *_, **__: None)
        server.run("recover", {"delete_timeout": 20, "force_recreate": True})
    server.node = dataclasses.replace(server.node, status="ACTIVE")
    assert {one.id for one in server.servers()} == {before, server.node.physical_id}

    server.run("delete", {})

    assert server.servers() == []
    assert "left_behind" not in server.node.data


def test_an_unknown_recovery_is_refused(server):
    server.run("create")

    with pytest.raises(exceptions.CloudError, match="DANCE"):
        server.run("recover", {"operation": "DANCE"})
