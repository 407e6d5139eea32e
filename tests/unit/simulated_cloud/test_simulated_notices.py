"""What the simulated cloud tells of what happens behind its users' backs."""

import pytest

from senlin_like.simulated_cloud import hosts, notices, servers, world


@pytest.fixture
def server(cloud, owner, a_new_server):
    return servers.create(cloud, owner, a_new_server())


@pytest.mark.parametrize(
    ("lever", "event"),
    [
        ("kill_server", "failed"),
        ("stop_server", "stopped"),
        ("vanish_server", "deleted"),
    ],
)
def test_what_happens_from_outside_is_told(cloud, levers, owner, server, lever, event):
    cursor, _ = notices.since(cloud, owner, None)

    getattr(levers, lever)(server.id)

    _, (noted,) = notices.since(cloud, owner, cursor)
    assert (noted.server_id, noted.event, noted.at) == (server.id, event, cloud.now())


def test_what_the_owner_does_is_not_told(cloud, owner, server):
    servers.delete(cloud, owner, server.id)

    assert notices.since(cloud, owner, "0")[1] == []


def test_others_are_told_nothing(cloud, levers, server):
    levers.kill_server(server.id)
    other = world.Owner(project="project-2", user="user-2", region="RegionOne")

    assert notices.since(cloud, other, "0")[1] == []


def test_a_notice_is_told_again_until_it_is_settled(
    cloud, levers, owner, server, clock
):
    levers.kill_server(server.id)

    cursor, first = notices.since(cloud, owner, "0")
    clock.seconds += notices.SETTLED_S + 1
    later, again = notices.since(cloud, owner, cursor)

    assert first == again != []
    assert notices.since(cloud, owner, later) == (later, [])


def test_old_notices_are_forgotten(cloud, levers, owner, server, clock):
    levers.stop_server(server.id)
    clock.seconds += notices.KEPT_S + 1
    levers.kill_server(server.id)

    assert [one.event for one in notices.since(cloud, owner, "0")[1]] == ["failed"]


def test_a_host_that_is_down_is_seen_by_its_servers(cloud, levers, owner, server):
    (found,) = hosts.of_servers(cloud, owner, [server.id]).values()
    levers.set_host(found.name, {"state": "down", "effect": "unreachable"})

    (again,) = hosts.of_servers(cloud, owner, [server.id]).values()

    assert (found.attributes["state"], again.attributes["state"]) == ("up", "down")
