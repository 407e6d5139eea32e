"""Where the servers of a group stand."""

import pytest

from senlin_like import exceptions
from senlin_like.simulated_cloud import server_groups, server_moves, servers


@pytest.fixture
def grow(cloud, owner, levers, a_new_server):
    """Make servers of a group over three hosts of one zone."""
    levers.set_host("host2", {"zone": "nova"})
    levers.set_host("host3", {"zone": "nova"})

    def make(policy, number):
        group = server_groups.create(cloud, owner, f"g-{policy}", [policy])
        made = [
            servers.create(cloud, owner, a_new_server(group=group.id))
            for _ in range(number)
        ]
        return [servers.get(cloud, owner, one.id) for one in made]

    return make


def hosts_of(made):
    return [server.host for server in made]


def test_affinity_keeps_servers_together(grow):
    made = grow("affinity", 5)

    assert len(set(hosts_of(made))) == 1


def test_anti_affinity_keeps_servers_apart_while_there_are_hosts(grow):
    made = grow("anti-affinity", 4)

    assert len(set(hosts_of(made[:3]))) == 3
    assert made[3].status == "ERROR"
    assert made[3].fault == "No valid host was found."
    assert made[3].host is None


def test_soft_anti_affinity_spreads_as_evenly_as_it_can(grow):
    made = grow("soft-anti-affinity", 7)

    counts = sorted(hosts_of(made).count(host) for host in set(hosts_of(made)))
    assert counts == [2, 2, 3]


def test_soft_affinity_goes_elsewhere_when_it_must(
    grow, cloud, owner, levers, a_new_server
):
    first, second = grow("soft-affinity", 2)
    levers.set_host(first.host, {"status": "disabled"})
    group = server_groups.find(cloud, owner, "g-soft-affinity")

    third = servers.create(cloud, owner, a_new_server(group=group.id))

    assert first.host == second.host
    assert third.host not in (None, first.host)


def test_hard_affinity_fails_rather_than_going_elsewhere(
    grow, cloud, owner, levers, a_new_server
):
    [first] = grow("affinity", 1)
    levers.set_host(first.host, {"status": "disabled"})
    group = server_groups.find(cloud, owner, "g-affinity")

    second = servers.create(cloud, owner, a_new_server(group=group.id))

    assert servers.get(cloud, owner, second.id).status == "ERROR"


def test_a_deleted_server_makes_room(grow, cloud, owner, a_new_server):
    made = grow("anti-affinity", 3)
    servers.delete(cloud, owner, made[1].id)
    group = server_groups.find(cloud, owner, "g-anti-affinity")

    another = servers.create(cloud, owner, a_new_server(group=group.id))

    assert another.host == made[1].host


def test_a_moved_server_obeys_its_group(grow, cloud, owner):
    made = grow("anti-affinity", 3)
    asked = server_moves.Asked(operation="migrate", params={})

    with pytest.raises(exceptions.CloudError, match="No valid host"):
        server_moves.act(cloud, owner, made[0].id, asked)


def test_groups_are_limited_by_quotas(cloud, owner, levers, a_new_server):
    levers.put_settings({"quotas": {"*": {"server_groups": 1}}})
    group = server_groups.create(cloud, owner, "g", ["soft-affinity"])
    with pytest.raises(exceptions.CloudError, match="Quota exceeded for server_groups"):
        server_groups.create(cloud, owner, "h", ["affinity"])
    levers.put_settings({"quotas": {"*": {"server_group_members": 1}}})
    servers.create(cloud, owner, a_new_server(group=group.id))

    with pytest.raises(exceptions.CloudError, match="server_group_members"):
        servers.create(cloud, owner, a_new_server(group=group.id))

    [shown] = levers.server_groups()
    assert len(shown["server_ids"]) == 1
