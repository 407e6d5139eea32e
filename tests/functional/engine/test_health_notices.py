"""Clusters whose cloud tells what happens: seconds instead of the interval."""

import dataclasses

import pytest
import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.db import health_checks
from senlin_like.db.models import Binding
from senlin_like.db.work_models import HealthCheck, NodeNotice
from senlin_like.drivers.base import Account
from senlin_like.engine import hearing, pruner
from senlin_like.operations import node_actions, nodes
from tests import recorded
from tests.torture import kinds, watched

OLD = "compute.instance.power_off.end"
NEW = "instance.power_off.end"
DELETED = "instance.delete.end"


@pytest.fixture
def told(stage):
    """Let the cloud tell instead of being asked."""
    health = dataclasses.replace(stage.options.health, asks_events=False)
    stage.options = dataclasses.replace(stage.options, health=health)
    stage.engine = stage.new_engine()
    return stage


@pytest.fixture
def heal(told):
    """Make a watched cluster; its checks have found nothing to do."""

    def make(size=3, mode=watched.EVENTS):
        cluster = watched.a_cluster(told, size, watched.a_policy(told, mode))
        assert watched.check(told) == []
        assert told.engine.checker.look_once() == 0
        told.controls.reset_counters()
        return cluster

    return make


def hear(stage, node, event=NEW, object_id=None):
    """Let an engine take a notification; tell how many nodes it noted."""
    notified = recorded.about(node.id, object_id or node.physical_id, event)
    return hearing.take(stage.engine.bench, [recorded.pair(notified)])


def looks(stage):
    return sum(stage.controls.counters().get("look.server", {}).values())


@pytest.mark.parametrize("event", [OLD, NEW])
def test_a_node_is_repaired_when_the_cloud_tells(told, heal, event):
    heal()
    node = told.nodes()[0]
    told.controls.stop_server(node.physical_id)

    assert hear(told, node, event) == 1

    (action,) = watched.check(told)
    assert (action.target, action.cause) == (node.id, "Health Check")
    assert action.inputs["check"] is True
    assert watched.told(told)[0] == (f"Server {node.physical_id} is SHUTOFF ({event}).")
    told.drain()
    assert {one.status for one in told.nodes()} == {"ACTIVE"}
    assert told.rows(NodeNotice) == []


@pytest.mark.parametrize("mark", ["\x00", "\ud800", "web"])
def test_marks_that_are_no_ids_do_not_hide_what_else_is_told(told, heal, mark):
    heal()
    node = told.nodes()[0]
    forged = recorded.about(recorded.NODE, node.physical_id, OLD)
    forged["payload"]["metadata"] = {"cluster_node_id": mark}
    batch = [forged, recorded.about(node.id, node.physical_id, OLD)]

    took = hearing.take(told.engine.bench, [recorded.pair(one) for one in batch])

    assert took == 1


def test_the_status_in_the_cloud_decides(told, heal):
    heal()

    assert hear(told, told.nodes()[0]) == 1

    assert watched.check(told) == []
    assert (looks(told), watched.told(told), told.rows(NodeNotice)) == (1, [], [])
    assert told.engine.checker.look_once() == 0


def test_what_was_not_told_is_found_at_the_interval(told, heal):
    heal()
    node = told.nodes()[0]
    told.controls.stop_server(node.physical_id)
    assert watched.check(told) == []

    (action,) = watched.check(told, after_s=watched.INTERVAL_S + 1)

    assert action.target == node.id


def test_only_whom_it_is_about_is_looked_at_before_the_interval(told, heal):
    heal()
    first, second, _ = told.nodes()
    for node in (first, second):
        told.controls.stop_server(node.physical_id)
    hear(told, first)

    (action,) = watched.check(told)

    assert action.target == first.id


def test_the_look_at_all_comes_when_it_would_have_come(told, heal):
    heal()
    first, second, _ = told.nodes()
    told.advance(40)
    hear(told, first)
    assert told.engine.checker.look_once() == 1
    told.controls.stop_server(second.physical_id)

    told.advance(18)
    assert told.engine.checker.look_once() == 0
    assert [one.target for one in watched.check(told, after_s=3)] == [second.id]


def test_many_notices_do_not_keep_the_others_from_being_looked_at(told, heal):
    heal()
    first, second, _ = told.nodes()
    told.controls.stop_server(second.physical_id)

    for _ in range(7):
        told.advance(10)
        hear(told, first)
        told.engine.checker.look_once()

    assert [one.target for one in watched.recoveries(told)] == [second.id]


def test_what_is_told_during_a_check_makes_another_one_due(told, heal):
    heal()
    node = told.nodes()[0]
    told.advance(watched.INTERVAL_S + 1)
    real, asked = told.driver.inner.cloud, []

    def slow(account):
        """Let it be told after the notices were read, and before the look."""
        if not asked:
            asked.append(account)
            hear(told, node)
        return real(account)

    told.driver.inner.cloud = slow
    told.engine = told.new_engine()
    assert told.engine.checker.look_once() == 1
    assert asked

    (row,) = watched.checks(told)
    assert (row.token, len(told.rows(NodeNotice))) == (None, 1)
    told.controls.stop_server(node.physical_id)
    assert [one.target for one in watched.check(told)] == [node.id]
    assert told.rows(NodeNotice) == []


def test_a_check_in_hand_is_not_taken_away(told, heal):
    heal()
    node = told.nodes()[0]
    told.advance(watched.INTERVAL_S + 1)

    def take(session):
        return health_checks.take(session, "t" * 36, hold_s=90.0, limit=9)

    assert len(told.deps.db.transact(take)) == 1
    hear(told, node)

    assert told.engine.checker.look_once() == 0
    told.advance(91)
    assert told.engine.checker.look_once() == 1


def test_another_engine_goes_on_with_what_one_has_heard(told, heal):
    heal()
    node = told.nodes()[0]
    told.controls.stop_server(node.physical_id)
    hear(told, node)
    told.engine = told.new_engine()

    assert [one.target for one in watched.check(told)] == [node.id]


def test_two_engines_that_hear_the_same_repair_once(told, heal):
    heal()
    node = told.nodes()[0]
    told.controls.stop_server(node.physical_id)
    for event in (OLD, NEW):
        told.engine = told.new_engine()
        assert hear(told, node, event) == 1

    watched.check(told)
    watched.check(told)
    told.drain()
    watched.check(told)

    assert len(watched.all_recoveries(told)) == 1
    assert len(told.servers()) == 3


@pytest.mark.parametrize("when", ["before", "during", "after"])
def test_what_we_delete_ourselves_is_not_repaired(told, heal, when):
    cluster = heal()
    node = told.nodes(cluster)[-1]
    if when == "before":
        hear(told, node, DELETED)
    nodes.delete(told.deps, told.ctx, node.id, force=False)
    if when == "during":
        told.step()
        hear(told, node, DELETED)
        watched.check(told)
    told.drain()
    if when == "after":
        assert hear(told, node, DELETED) == 0

    watched.check(told, after_s=6)

    assert watched.all_recoveries(told) == []
    assert len(told.servers()) == 2


def test_what_an_operation_stops_is_its_own_matter(told, heal):
    heal()
    node = told.nodes()[0]
    node_actions.operate(told.deps, told.ctx, node.id, "reboot", {"type": "HARD"})
    hear(told, node)

    assert watched.check(told) == []
    told.drain()
    assert watched.check(told) == []
    assert watched.all_recoveries(told) == []


def test_what_was_told_of_the_server_before_says_nothing(told, heal):
    heal()
    node = told.nodes()[0]
    told.controls.stop_server(node.physical_id)
    hear(told, node)
    watched.check(told)
    told.drain()
    healed = told.nodes()[0]
    assert healed.physical_id != node.physical_id

    assert hear(told, healed, DELETED, node.physical_id) == 0


def test_a_notice_of_an_object_that_was_replaced_meanwhile_is_dropped(told, heal):
    heal()
    node = told.nodes()[0]
    hear(told, node)
    change = sa.update(NodeNotice).values(object_id="before")
    told.deps.db.transact(lambda session: session.execute(change))

    assert watched.check(told) == []
    assert (looks(told), told.rows(NodeNotice)) == (0, [])


def test_clusters_with_other_modes_are_not_woken(told, heal):
    heal(3, watched.STATUS)

    assert hear(told, told.nodes()[0]) == 0

    assert told.engine.checker.look_once() == 0


def test_clusters_without_a_policy_are_not_woken(told):
    watched.a_cluster(told, 1, None)

    assert hear(told, told.nodes()[0]) == 0
    assert told.rows(NodeNotice) == []


def test_nodes_that_left_are_not_looked_at(told, heal):
    cluster = heal()
    node = told.nodes(cluster)[-1]
    hear(told, node)
    nodes.delete(told.deps, told.ctx, node.id, force=False)
    told.drain()

    assert watched.check(told, after_s=6) == []
    assert watched.told(told) == []


def test_a_stack_that_somebody_deletes_is_made_anew(told):
    kinds.a_profile(told, "st", kinds.STACK, template=kinds.TEMPLATE)
    kinds.a_cluster(told, "stacks", "st", 2)
    told.drain()
    told.advance(watched.LATER_S)
    policy = watched.a_policy(told, watched.EVENTS)
    assert watched.attach(told, "stacks", policy).status == "SUCCEEDED"
    assert watched.check(told) == []
    node = told.nodes()[0]
    account = Account(user=told.ctx.user_id, project=told.ctx.project_id)
    told.driver.inner.cloud(account).orchestration.delete_stack(node.physical_id)
    told.advance(2)

    assert hear(told, node, "orchestration.stack.delete.end") == 1

    assert [one.target for one in watched.check(told)] == [node.id]
    told.drain()
    assert {one.status for one in told.nodes()} == {"ACTIVE"}


def test_what_nobody_wants_to_know_any_more_goes(told, heal):
    cluster = heal()
    hear(told, told.nodes()[0])
    (bound,) = told.rows(Binding)
    watched.attach(told, cluster, bound.policy_id, name="policy_detach")
    told.advance(pruner.NOTICES_S - 10)
    pruner.prune(told.deps, action_days=0, event_days=0)
    assert len(told.rows(NodeNotice)) == 1

    told.advance(20)
    pruner.prune(told.deps, action_days=0, event_days=0)

    assert told.rows(NodeNotice) == []
    assert told.rows(HealthCheck) == []


def test_a_database_that_is_away_is_told(told, heal, monkeypatch):
    heal()
    node = told.nodes()[0]

    def away(_work):
        raise exceptions.ServiceUnavailable("away")

    monkeypatch.setattr(told.deps.db, "transact", away)

    with pytest.raises(exceptions.ServiceUnavailable):
        hear(told, node)
