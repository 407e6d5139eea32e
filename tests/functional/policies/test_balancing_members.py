"""Nodes become members, are drained and go: one call per change."""

import dataclasses

import pytest

from senlin_like import exceptions
from senlin_like.policies.balancing import membership
from tests.functional.cutting import Cutting

PUT = "load_balancing.put_members"
DELETE = "load_balancing.delete_member"


def names(bench):
    return {one.name: one.weight for one in bench.members()}


@pytest.mark.parametrize("number", [1, 10, 100])
def test_the_number_of_calls_does_not_follow_the_number_of_members(ready, number):
    nodes = ready.nodes(number)
    counts = {}
    for verb in (membership.reconcile, membership.drain, membership.remove):
        ready.calls.clear()
        ready.run(verb, nodes)
        changes = ready.calls.count(PUT) + ready.calls.count(DELETE)
        counts[verb.__name__] = (len(ready.calls), changes, ready.turns)

    assert counts == {
        "reconcile": (7, 1, 2),
        "drain": (3, 1, 2),
        "remove": (3, 1, 2),
    }
    assert ready.members() == []


def test_members_are_told_by_node(ready):
    nodes = ready.nodes(2)

    done = ready.run(membership.reconcile, nodes)

    found = {one.id: one for one in ready.members()}
    assert set(done.members) == {one.node_id for one in nodes}
    for node in nodes:
        member = found[done.members[node.node_id]]
        assert member.name == node.name
        assert member.address == ready.address_of(node)
        assert member.port == 80
        assert f"cluster_node_id={node.node_id}" in member.tags
    assert done.failed == {}


def test_adding_what_is_there_changes_nothing(ready):
    nodes = ready.nodes(2)
    before = ready.run(membership.reconcile, nodes)
    ready.calls.clear()

    again = ready.run(membership.reconcile, nodes)

    assert again.members == before.members
    assert PUT not in ready.calls


def test_a_node_without_an_address_does_not_hinder_others(ready):
    good, lost = ready.nodes(2)
    lost = dataclasses.replace(lost, server_id="nowhere")
    bare = dataclasses.replace(good, node_id="bare", name="bare", server_id=None)

    done = ready.run(membership.reconcile, [good, lost, bare])

    assert set(done.members) == {good.node_id}
    assert set(done.failed) == {lost.node_id, "bare"}
    assert "no server with an address in the network 'private'" in done.failed["bare"]


def test_a_node_that_was_made_again_has_one_member(ready):
    [node, other] = ready.nodes(2)
    ready.run(membership.reconcile, [node, other])
    again = dataclasses.replace(ready.node("x"), node_id=node.node_id, name=node.name)

    done = ready.run(membership.reconcile, [again, other])

    by_name = {one.name: one.address for one in ready.members()}
    assert by_name == {
        node.name: ready.address_of(again),
        other.name: ready.address_of(other),
    }
    assert set(done.members) == {node.node_id, other.node_id}


def test_drained_nodes_stay_until_they_are_removed(ready):
    nodes = ready.nodes(3)
    ready.run(membership.reconcile, nodes)

    ready.run(membership.drain, nodes[:2])
    drained = names(ready)
    ready.run(membership.remove, nodes[:2])

    assert drained == {"node-0": 0, "node-1": 0, "node-2": 1}
    assert names(ready) == {"node-2": 1}


def test_a_member_is_known_by_its_id_too(ready):
    ready.stranger(name="old")
    [old] = ready.members()
    node = dataclasses.replace(ready.node("x"), member_id=old.id)

    ready.run(membership.remove, [node])

    assert ready.members() == []


def test_removing_from_what_is_gone_is_fine(ready):
    nodes = ready.nodes(1)
    ready.run(membership.reconcile, nodes)
    ready.run(membership.remove, nodes)
    ready.run(membership.remove, nodes)
    ready.controls.vanish_load_balancer(ready.record["loadbalancer"])

    ready.run(membership.remove, nodes)


def test_reconciling_makes_it_as_it_should_be(ready):
    nodes = ready.nodes(4)
    ready.run(membership.reconcile, nodes[:3])
    ready.run(membership.drain, nodes[:1])
    ready.stranger(name="stranger")
    ready.calls.clear()

    done = ready.run(membership.reconcile, [nodes[0], *nodes[2:]])

    assert names(ready) == {"node-0": 1, "node-2": 1, "node-3": 1, "stranger": 1}
    assert set(done.members) == {nodes[0].node_id, nodes[2].node_id, nodes[3].node_id}
    assert ready.calls.count(PUT) == 1


def test_strangers_stay(ready):
    ready.stranger(name="stranger", weight=7, tags=("theirs",))
    nodes = ready.nodes(2)

    for verb in (membership.reconcile, membership.drain, membership.remove):
        ready.run(verb, nodes)

    [left] = ready.members()
    assert (left.name, left.weight, left.tags) == ("stranger", 7, ("theirs",))


@pytest.mark.parametrize("crash", range(1, 9))
def test_adding_survives_a_crash_after_each_call(ready, crash):
    nodes = ready.nodes(3)
    ready.crashes.add(crash)

    done = ready.run(membership.reconcile, nodes)

    assert len(done.members) == 3
    assert names(ready) == {"node-0": 1, "node-1": 1, "node-2": 1}


@pytest.mark.parametrize("verb", [membership.drain, membership.remove])
@pytest.mark.parametrize("crash", range(1, 5))
def test_removing_survives_a_crash_after_each_call(ready, verb, crash):
    nodes = ready.nodes(3)
    ready.run(membership.reconcile, nodes)
    ready.calls.clear()
    ready.crashes.add(crash)

    ready.run(verb, nodes[:2])

    left = {"node-2": 1}
    if verb is membership.drain:
        left |= {"node-0": 0, "node-1": 0}
    assert names(ready) == left


class Meanwhile(list):
    """Notes calls, and does something right after each look at the members."""

    def __init__(self, act):
        super().__init__()
        self.act = act

    def append(self, path):
        super().append(path)
        if path == "load_balancing.list_members":
            self.act()


def interfered(bench, act):
    bench.calls = Meanwhile(act)
    bench.cut = Cutting(bench.cloud, bench.calls, bench.crashes)


@pytest.mark.parametrize("is_theirs", [True, False])
@pytest.mark.parametrize("number", [1, 3])
def test_a_stranger_who_comes_in_between_stays_in_a_shared_pool(
    ready, number, is_theirs
):
    nodes = ready.nodes(4)
    ready.run(membership.reconcile, nodes)
    if is_theirs:
        ready.record["preexisting"] = True
    else:
        ready.stranger("10.0.0.240", name="first")
    come = iter(range(250, 255))
    interfered(ready, lambda: ready.stranger(f"10.0.0.{next(come)}", name="late"))

    ready.run(membership.remove, nodes[:number])

    left = [one.name for one in ready.members() if not one.name.startswith("node-")]
    assert left.count("late") == ready.calls.count("load_balancing.list_members")
    assert ("first" in left) is not is_theirs
    assert (ready.calls.count(PUT), ready.calls.count(DELETE)) == (0, number)
    assert {name for name in names(ready) if name.startswith("node-")} == {
        one.name for one in nodes[number:]
    }


def test_many_leave_a_shared_pool_one_by_one(ready):
    nodes = ready.nodes(12)
    ready.run(membership.reconcile, nodes)
    ready.stranger(name="stranger", weight=7, tags=("theirs",))
    ready.calls.clear()

    ready.run(membership.reconcile, nodes[:2])

    assert set(names(ready)) == {"node-0", "node-1", "stranger"}
    assert (ready.calls.count(PUT), ready.calls.count(DELETE)) == (0, 10)


@pytest.mark.parametrize("crash", range(1, 13))
def test_leaving_a_shared_pool_survives_a_crash_after_each_call(ready, crash):
    nodes = ready.nodes(3)
    ready.run(membership.reconcile, nodes)
    ready.stranger(name="stranger")
    ready.calls.clear()
    ready.crashes.add(crash)

    ready.run(membership.reconcile, nodes[:1])

    assert names(ready) == {"node-0": 1, "stranger": 1}


@pytest.mark.parametrize("effect", ["done_but_timeout", "timeout", "busy"])
def test_a_lost_answer_of_a_deletion_does_no_harm(ready, effect):
    nodes = ready.nodes(3)
    ready.run(membership.reconcile, nodes)
    ready.stranger(name="stranger")
    ready.fault(effect, DELETE, count=1)

    ready.run(membership.remove, nodes[:2])

    assert names(ready) == {"node-2": 1, "stranger": 1}


def test_members_that_somebody_puts_back_are_not_fought_over(ready):
    [node] = ready.nodes(1)
    ready.run(membership.reconcile, [node])
    ready.stranger(name="stranger")
    [ours] = [one for one in ready.members() if one.name == node.name]
    inner = ready.look

    def look(wait):
        seen = inner(wait)
        pool = ready.record["pool"]
        ready.cloud.load_balancing.put_members(pool, [ours.as_request()], additive=True)
        ready.clock.now += 60
        return seen

    ready.look = look
    with pytest.raises(exceptions.CloudError, match="didn't keep its members"):
        ready.run(membership.remove, [node])


@pytest.mark.parametrize("effect", ["done_but_timeout", "timeout", "busy"])
def test_a_lost_answer_does_no_harm(ready, effect):
    nodes = ready.nodes(3)
    ready.fault(effect, PUT, count=1)
    ready.run(membership.reconcile, nodes)
    ready.fault(effect, PUT, count=1)

    ready.run(membership.remove, nodes[:2])

    assert names(ready) == {"node-2": 1}


def test_other_changes_are_waited_for(ready):
    nodes = ready.nodes(1)
    ready.cloud.load_balancing.put_members(ready.record["pool"], [], additive=True)

    ready.run(membership.reconcile, nodes)

    assert names(ready) == {"node-0": 1}
    assert ready.turns == 3


@pytest.mark.parametrize("verb", [membership.reconcile, membership.remove])
def test_a_change_that_fails_is_told(ready, verb):
    nodes = ready.nodes(1)
    if verb is membership.remove:
        ready.run(membership.reconcile, nodes)
    for method in (PUT, DELETE):
        ready.fault("error_status", method, message="Amphora lost.")

    with pytest.raises(exceptions.CloudError, match="failed: Amphora lost"):
        ready.run(verb, nodes)


def test_a_change_that_never_ends_is_told(ready):
    nodes = ready.nodes(1)
    ready.controls.set_load_balancer(ready.record["loadbalancer"], "PENDING_UPDATE")

    with pytest.raises(exceptions.CloudError, match="timed out after 300 seconds"):
        ready.run(membership.reconcile, nodes)


def test_a_pool_that_somebody_else_empties_is_not_fought_over(ready):
    nodes = ready.nodes(1)
    inner = ready.look

    def look(wait):
        seen = inner(wait)
        pool = ready.record["pool"]
        ready.cloud.load_balancing.put_members(pool, [], additive=False)
        ready.clock.now += 60
        return seen

    ready.look = look
    with pytest.raises(exceptions.CloudError, match="didn't keep its members"):
        ready.run(membership.reconcile, nodes)
