"""Clusters that heal themselves: what is seen, and what is done about it."""

import pytest
import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.db import models
from senlin_like.drivers import base
from senlin_like.operations import cluster_actions, clusters, node_actions
from tests.torture import watched

BUSY = {"method": "look.server", "effect": "busy", "message": "503"}


@pytest.fixture
def heal(stage):
    """Make a cluster with a health policy; return its id."""

    def make(size=3, *modes, **parts):
        return watched.a_cluster(stage, size, watched.a_policy(stage, *modes, **parts))

    return make


def kill(stage, index, lever="kill_server"):
    """Let something happen to the server of a node; return the node."""
    node = stage.nodes()[index]
    getattr(stage.controls, lever)(node.physical_id)
    return node


@pytest.mark.parametrize("lever", ["kill_server", "stop_server", "vanish_server"])
def test_a_failed_node_is_recreated(stage, heal, lever):
    cluster = heal()
    node = kill(stage, 0, lever)

    (action,) = watched.check(stage)

    assert (action.target, action.cause) == (node.id, "Health Check")
    assert (action.user, action.project) == (stage.ctx.user_id, stage.ctx.project_id)
    stage.drain()
    healed = stage.nodes(cluster)[0]
    assert (healed.id, healed.status) == (node.id, "ACTIVE")
    assert healed.physical_id != node.physical_id
    assert len(stage.servers()) == 3
    assert len(watched.all_recoveries(stage)) == 1


def test_healthy_nodes_are_left_alone(stage, heal):
    heal()

    for _ in range(3):
        assert watched.check(stage, after_s=61) == []
    assert watched.told(stage) == []


def test_a_check_comes_again_after_its_interval(stage, heal):
    heal()
    assert stage.engine.checker.look_once() == 1
    assert stage.engine.checker.look_once() == 0

    stage.advance(59)
    assert stage.engine.checker.look_once() == 0
    stage.advance(2)
    assert stage.engine.checker.look_once() == 1


def test_a_node_that_was_changed_a_moment_ago_is_left_alone(stage, heal):
    heal(detection={"node_update_timeout": 300})
    node = kill(stage, 0)

    assert watched.check(stage) == []
    assert watched.check(stage, after_s=61) == []
    for _ in range(3):
        found = watched.check(stage, after_s=61)
    assert [row.target for row in found] == [node.id]


def test_a_node_at_work_is_left_alone(stage, heal):
    heal()
    node = kill(stage, 0)
    node_actions.ask(stage.deps, stage.ctx, node.id, "check", {})

    assert watched.check(stage) == []


def test_a_node_is_repaired_once(stage, heal):
    heal()
    kill(stage, 0)
    assert len(watched.check(stage)) == 1

    assert len(watched.check(stage, after_s=61)) == 1
    stage.drain()
    assert len(watched.all_recoveries(stage)) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [("REBOOT", {"operation": "REBOOT"}), ("REBUILD", {"operation": "REBUILD"})],
)
def test_the_recovery_is_that_of_the_policy(stage, heal, name, expected):
    recovery = {"actions": [{"name": name}], "node_delete_timeout": 7}
    cluster = heal(3, recovery=recovery)
    node = kill(stage, 1)

    (action,) = watched.check(stage)

    assert action.inputs == {
        **expected,
        "delete_timeout": 7,
        "force_recreate": False,
        "check": True,
    }
    stage.drain()
    healed = next(one for one in stage.nodes(cluster) if one.id == node.id)
    assert (healed.status, healed.physical_id) == ("ACTIVE", node.physical_id)


@pytest.mark.parametrize(
    ("how", "status", "ends"),
    [("SOFT", "ERROR", "FAILED"), ("hard", "ACTIVE", "SUCCEEDED")],
)
def test_params_arrive_at_the_reboot(stage, heal, how, status, ends):
    """A server that has failed can't be rebooted softly, as in Nova."""
    recovery = {"actions": [{"name": "REBOOT", "params": {"type": how}}]}
    cluster = heal(3, recovery=recovery)
    node = kill(stage, 1)

    (action,) = watched.check(stage)
    stage.drain()

    assert action.inputs["operation_params"] == {"type": how}
    healed = next(one for one in stage.nodes(cluster) if one.id == node.id)
    assert (stage.action(action.id).status, healed.status) == (ends, status)


def test_params_arrive_at_the_rebuild(stage, heal):
    recovery = {"actions": [{"name": "REBUILD", "params": {"image": "new_image"}}]}
    cluster = heal(3, recovery=recovery)
    node = kill(stage, 1)
    images = {one["id"]: one["image_id"] for one in stage.servers()}

    watched.check(stage)
    stage.drain()

    healed = next(one for one in stage.nodes(cluster) if one.id == node.id)
    assert (healed.status, healed.physical_id) == ("ACTIVE", node.physical_id)
    now = {one["id"]: one["image_id"] for one in stage.servers()}
    assert now[node.physical_id] != images[node.physical_id]
    assert {one for one in now if now[one] != images[one]} == {node.physical_id}


def test_params_that_make_no_sense_are_refused(stage):
    wrong = {"actions": [{"name": "REBUILD", "params": {"image": "x"}}]}

    with pytest.raises(exceptions.InvalidSpec) as refusal:
        watched.a_policy(stage, recovery=wrong)

    message = "The specified image 'x' could not be found."
    assert refusal.value.message == message


def test_what_is_gone_is_recreated_whatever_the_policy_says(stage, heal):
    heal(3, recovery={"actions": [{"name": "REBOOT"}]})
    kill(stage, 0, "vanish_server")

    (action,) = watched.check(stage)

    assert action.inputs["operation"] == "RECREATE"
    stage.drain()
    assert {node.status for node in stage.nodes()} == {"ACTIVE"}


def test_fencing_deletes_by_force(stage, heal):
    recovery = {"actions": [{"name": "RECREATE"}], "fencing": ["COMPUTE"]}
    heal(3, recovery=recovery)
    kill(stage, 0)

    (action,) = watched.check(stage)

    assert action.inputs["operation_params"] == {"fence_compute": True}


def test_who_recovered_meanwhile_is_not_touched(stage, heal):
    heal()
    node = kill(stage, 0)
    assert len(watched.check(stage)) == 1

    stage.driver.cloud(account(stage)).compute.act(
        node.physical_id, "reboot", {"type": "HARD"}
    )
    stage.advance(5)
    stage.drain()

    assert stage.nodes()[0].physical_id == node.physical_id


def account(stage):
    return base.Account(user=stage.ctx.user_id, project=stage.ctx.project_id)


def test_events_tell_what_was_seen_and_done_once(stage, heal):
    heal()
    node = kill(stage, 0)
    watched.check(stage)
    watched.check(stage, after_s=61)

    seen, done = watched.told(stage)
    assert seen == f"Server {node.physical_id} is ERROR: The server died."
    assert "recovery RECREATE was requested" in done


def test_too_many_bad_nodes_are_not_repaired_and_that_is_told_once(stage, heal):
    heal(5)
    for index in range(3):
        kill(stage, index)

    for after_s in (0, 61, 61):
        assert watched.check(stage, after_s=after_s) == []

    halts = [text for text in watched.told(stage) if "Nothing is repaired" in text]
    assert halts == [
        "Nothing is repaired. 3 of 5 nodes look bad or are being repaired, and no "
        "more than 2 may be (40 %)."
    ]


def test_repairs_go_on_when_enough_nodes_are_well_again(stage, heal):
    heal(5)
    for index in range(3):
        kill(stage, index)
    assert watched.check(stage) == []
    hard = {"type": "HARD"}
    compute = stage.driver.cloud(account(stage)).compute
    compute.act(stage.nodes()[0].physical_id, "reboot", hard)

    assert len(watched.check(stage, after_s=61)) == 2
    assert any("stands in the way" in text for text in watched.told(stage))


def test_a_policy_may_have_its_own_limits(stage, heal):
    recovery = {"max_unhealthy_percent": 100, "max_repairs_in_flight": 2}
    heal(4, recovery=recovery, version="1.3")
    for index in range(4):
        kill(stage, index)

    assert len(watched.check(stage)) == 2
    stage.drain()
    assert len(watched.check(stage, after_s=61)) == 2
    stage.drain()
    assert {node.status for node in stage.nodes()} == {"ACTIVE"}


def test_nothing_is_repaired_while_the_cloud_errs(stage, heal):
    heal()
    kill(stage, 0)
    rule = stage.controls.add_fault(BUSY)

    assert watched.check(stage) == []
    assert watched.check(stage, after_s=61) == []

    (told,) = watched.told(stage)
    assert told == "Nothing is repaired. The cloud can't be asked: 503"
    stage.controls.remove_fault(rule["id"])
    assert len(watched.check(stage, after_s=61)) == 1


def test_a_late_check_leaves_the_decision_to_the_next(stage, heal):
    heal()
    watched.check(stage)
    kill(stage, 0)

    assert watched.check(stage, after_s=3600) == []
    assert "too late" in watched.told(stage)[-1]
    assert len(watched.check(stage, after_s=16)) == 1


def test_checks_rest_while_the_cluster_shrinks_and_come_back(stage, heal):
    cluster = heal()
    kill(stage, 2)
    asked = {"count": 1}
    cluster_actions.ask(stage.deps, stage.ctx, cluster, "scale_in", asked)

    assert watched.check(stage) == []
    assert watched.told(stage) == []
    stage.drain()
    watched.check(stage, after_s=6)

    (row,) = watched.checks(stage)
    assert row.pace == watched.INTERVAL_S


def test_a_cluster_at_work_otherwise_is_looked_at_but_not_repaired(stage, heal):
    cluster = heal()
    kill(stage, 0)
    cluster_actions.ask(stage.deps, stage.ctx, cluster, "scale_out", {"count": 1})

    assert watched.check(stage) == []
    stage.drain()
    assert len(watched.check(stage, after_s=61)) == 1


@pytest.mark.parametrize("enabled", [True, False])
def test_only_an_enabled_binding_is_checked(stage, enabled):
    policy = watched.a_policy(stage)
    cluster = watched.a_cluster(stage, 1, None)

    watched.attach(stage, cluster, policy, enabled=enabled)

    assert len(watched.checks(stage)) == enabled
    watched.attach(stage, cluster, policy, name="policy_update", enabled=not enabled)
    assert len(watched.checks(stage)) == (not enabled)
    watched.attach(stage, cluster, policy, name="policy_detach")
    assert watched.checks(stage) == []


def test_checks_go_with_their_cluster(stage, heal):
    cluster = heal(1)
    clusters.delete(stage.deps, stage.ctx, cluster, force=True)
    stage.drain()

    assert watched.checks(stage) == []
    assert watched.check(stage) == []


def test_a_failing_hypervisor_is_seen(stage, heal):
    recovery = {"max_unhealthy_percent": 100}
    heal(3, watched.HYPERVISOR, recovery=recovery, version="1.3")
    host = stage.controls.servers()[0]["host"]
    stage.controls.set_host(host, {"state": "down", "effect": "unreachable"})

    found = watched.check(stage)

    there = [one for one in stage.controls.servers() if one["host"] == host]
    assert {row.target for row in found} == {one["node_mark"] for one in there}
    assert not any("check" in row.inputs for row in found)


def test_what_is_told_by_the_cloud_is_repaired_soon(stage, heal):
    heal(3, watched.EVENTS)
    watched.check(stage)
    node = kill(stage, 0, "stop_server")

    (action,) = watched.check(stage, after_s=6)

    assert action.target == node.id
    stage.drain()
    for _ in range(3):
        assert watched.check(stage, after_s=61) == []
    assert len(watched.all_recoveries(stage)) == 1


def test_what_came_back_before_it_was_looked_at_is_left_alone(stage, heal):
    heal(3, watched.EVENTS)
    watched.check(stage)
    node = kill(stage, 0, "stop_server")
    compute = stage.driver.cloud(account(stage)).compute
    compute.act(node.physical_id, "start", {})

    assert watched.check(stage, after_s=6) == []
    assert "suspects" not in watched.checks(stage)[0].seen


def test_a_suspect_is_remembered_while_the_breaker_holds(stage, heal):
    heal(3, watched.EVENTS)
    watched.check(stage)
    kill(stage, 0, "stop_server")
    kill(stage, 1, "stop_server")

    for _ in range(4):
        assert watched.check(stage, after_s=6) == []
    compute = stage.driver.cloud(account(stage)).compute
    compute.act(stage.nodes()[0].physical_id, "start", {})

    assert len(watched.check(stage, after_s=6)) == 1


def test_a_cluster_that_can_not_be_read_does_not_keep_others_waiting(stage, heal):
    heal(1)
    other = watched.a_cluster(stage, 1, None, "other")
    profile = stage.cluster(other).profile_id
    policy = stage.rows(models.Policy)[0].id
    stage.advance(watched.LATER_S)
    watched.attach(stage, other, policy)
    broken = sa.update(models.Profile).where(models.Profile.id == profile)
    stage.deps.db.transact(lambda one: one.execute(broken.values(sealed_spec="?")))
    stage.engine = stage.new_engine()
    watched.check(stage, after_s=61)
    for node in stage.nodes():
        stage.controls.kill_server(node.physical_id)

    (action,) = watched.check(stage, after_s=61)

    assert action.cluster_id != other
