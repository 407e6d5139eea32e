"""Load balancers: their states, faults, quotas, and what must never be."""

import json

import pytest

from senlin_like import exceptions
from senlin_like.drivers import balancing, base
from senlin_like.drivers.simulated import cloud as driver_module
from senlin_like.simulated_cloud import seed, servers

BALANCER = base.ObjectKind.LOAD_BALANCER


@pytest.fixture
def view(cloud, levers):
    levers.put_settings(
        {"load_balancer_seconds": 10.0, "load_balancer_change_seconds": 4.0}
    )
    driver = driver_module.SimulatedDriver(cloud)
    return driver.cloud(base.Account(user="user-1", project="project-1"))


@pytest.fixture
def a_load_balancer(view):
    def make(mark="b1", name="lb"):
        subnet = seed.fixed_id("subnet", "private-subnet")
        return view.load_balancing.create_load_balancer(
            balancing.LoadBalancerRequest(name=name, mark=mark, subnet_id=subnet)
        )

    return make


@pytest.fixture
def a_pool(view, clock):
    def make(load_balancer, *, monitored=True):
        service = view.load_balancing
        clock.seconds += 10
        listener = service.create_listener(
            balancing.ListenerRequest(
                name="l", load_balancer_id=load_balancer.id, protocol="TCP", port=80
            )
        )
        clock.seconds += 4
        pool = service.create_pool(
            balancing.PoolRequest(
                name="p", listener_id=listener, protocol="TCP", method="SOURCE_IP"
            )
        )
        clock.seconds += 4
        if monitored:
            service.create_monitor(
                balancing.MonitorRequest(
                    name="m",
                    pool_id=pool,
                    type="TCP",
                    delay_s=1,
                    timeout_s=1,
                    max_retries=1,
                )
            )
            clock.seconds += 4
        return pool

    return make


def status(view, load_balancer):
    return view.look(BALANCER, [load_balancer.id])[load_balancer.id].status


def test_statuses_follow_from_the_time(view, clock, a_load_balancer):
    made = a_load_balancer()
    seen = [status(view, made)]
    clock.seconds += 10
    seen.append(status(view, made))
    view.load_balancing.create_listener(
        balancing.ListenerRequest(
            name="l", load_balancer_id=made.id, protocol="TCP", port=80
        )
    )
    seen.append(status(view, made))
    clock.seconds += 4
    seen.append(status(view, made))
    view.load_balancing.delete_load_balancer(made.id, cascade=True)
    seen.append(status(view, made))
    clock.seconds += 10
    seen.append(status(view, made))

    assert seen == [
        "PENDING_CREATE",
        "ACTIVE",
        "PENDING_UPDATE",
        "ACTIVE",
        "PENDING_DELETE",
        "GONE",
    ]


def test_a_broken_one_can_only_be_deleted(view, clock, levers, a_load_balancer):
    levers.add_fault(
        {
            "effect": "error_status",
            "method": "load_balancing.create_load_balancer",
            "message": "No amphora.",
        }
    )
    made = a_load_balancer()
    clock.seconds += 10
    seen = view.look(BALANCER, [made.id])[made.id]

    with pytest.raises(exceptions.CloudError) as caught:
        view.load_balancing.create_listener(
            balancing.ListenerRequest(
                name="l", load_balancer_id=made.id, protocol="TCP", port=80
            )
        )
    view.load_balancing.delete_load_balancer(made.id)

    assert (seen.status, seen.reason) == ("ERROR", "No amphora.")
    assert not isinstance(caught.value, exceptions.CloudBusy)
    assert status(view, made) == "PENDING_DELETE"
    assert levers.problems() == []


def test_members_do_as_their_servers_do(
    view, cloud, owner, clock, levers, a_load_balancer, a_pool, a_new_server
):
    made = a_load_balancer()
    pool = a_pool(made)
    ids = [servers.create(cloud, owner, a_new_server()).id for _ in range(3)]
    found = view.compute.list_addresses(ids)
    wanted = [
        balancing.MemberRequest(
            address=found[one]["private"][0]["addr"],
            port=80,
            name=one,
            weight=0 if one == ids[2] else 1,
        )
        for one in ids
    ]
    view.load_balancing.put_members(pool, wanted, additive=True)
    levers.kill_server(ids[1])
    clock.seconds += 4

    members = view.load_balancing.list_members(pool)

    assert {one.name: one.operating_status for one in members} == {
        ids[0]: "ONLINE",
        ids[1]: "ERROR",
        ids[2]: "DRAINING",
    }
    shown = view.load_balancing.get_load_balancer(made.id)
    assert shown.operating_status == "DEGRADED"


def test_without_a_monitor_nobody_knows(view, clock, a_load_balancer, a_pool):
    pool = a_pool(a_load_balancer(), monitored=False)
    member = balancing.MemberRequest(address="10.0.0.9", port=80)
    view.load_balancing.put_members(pool, [member], additive=True)

    [shown] = view.load_balancing.list_members(pool)

    assert shown.operating_status == "NO_MONITOR"


@pytest.mark.parametrize("what", ["loadbalancers", "pools", "members"])
def test_quotas_are_kept(view, levers, a_load_balancer, a_pool, what):
    levers.put_settings({"quotas": {"project-1": {what: 1}}})
    pool = a_pool(a_load_balancer())
    two = [balancing.MemberRequest(address=f"10.0.0.{n}", port=80) for n in (8, 9)]

    def ask_for_more():
        if what == "members":
            view.load_balancing.put_members(pool, two, additive=True)
        else:
            a_pool(a_load_balancer("b2"))

    with pytest.raises(exceptions.CloudError, match=f"Quota exceeded for {what}"):
        ask_for_more()

    assert levers.problems() == []


def test_a_lost_answer_leaves_one_that_is_found(view, levers, a_load_balancer):
    levers.add_fault(
        {
            "effect": "done_but_timeout",
            "method": "load_balancing.create_load_balancer",
            "count": 1,
        }
    )

    with pytest.raises(exceptions.CloudUnsure):
        a_load_balancer()

    assert len(view.load_balancing.find_marked("b1")) == 1


def test_two_of_one_mark_are_a_problem(a_load_balancer, levers):
    a_load_balancer()
    a_load_balancer()

    assert levers.problems() == ["2 live load balancers carry the mark 'b1'."]


def test_operators_see_and_break_load_balancers(view, levers, a_load_balancer, a_pool):
    made = a_load_balancer()
    pool = a_pool(made)
    member = balancing.MemberRequest(address="10.0.0.9", port=80, tags=("t",))
    view.load_balancing.put_members(pool, [member], additive=True)
    [shown] = levers.load_balancers({"mark": "b1"})
    json.dumps(shown)

    for wanted in ("ACTIVE", "ERROR", "PENDING_UPDATE"):
        levers.set_load_balancer(made.id, wanted)
        assert status(view, made) == wanted
    levers.vanish_load_balancer(made.id)

    assert [part["kind"] for part in shown["parts"]] == ["listener", "monitor", "pool"]
    assert [one["address"] for one in shown["members"]] == ["10.0.0.9"]
    assert status(view, made) == "GONE"
    assert levers.load_balancers() == []
    assert levers.problems() == []


def test_operators_set_what_a_monitor_finds(view, levers, a_load_balancer, a_pool):
    pool = a_pool(a_load_balancer())
    members = [
        balancing.MemberRequest(address=f"10.0.0.{number}", port=80)
        for number in (8, 9)
    ]
    view.load_balancing.put_members(pool, members, additive=True)
    before = statuses(view, pool)
    first = view.load_balancing.list_members(pool)[0].id

    shown = levers.set_member(first, "ONLINE")
    assert (shown["id"], shown["operating_status"]) == (first, "ONLINE")
    assert statuses(view, pool) == before | {first: "ONLINE"}
    levers.set_member(first, "OFFLINE")
    assert statuses(view, pool) == before | {first: "OFFLINE"}
    levers.set_member(first, None)

    assert statuses(view, pool) == before
    with pytest.raises(exceptions.Invalid):
        levers.set_member(first, "HAPPY")
    with pytest.raises(exceptions.NotFound):
        levers.set_member("x", "ERROR")


def statuses(view, pool):
    """Give the operating statuses of members by id."""
    members = view.load_balancing.list_members(pool)
    return {one.id: one.operating_status for one in members}


def test_operators_are_told_what_they_may_ask(levers):
    with pytest.raises(exceptions.Invalid):
        levers.load_balancers({"colour": "red"})
    with pytest.raises(exceptions.Invalid):
        levers.set_load_balancer("x", "HAPPY")
    with pytest.raises(exceptions.NotFound):
        levers.set_load_balancer("x", "ERROR")
    with pytest.raises(exceptions.NotFound):
        levers.vanish_load_balancer("x")
