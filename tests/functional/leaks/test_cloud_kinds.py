"""Leaks that aren't servers: stacks, containers, and what policies have made."""

import pytest

from senlin_like.drivers import balancing, base, objects
from senlin_like.operations import cluster_actions, clusters
from tests.torture import kinds

LATE_STACK = {"template": kinds.TEMPLATE}


def attached(stage, late, name, kind, **properties):
    """Attach a policy to a cluster; give the binding's id."""
    [node, _] = late.cluster()
    policy = stage.a_policy(name, kind, **properties)
    asked = {"policy_id": policy}
    cluster_actions.ask(stage.deps, stage.ctx, node.cluster_id, "policy_attach", asked)
    stage.drain()
    kept = late.cloud().ledger
    [made] = [*kept.list_marked("load_balancer"), *kept.list_marked("server_group")]
    return made


def late_balancer(late, mark):
    cloud = late.cloud()
    subnet_id = cloud.network.find_subnet("private-subnet")
    return cloud.load_balancing.create_load_balancer(
        balancing.LoadBalancerRequest(name="lb", mark=mark, subnet_id=subnet_id)
    ).id


def balancers(late):
    return {one.id for one in late.cloud().ledger.list_marked("load_balancer")}


@pytest.fixture
def balanced(stage, late):
    pool = {"subnet": "private-subnet"}
    return attached(stage, late, "lb", "loadbalance", pool=pool, vip=pool)


def test_a_second_load_balancer_of_a_policy_goes(late, balanced, command):
    second = late_balancer(late, balanced.mark)
    late.age()

    dry, text = command("mend", "--dry-run")
    status, _text = command("mend", "--yes")
    late.age()

    assert (dry, status) == (3, 0)
    assert text == (
        f"Would delete load balancer {second} 'lb' of project red: "
        f"The policy binding {balanced.mark} uses another one.\n"
    )
    assert balancers(late) == {balanced.id}


def test_a_load_balancer_whose_policy_is_gone_has_to_be_named(
    stage, late, balanced, command
):
    [node, _] = stage.nodes()
    clusters.delete(stage.deps, stage.ctx, node.cluster_id, force=True)
    stage.drain()
    lone = late_balancer(late, balanced.mark)
    late.age()

    first, text = command("mend", "--yes")
    named, _text = command("mend", "--yes", "--id", lone)

    assert (first, named) == (3, 0)
    assert f"Left load balancer {lone}" in text
    late.age()
    assert lone not in balancers(late)


def test_a_load_balancer_stays_while_its_cluster_is_worked_on(
    stage, late, balanced, command
):
    second = late_balancer(late, balanced.mark)
    late.age()
    [node, _] = stage.nodes()
    cluster_actions.ask(stage.deps, stage.ctx, node.cluster_id, "check", {})

    status, text = command("mend", "--yes", "--kind", "load_balancer")

    assert (status, "Too young, or worked on: 1" in text) == (0, True)
    assert second in balancers(late)


def test_a_second_server_group_goes_if_it_is_empty(stage, late, command):
    used = attached(stage, late, "close", "affinity")
    compute = late.cloud().compute
    empty = compute.create_server_group(used.name, ["anti-affinity"])
    full = compute.create_server_group(used.name, ["anti-affinity"])
    [node, _] = stage.nodes()
    late.server(node, scheduler_hints={"group": full.id})
    late.age()

    status, text = command("mend", "--yes", "--kind", "server_group")

    assert status == 0
    assert text.startswith(f"Deleted server group {empty.id}")
    left = {group.id for group in compute.list_server_groups(used.name)}
    assert left == {used.id, full.id}


@pytest.fixture
def a_stack(stage):
    profile = kinds.a_profile(stage, "st", kinds.STACK, template=kinds.TEMPLATE)
    kinds.a_node(stage, "piece", profile)
    stage.drain()
    [node] = stage.nodes()
    return node


def test_a_second_stack_goes_and_one_of_a_user_stays(late, a_stack, command):
    tags = [f"{base.NODE_MARK}={a_stack.id}"]
    service = late.cloud().orchestration
    ours = service.create_stack("piece-0a1b2c3d", LATE_STACK, tags)
    theirs = service.create_stack("mine", LATE_STACK, tags)
    late.age()

    status, text = command("mend", "--yes")
    late.age()

    assert status == 3
    assert f"Deleted stack {ours.id}" in text
    assert f"Left stack {theirs.id}" in text
    left = {one.id for one in service.find_tagged(tags[0])}
    assert left == {a_stack.physical_id, theirs.id}


def test_a_second_container_goes_from_its_host(stage, late, command):
    kinds.make_hosts(stage, 1)
    kinds.a_node(stage, "box", "box")
    stage.drain()
    [box] = [node for node in stage.nodes() if node.name == "box"]
    [server] = stage.servers()
    addresses = late.cloud().compute.get_server(server["id"]).addresses
    [address] = [one["addr"] for one in addresses["private"]]
    host = objects.ContainerHost(address=address, port=2375)
    request = objects.ContainerRequest(
        name="box-0a1b2c3d", image="cirros", labels={base.NODE_MARK: box.id}
    )
    second = late.cloud().containers.create_container(host, request)
    late.age()

    clean, _text = command("report", "--kind", "node")
    status, text = command("mend", "--yes")

    assert (clean, status) == (0, 0)
    assert f"Deleted container {address}:2375/{second.id}" in text
    [left] = late.cloud().containers.find_labelled(host, box.id)
    assert left.id == box.physical_id
    stage.controls.vanish_container(box.physical_id)
    assert command("report", "--kind", "node")[0] == 3
