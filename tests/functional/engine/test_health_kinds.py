"""Health of containers and stacks, and of servers whose owner has such ones too."""

import pytest
import sqlalchemy as sa

from senlin_like.db.models import Node
from senlin_like.drivers.base import Account
from tests.torture import kinds, watched


@pytest.fixture
def boxes(stage):
    """Three containers on two hosts, all watched."""
    kinds.make_hosts(stage, 2)
    kinds.a_cluster(stage, "boxes", "box", 3)
    stage.drain()
    stage.advance(watched.LATER_S)
    policy = watched.a_policy(stage)
    for cluster in ("boxes", "hosts"):
        assert watched.attach(stage, cluster, policy).status == "SUCCEEDED"
    assert watched.check(stage) == []
    return stage


def by_name(stage):
    return {node.name: node for node in stage.nodes()}


def test_containers_that_run_are_left_alone(boxes):
    for _ in range(2):
        assert watched.check(boxes, after_s=61) == []

    assert watched.told(boxes) == []
    assert all(row.token is None for row in watched.checks(boxes))


def test_a_container_that_is_gone_is_made_anew(boxes):
    lost = by_name(boxes)["boxes-1"]
    boxes.controls.vanish_container(lost.physical_id)

    found = watched.check(boxes, after_s=61)

    assert [row.target for row in found] == [lost.id]
    boxes.drain()
    healed = by_name(boxes)["boxes-1"]
    assert healed.status == "ACTIVE"
    assert healed.physical_id != lost.physical_id


def test_servers_of_the_same_owner_are_looked_at_too(boxes):
    lost = by_name(boxes)["hosts-1"]
    boxes.controls.kill_server(lost.physical_id)

    found = watched.check(boxes, after_s=61)

    assert lost.id in [row.target for row in found]


def test_a_container_whose_host_is_gone_is_lost(boxes):
    known = by_name(boxes)
    boxes.controls.vanish_server(known["hosts-2"].physical_id)
    boxes.engine = boxes.new_engine()
    watched.check(boxes, after_s=61)

    bad = {node_id for row in watched.checks(boxes) for node_id in row.seen["bad"]}

    assert bad == {known["hosts-2"].id, known["boxes-2"].id}


def calls_of(stage, method):
    return sum(stage.controls.counters().get(method, {}).values())


def lose_the_region(stage, name):
    """Let a node be in a region that can't be asked."""
    data = {"placement": {"region_name": "Nowhere"}}
    change = sa.update(Node).where(Node.name == name).values(data=data)
    stage.deps.db.transact(lambda session: session.execute(change))


def forget_hosts(stage):
    """Let nobody know the addresses of hosts any more."""
    stage.deps.profiles.get(f"{kinds.CONTAINER}-1.0")._hosts._memory.forget()


def test_a_host_that_can_not_be_asked_for_harms_no_other_cluster(boxes):
    kinds.a_cluster(boxes, "far", "host", 1)
    boxes.drain()
    kinds.a_profile(
        boxes, "far-box", kinds.CONTAINER, image="cirros", host_cluster="far"
    )
    kinds.a_cluster(boxes, "far-boxes", "far-box", 1)
    boxes.drain()
    assert watched.attach(boxes, "far-boxes", "heal").status == "SUCCEEDED"
    lose_the_region(boxes, "far-1")
    lost = by_name(boxes)["boxes-1"]
    boxes.controls.vanish_container(lost.physical_id)

    found = watched.check(boxes, after_s=61)

    assert [row.target for row in found] == [lost.id]


def test_hosts_that_can_not_be_asked_for_are_asked_for_once(boxes):
    forget_hosts(boxes)
    boxes.controls.add_fault({"method": "compute.get_server", "effect": "busy"})
    before = calls_of(boxes, "compute.get_server")

    assert watched.check(boxes, after_s=61) == []

    assert calls_of(boxes, "compute.get_server") - before == 1


def test_stacks_that_are_well_are_left_alone(stage):
    kinds.a_profile(stage, "st", kinds.STACK, template=kinds.TEMPLATE)
    kinds.a_cluster(stage, "stacks", "st", 3)
    stage.drain()
    stage.advance(watched.LATER_S)
    policy = watched.a_policy(stage)
    assert watched.attach(stage, "stacks", policy).status == "SUCCEEDED"

    assert watched.check(stage) == []
    assert watched.told(stage) == []


def test_stacks_that_are_gone_are_found_at_the_interval(stage):
    """The simulated cloud tells nothing of stacks."""
    kinds.a_profile(stage, "st", kinds.STACK, template=kinds.TEMPLATE)
    kinds.a_cluster(stage, "stacks", "st", 2)
    stage.drain()
    stage.advance(watched.LATER_S)
    policy = watched.a_policy(stage, watched.EVENTS)
    assert watched.attach(stage, "stacks", policy).status == "SUCCEEDED"
    assert watched.check(stage) == []
    lost = by_name(stage)["stacks-1"]
    cloud = stage.driver.inner.cloud(Account(user=lost.user, project=lost.project))
    cloud.orchestration.delete_stack(lost.physical_id)

    assert watched.check(stage, after_s=59) == []
    found = watched.check(stage, after_s=2)

    assert [row.target for row in found] == [lost.id]
    assert calls_of(stage, "compute.notices") == 0


def test_containers_can_not_be_listened_for(stage):
    kinds.make_hosts(stage, 1)
    kinds.a_cluster(stage, "boxes", "box", 1)
    stage.drain()

    ended = watched.attach(stage, "boxes", watched.a_policy(stage, watched.EVENTS))

    assert ended.status == "FAILED"
    assert "LIFECYCLE_EVENTS is only for servers and stacks" in ended.status_reason
    assert watched.checks(stage) == []


def test_a_host_without_an_address_harms_nobody_else(boxes):
    forget_hosts(boxes)
    known = by_name(boxes)
    host = known["hosts-2"]
    cloud = boxes.driver.inner.cloud(Account(user=host.user, project=host.project))
    for port in cloud.network.find_ports_marked(host.id):
        cloud.compute.detach_port(host.physical_id, port.id)
    boxes.controls.vanish_container(known["boxes-1"].physical_id)

    found = watched.check(boxes, after_s=61)

    assert [row.target for row in found] == [known["boxes-1"].id]
