"""A load balancer is built, used, and removed: one of it, and nothing left."""

import hypothesis
import pytest
from hypothesis import strategies

from senlin_like import exceptions
from senlin_like.policies.balancing import building, membership, removal

FULL = ["listener", "monitor", "pool"]


def check_one(bench):
    [made] = bench.balancers()
    assert made["mark"] == bench.mark
    assert made["status"] == "ACTIVE"
    parts = {part["kind"]: part["id"] for part in made["parts"]}
    assert [part["kind"] for part in made["parts"]] == FULL
    assert bench.record == {
        "loadbalancer": made["id"],
        "vip_address": made["vip_address"],
        "listener": parts["listener"],
        "pool": parts["pool"],
        "healthmonitor": parts["monitor"],
    }


def check_none(bench):
    assert bench.balancers() == []
    assert bench.controls.problems() == []


def test_everything_is_built_as_the_policy_says(bench):
    bench.use(
        vip={"network": "private", "protocol_port": 8000, "connection_limit": 7},
        pool={
            "subnet": "private-subnet",
            "lb_method": "SOURCE_IP",
            "session_persistence": {"type": "HTTP_COOKIE", "cookie_name": "c"},
        },
        health_monitor={"type": "HTTP", "url_path": "/up", "delay": 3},
        flavor_id="amphora",
        availability_zone="nova",
    )

    bench.run(building.build)

    check_one(bench)
    [made] = bench.balancers()
    assert made["name"] == "senlin-lb-web"
    assert made["zone"] == "nova"
    parts = {part["kind"]: part for part in made["parts"]}
    assert parts["listener"]["attributes"]["port"] == 8000
    assert parts["listener"]["attributes"]["connection_limit"] == 7
    assert parts["pool"]["attributes"]["method"] == "SOURCE_IP"
    assert parts["pool"]["attributes"]["session_persistence"] == {"type": "HTTP_COOKIE"}
    assert parts["monitor"]["attributes"]["url_path"] == "/up"
    assert parts["monitor"]["attributes"]["delay_s"] == 3


def test_only_a_monitor_of_type_http_says_what_to_ask_for(bench):
    bench.use(health_monitor={"type": "TCP", "url_path": "/up"})

    bench.run(building.build)

    [made] = bench.balancers()
    assert made["parts"][1]["attributes"]["url_path"] is None


def test_a_build_takes_one_call_per_thing(bench):
    bench.run(building.build)

    assert bench.calls == [
        "network.find_subnet",
        "load_balancing.create_load_balancer",
        "load_balancing.create_listener",
        "load_balancing.create_pool",
        "load_balancing.create_monitor",
    ]


def test_without_a_monitor_there_is_none(bench):
    bench.use(health_monitor=None)

    bench.run(building.build)

    assert "healthmonitor" not in bench.record
    assert bench.balancers()[0]["status"] == "ACTIVE"


@pytest.mark.parametrize("crash", range(1, 12))
def test_building_survives_a_crash_after_each_call(bench, crash):
    bench.crashes.add(crash)

    bench.run(building.build)

    check_one(bench)


CREATES = ["load_balancer", "listener", "pool", "monitor"]


@pytest.mark.parametrize("effect", ["done_but_timeout", "timeout", "busy"])
@pytest.mark.parametrize("what", CREATES)
def test_a_lost_answer_makes_nothing_twice(bench, effect, what):
    bench.fault(effect, f"load_balancing.create_{what}", count=1)

    bench.run(building.build)

    check_one(bench)


@pytest.mark.parametrize("what", CREATES)
@pytest.mark.parametrize("effect", ["error", "error_status"])
def test_a_build_that_fails_leaves_nothing(bench, effect, what):
    bench.fault(effect, f"load_balancing.create_{what}", message="No more amphorae.")

    with pytest.raises(exceptions.CloudError, match="No more amphorae"):
        bench.run(building.build)

    check_none(bench)


@pytest.mark.parametrize("crash", range(1, 9))
def test_a_failed_build_survives_a_crash_after_each_call(bench, crash):
    bench.fault("error", "load_balancing.create_pool", message="Nope.")
    bench.crashes.add(crash)

    with pytest.raises(exceptions.CloudError, match="Nope"):
        bench.run(building.build)

    bench.clock.now += 60
    check_none(bench)


def test_a_build_that_takes_too_long_is_removed(bench):
    bench.use(lb_status_timeout=10)

    with pytest.raises(exceptions.CloudError, match="timed out after 10 seconds"):
        bench.run(building.build)

    bench.clock.now += 60
    check_none(bench)


def test_what_is_stuck_is_named(bench):
    bench.run(building.build)
    bench.controls.set_load_balancer(bench.record["loadbalancer"], "PENDING_UPDATE")
    del bench.record["healthmonitor"]

    with pytest.raises(exceptions.CloudError, match="couldn't be deleted"):
        bench.run(building.build)

    bench.controls.vanish_load_balancer(bench.record["loadbalancer"])


def test_tearing_down_leaves_nothing_and_takes_few_calls(ready):
    ready.run(membership.reconcile, ready.nodes(2))
    ready.calls.clear()

    done = ready.run(removal.tear_down)

    assert done.record == {}
    check_none(ready)
    assert ready.calls == [
        "load_balancing.find_marked",
        "load_balancing.delete_load_balancer",
    ]


def test_tearing_down_what_is_gone_is_fine(ready):
    ready.controls.vanish_load_balancer(ready.record["loadbalancer"])

    ready.run(removal.tear_down)
    ready.run(removal.tear_down)

    check_none(ready)


@pytest.mark.parametrize("crash", range(1, 5))
def test_tearing_down_survives_a_crash_after_each_call(ready, crash):
    ready.crashes.add(crash)

    ready.run(removal.tear_down)

    check_none(ready)


@pytest.mark.parametrize("effect", ["done_but_timeout", "timeout", "busy"])
def test_tearing_down_survives_a_lost_answer(ready, effect):
    ready.fault(effect, "load_balancing.delete_load_balancer", count=1)

    ready.run(removal.tear_down)

    check_none(ready)


def test_tearing_down_waits_for_other_changes(ready):
    pool = ready.record["pool"]
    ready.cloud.load_balancing.put_members(pool, [], additive=True)

    ready.run(removal.tear_down)

    check_none(ready)


def test_a_deletion_that_fails_is_told(ready):
    ready.fault(
        "error_status", "load_balancing.delete_load_balancer", message="Stuck amphora."
    )

    with pytest.raises(exceptions.CloudError, match="Stuck amphora"):
        ready.run(removal.tear_down)

    ready.controls.clear_faults()
    ready.run(removal.tear_down)
    check_none(ready)


@pytest.mark.parametrize("crash", range(1, 7))
def test_a_build_that_is_given_up_can_be_torn_down(bench, crash):
    bench.crashes.add(crash)
    bench.give_up(building.build)

    bench.run(removal.tear_down)

    check_none(bench)


@hypothesis.settings(
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
@hypothesis.given(crashes=strategies.sets(strategies.integers(1, 40), max_size=10))
def test_any_crashes_end_the_same(make, crashes):
    bench = make()
    bench.crashes.update(crashes)
    nodes = bench.nodes(3)

    bench.run(building.build)
    check_one(bench)
    bench.run(membership.reconcile, nodes)
    assert {one.name for one in bench.members()} == {one.name for one in nodes}
    bench.run(membership.drain, nodes[:1])
    bench.run(membership.remove, nodes[:2])
    assert [one.name for one in bench.members()] == [nodes[2].name]
    bench.run(removal.tear_down)

    check_none(bench)


def the_users_own(make):
    owner = make()
    owner.run(building.build)
    return owner


def test_the_users_own_is_used_and_left(make):
    owner = the_users_own(make)
    owner.stranger()
    own = dict(owner.record)
    owner.use(loadbalancer="senlin-lb-web", pool={"subnet": "private-subnet"})
    owner.record, owner.mark = {}, "another"
    owner.run(building.build)
    assert owner.record == {
        "preexisting": True,
        "loadbalancer": own["loadbalancer"],
        "pool": own["pool"],
        "vip_address": own["vip_address"],
    }
    owner.run(membership.reconcile, owner.nodes(2))
    pool = owner.record["pool"]

    owner.run(removal.tear_down)

    assert owner.record == {}
    [left] = owner.cloud.load_balancing.list_members(pool)
    assert left.address == "10.0.0.250"
    assert owner.balancers()[0]["id"] == own["loadbalancer"]


def test_a_pool_that_is_named_must_be_there(make):
    owner = the_users_own(make)
    name = owner.record["loadbalancer"]
    owner.use(loadbalancer=name, pool={"subnet": "private-subnet", "id": "nowhere"})
    owner.record = {}

    with pytest.raises(exceptions.CloudError, match="has no pool 'nowhere'"):
        owner.run(building.build)
