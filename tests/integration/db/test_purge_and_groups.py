"""Purging, and the simulated cloud's groups and load balancers, on each server."""

import concurrent.futures
import datetime
import threading
import uuid

import pytest

from senlin_like import exceptions
from senlin_like.db import event_log, purge
from senlin_like.drivers import balancing, objects
from senlin_like.drivers import base as clouds
from senlin_like.drivers.options import DriverOptions
from senlin_like.drivers.simulated import cloud as simulated

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
AT_ONCE = 4


def an_event(project, age_days, cluster_id=""):
    return {
        "id": str(uuid.uuid4()),
        "timestamp": NOW - datetime.timedelta(days=age_days),
        "oid": "x",
        "oname": "x",
        "otype": "NODE",
        "cluster_id": cluster_id,
        "level": 20,
        "user": "u",
        "project": project,
        "action": "a",
        "status": "end",
        "status_reason": "",
        "meta_data": {},
    }


def test_events_are_purged_by_age_project_cluster_and_number(database):
    rows = [an_event("red", age) for age in range(10)]
    rows += [an_event("blue", age, "c1") for age in range(10)]
    database.transact(lambda one: event_log.insert(one, rows))
    before = NOW - datetime.timedelta(days=4, hours=12)

    red = purge.Choice(projects=["red"], limit=2)
    assert purge.events(database, before, red) == 2
    assert purge.events(database, before, purge.Choice(clusters=["c1"])) == 5
    assert purge.events(database, before) == 3
    assert purge.events(database, NOW + datetime.timedelta(days=1)) == 10


def test_actions_are_purged_with_all_conditions(database):
    choice = purge.Choice(projects=["red"], clusters=["c1"], limit=5)

    assert purge.actions(database, NOW, choice) == 0


@pytest.fixture
def shared(url):
    """A simulated cloud on the server."""
    driver = simulated.connect(DriverOptions(simulated_url=url))
    yield driver
    driver.close()


@pytest.fixture
def view(shared):
    """One account of the simulated cloud."""
    return shared.cloud(clouds.Account(user="u", project=uuid.uuid4().hex))


def at_once(call):
    """Make the same call in threads that start together; returns what came."""
    gate = threading.Barrier(AT_ONCE)

    def run(number):
        gate.wait(30)
        try:
            return call(number)
        except exceptions.CloudError as error:
            return error

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def test_anti_affinity_holds_when_servers_are_made_at_once(view):
    group = view.compute.create_server_group("g", ["anti-affinity"])

    def create(number):
        return view.compute.create_server(
            objects.ServerRequest(
                name=f"s{number}",
                flavor_id="1",
                image_id="new_image",
                metadata={},
                scheduler_hints={"group": group.id},
            )
        )

    made = [view.compute.get_server(one.id) for one in at_once(create)]

    hosts = sorted(server.host for server in made if server.host)
    assert hosts == ["host1", "host2"]
    assert [server.status for server in made].count("ERROR") == 2


def test_one_change_of_a_load_balancer_at_a_time(view, shared):
    service = view.load_balancing
    made = service.create_load_balancer(
        balancing.LoadBalancerRequest(
            name="lb", mark="b", subnet_id=view.network.find_subnet("private-subnet")
        )
    )
    listener = service.create_listener(
        balancing.ListenerRequest(
            name="l", load_balancer_id=made.id, protocol="TCP", port=80
        )
    )
    pool = service.create_pool(
        balancing.PoolRequest(
            name="p", listener_id=listener, protocol="TCP", method="ROUND_ROBIN"
        )
    )
    shared.controls.put_settings({"load_balancer_change_seconds": 3600.0})

    def put(number):
        member = balancing.MemberRequest(address=f"10.0.0.{number + 1}", port=80)
        service.put_members(pool, [member], additive=True)

    results = at_once(put)

    assert results.count(None) == 1
    assert sum(isinstance(one, exceptions.CloudBusy) for one in results) == 3
    assert len(service.list_members(pool)) == 1
