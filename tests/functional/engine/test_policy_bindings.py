"""Attaching, detaching and changing policies of clusters, by the engine."""

import pytest

from senlin_like.db import bindings
from senlin_like.db.models import Binding, Event
from senlin_like.domain import binding_data
from senlin_like.operations import cluster_actions, clusters, policies
from senlin_like.simulated_cloud import tables
from tests.torture import checks


@pytest.fixture
def web(make):
    return make()


@pytest.fixture
def act(stage, web):
    """Ask for an action on a policy of the cluster; give the action as it ended."""

    def ask(name, policy, **params):
        asked = {"policy_id": policy, **params}
        action_id = cluster_actions.ask(stage.deps, stage.ctx, web, name, asked)
        stage.drain()
        return stage.action(action_id)

    return ask


def queues(stage):
    return len(checks.cloud_rows(stage.driver.world, tables.QUEUES))


def test_a_policy_is_attached_and_detached(stage, web, act):
    policy = stage.a_policy("s", "scaling", event="CLUSTER_SCALE_IN")

    assert act("policy_attach", policy, enabled=False).status == "SUCCEEDED"

    (row,) = stage.rows(Binding)
    assert (row.cluster_id, row.policy_id) == (web, policy)
    assert (row.enabled, row.priority, row.is_attached) == (False, 100, True)
    assert stage.cluster(web).status == "ACTIVE"

    assert act("policy_detach", policy).status == "SUCCEEDED"
    assert stage.rows(Binding) == []
    told = [row.status_reason for row in stage.rows(Event, Event.status == "end")]
    assert told[-2:] == ["Policy attached.", "Policy detached."]


def test_attaching_twice_changes_nothing(stage, act):
    policy = stage.a_policy("h", "test.policy.hooked")
    act("policy_attach", policy)
    before = stage.rows(Binding), queues(stage)

    again = act("policy_attach", policy, enabled=False)

    assert again.status == "SUCCEEDED"
    assert (stage.rows(Binding), queues(stage)) == before


def test_there_is_one_policy_of_a_type_whatever_its_version(stage, act):
    first = stage.a_policy("one", "deletion")
    spec = {"type": "senlin.policy.deletion", "version": "1.1", "properties": {}}
    second = policies.create(stage.deps, stage.ctx, name="two", spec=spec)["id"]
    act("policy_attach", first)

    refused = act("policy_attach", second)

    assert (refused.status, len(stage.rows(Binding))) == ("FAILED", 1)
    assert refused.status_reason == (
        "Only one policy of type 'senlin.policy.deletion' can be attached to a "
        "cluster: policy 'one' is there already."
    )


def test_there_may_be_many_scaling_policies(stage, act):
    for name in ("a", "b"):
        policy = stage.a_policy(name, "scaling", event="CLUSTER_SCALE_IN")
        assert act("policy_attach", policy).status == "SUCCEEDED"

    assert len(stage.rows(Binding)) == 2


def test_the_profile_type_has_to_fit(stage, act, monkeypatch):
    policy = stage.a_policy("h", "test.policy.hooked")
    kind = stage.deps.policies.get("test.policy.hooked-1.0")
    monkeypatch.setattr(type(kind), "profile_types", ("os.heat.stack-1.0",))

    refused = act("policy_attach", policy)

    assert (refused.status, stage.rows(Binding)) == ("FAILED", [])
    assert refused.status_reason == (
        "Policy not applicable on profile type: os.nova.server-1.0 (applicable: "
        "os.heat.stack-1.0)."
    )


def test_a_policy_is_disabled_and_enabled(stage, act):
    policy = stage.a_policy("d", "deletion")
    act("policy_attach", policy)

    for given, expected in [({}, True), ({"enabled": False}, False), ({}, False)]:
        assert act("policy_update", policy, **given).status == "SUCCEEDED"
        assert stage.rows(Binding)[0].enabled is expected


def test_a_hook_leaves_its_marks_and_takes_them_away(stage, web, act):
    policy = stage.a_policy("h", "test.policy.hooked")

    act("policy_attach", policy)

    (row,) = stage.rows(Binding)
    data = binding_data.of_type(stage.deps.db.vault.unseal(row.sealed_data))
    assert data == {"queue": f"{row.id}-q", "is_ready": True}
    assert stage.cluster(web).data == {policy: {"queue": data["queue"]}}
    assert {node.data["mark"] for node in stage.nodes()} == {policy}
    assert queues(stage) == 1

    act("policy_detach", policy)

    assert (stage.rows(Binding), queues(stage)) == ([], 0)
    assert stage.cluster(web).data == {}
    assert all("mark" not in node.data for node in stage.nodes())


def test_a_hook_that_fails_leaves_nothing_behind(stage, act):
    policy = stage.a_policy("h", "test.policy.hooked")
    stage.controls.add_fault({"effect": "error", "method": "messaging.create_queue"})

    failed = act("policy_attach", policy)

    assert (failed.status, stage.rows(Binding), queues(stage)) == ("FAILED", [], 0)
    assert "Simulated failure" in failed.status_reason


def test_what_could_not_be_undone_is_known_and_can_be_detached(stage, web, act):
    policy = stage.a_policy("h", "test.policy.hooked")
    fail = {"effect": "error", "method": "messaging.delete_queue", "count": 1}
    stage.controls.add_fault(fail)
    stage.controls.add_fault({"effect": "error", "method": "messaging.create_queue"})

    failed = act("policy_attach", policy)

    assert failed.status == "FAILED"
    (row,) = stage.rows(Binding)
    assert row.is_attached is False
    with stage.deps.db.reader() as session:
        assert bindings.asked(session, web) == []

    assert act("policy_detach", policy).status == "SUCCEEDED"
    assert stage.rows(Binding) == []


def test_a_detach_that_fails_leaves_the_policy_attached(stage, act):
    policy = stage.a_policy("h", "test.policy.hooked")
    act("policy_attach", policy)
    stage.controls.add_fault({"effect": "error", "method": "messaging.delete_queue"})

    failed = act("policy_detach", policy)

    assert (failed.status, len(stage.rows(Binding))) == ("FAILED", 1)
    assert stage.rows(Binding)[0].is_attached


def test_a_policy_deleted_before_its_turn_is_not_attached(stage, web):
    policy = stage.a_policy("d", "deletion")
    asked = {"policy_id": policy}
    action = cluster_actions.ask(stage.deps, stage.ctx, web, "policy_attach", asked)
    policies.delete(stage.deps, stage.ctx, policy)

    stage.drain()

    assert stage.action(action).status == "FAILED"
    assert stage.action(action).status_reason == (
        f"The policy '{policy}' could not be found."
    )


def test_a_cluster_is_deleted_with_all_that_its_policies_made(stage, web, act):
    for name, kind in [("h", "test.policy.hooked"), ("d", "deletion")]:
        act("policy_attach", stage.a_policy(name, kind))

    action = clusters.delete(stage.deps, stage.ctx, web, force=True)
    stage.drain()

    assert stage.action(action).status == "SUCCEEDED"
    assert (stage.cluster(web), stage.rows(Binding), queues(stage)) == (None, [], 0)


def test_a_cluster_stays_when_a_policy_can_not_be_detached(stage, web, act):
    act("policy_attach", stage.a_policy("h", "test.policy.hooked"))
    stage.controls.add_fault({"effect": "error", "method": "messaging.delete_queue"})

    action = clusters.delete(stage.deps, stage.ctx, web, force=True)
    stage.drain()

    assert stage.action(action).status == "FAILED"
    assert len(stage.rows(Binding)) == 1
    assert stage.cluster(web).status == "ACTIVE"
    assert len(stage.nodes()) == 2
