"""What scaling and deletion policies decide, carried out on the simulated cloud."""

import pytest

from senlin_like import exceptions
from senlin_like.db.models import Binding
from senlin_like.operations import cluster_actions, nodes
from tests.torture import checks


def scaling(event, **adjustment):
    return {"event": f"CLUSTER_SCALE_{event}", "adjustment": adjustment}


# -- scaling ----------------------------------------------------------------


def test_scaling_goes_as_far_as_it_may(stage, make, ask, attach):
    """As in Senlin's own functional tests."""
    cluster = make(1, high=5)
    attach("out", "scaling", **scaling("OUT", number=2, best_effort=True))
    attach(
        "in",
        "scaling",
        **scaling("IN", type="CHANGE_IN_PERCENTAGE", number=50, min_step=2),
    )

    steps = [("out", {}), ("out", {"count": 1}), ("out", {"count": 2})]
    steps += [("in", {}), ("in", {})]
    sizes = []
    for way, given in steps:
        assert ask(f"scale_{way}", **given).status == "SUCCEEDED"
        sizes.append(len(stage.nodes()))
    refused = ask("scale_in", count=2)

    assert sizes == [3, 4, 5, 3, 1]
    assert refused.status == "FAILED"
    assert refused.status_reason == (
        "Policy check failure: Failed policy 'in': The target capacity (-1) is less "
        "than the cluster's min_size (0)."
    )
    assert refused.data["status"] == "ERROR"
    assert stage.cluster(cluster).desired_capacity == 1


def test_what_was_cut_is_told_to_the_owner(stage, make, ask, attach):
    make(2, high=3)
    attach("out", "scaling", **scaling("OUT", number=5, best_effort=True))

    action = ask("scale_out")

    assert action.data["creation"] == {"count": 1}
    assert action.data["policies"] == [
        {
            "policy": "out",
            "reasons": ["1 of 5 nodes more: the cluster's limits are reached."],
        }
    ]


def test_no_room_at_all_is_a_success_without_effect(stage, make, ask, attach):
    make(2, high=2)
    attach("out", "scaling", **scaling("OUT", best_effort=True))

    assert ask("scale_out").status == "SUCCEEDED"
    assert len(stage.nodes()) == 2


def test_without_policies_a_request_is_as_it_was(stage, make, ask):
    make(2, high=2)

    assert ask("scale_out").status_reason == (
        "The target capacity (3) is greater than the cluster's max_size (2)."
    )


@pytest.mark.parametrize("numbers", [(1, 3), (3, 1)])
@pytest.mark.parametrize(("way", "left"), [("in", 4), ("out", 8)])
def test_of_two_policies_the_one_counts_that_leaves_more(
    stage, make, ask, attach, way, left, numbers
):
    make(5, high=9)
    for number in numbers:
        attach(f"by-{number}", "scaling", **scaling(way.upper(), number=number))

    assert ask(f"scale_{way}").status == "SUCCEEDED"

    assert len(stage.nodes()) == left


def test_a_disabled_policy_is_not_asked(stage, make, ask, attach):
    make(2)
    policy = attach("out", "scaling", **scaling("OUT", number=3))
    ask("policy_update", policy_id=policy, enabled=False)

    assert ask("scale_out").status == "SUCCEEDED"
    assert len(stage.nodes()) == 3


def test_a_cooldown_refuses_the_request_until_it_is_over(stage, make, ask, attach):
    cluster = make(1)
    policy = attach("out", "scaling", **scaling("OUT", cooldown=60))
    attach("in", "scaling", **scaling("IN"))
    ask("scale_out")

    with pytest.raises(exceptions.ActionCooldown) as refusal:
        ask("scale_out")

    assert refusal.value.message == (
        f"The CLUSTER_SCALE_OUT action for cluster {cluster} cannot be processed due "
        f"to Policy {policy} cooldown still in progress"
    )
    # A scaling of either sort begins the rest anew, but only the other is held up.
    assert ask("scale_in").status == "SUCCEEDED"
    with pytest.raises(exceptions.ActionCooldown):
        ask("scale_out")
    stage.advance(61)
    assert ask("scale_out").status == "SUCCEEDED"
    assert all(row.last_op is not None for row in stage.rows(Binding))


def test_a_cooldown_is_looked_at_again_when_the_action_begins(stage, make, attach):
    make(1)
    policy = attach("out", "scaling", **scaling("OUT", cooldown=60))
    action = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_out", {})
    (row,) = stage.rows(Binding)
    stage.deps.db.transact(
        lambda one: one.execute(
            Binding.__table__.update().values(last_op=stage.clock.aware())
        )
    )
    assert row.policy_id == policy

    stage.drain()

    assert stage.action(action).status_reason == (
        f"Policy check failure: Failed policy 'out': Policy {policy} cooldown is "
        "still in progress."
    )
    assert len(stage.nodes()) == 1


def test_a_refused_scaling_begins_no_rest(stage, make, ask, attach):
    make(1, high=1)
    attach("out", "scaling", **scaling("OUT", cooldown=60))

    assert ask("scale_out").status == "FAILED"
    assert stage.rows(Binding)[0].last_op is None


def test_a_scaling_that_fails_begins_the_rest_too(stage, make, ask, attach):
    make(1)
    attach("out", "scaling", **scaling("OUT", cooldown=60))
    stage.controls.add_fault({"effect": "error", "method": "compute.create_server"})

    assert ask("scale_out").status == "FAILED"
    assert stage.rows(Binding)[0].last_op is not None


# -- deletion ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("criteria", "left"),
    [("OLDEST_FIRST", {3, 4}), ("YOUNGEST_FIRST", {1, 2})],
)
def test_nodes_go_by_the_criterion(stage, make, ask, attach, criteria, left):
    make(2)
    stage.advance(5)
    ask("scale_out", count=2)
    attach("del", "deletion", criteria=criteria)

    action = ask("scale_in", count=2)

    assert {node._mapping["index"] for node in stage.nodes()} == left
    assert len(action.data["deletion"]["candidates"]) == 2
    assert set(action.data["deletion"]["reasons"].values()) == {criteria}
    assert checks.problems(stage.deps.db, stage.driver.world) == []


@pytest.mark.parametrize("way", ["scale_in", "resize", "del_nodes"])
def test_nodes_may_be_set_free_instead(stage, make, ask, attach, way):
    cluster = make(3)
    attach("del", "deletion", destroy_after_deletion=False)
    first = stage.nodes(cluster)[0].id
    given = {
        "scale_in": {"count": 1},
        "resize": {"adjustment_type": "EXACT_CAPACITY", "number": 2},
        "del_nodes": {"nodes": [first], "destroy_after_deletion": True},
    }[way]

    assert ask(way, **given).status == "SUCCEEDED"

    assert len(stage.nodes(cluster)) == 2
    assert len(stage.nodes("")) == 1
    assert len([one for one in stage.servers() if one["status"] == "ACTIVE"]) == 3


def test_the_policy_destroys_what_a_request_would_set_free(stage, make, ask, attach):
    cluster = make(2)
    attach("del", "deletion")

    ask("del_nodes", nodes=[stage.nodes(cluster)[0].id])

    assert len(stage.nodes()) == 1


@pytest.mark.parametrize("way", ["scale_in", "resize", "del_nodes", "node"])
def test_as_many_may_stay_wanted(stage, make, ask, attach, way):
    cluster = make(3)
    attach("del", "deletion", reduce_desired_capacity=False)
    first = stage.nodes(cluster)[0].id

    if way == "node":
        nodes.delete(stage.deps, stage.ctx, first, force=False)
        stage.drain()
    elif way == "del_nodes":
        ask(way, nodes=[first])
    elif way == "resize":
        ask(way, adjustment_type="EXACT_CAPACITY", number=2)
    else:
        ask(way, count=1)

    row = stage.cluster(cluster)
    assert len(stage.nodes(cluster)) == 2
    assert (row.desired_capacity, row.status) == (3, "WARNING")


@pytest.mark.parametrize("way", ["cluster", "node"])
def test_a_grace_period_passes_without_a_thread(stage, make, ask, attach, way):
    cluster = make(2)
    attach("del", "deletion", grace_period=100)
    first = stage.nodes(cluster)[0].id
    if way == "node":
        action = nodes.delete(stage.deps, stage.ctx, first, force=False)
    else:
        params = {"count": 1}
        action = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", params)
    stage.run_until(lambda: stage.action(action).status == "WAITING")

    assert "grace period" in stage.action(action).status_reason
    assert len(stage.servers()) == 2
    stage.advance(98)
    while stage.step():
        pass
    assert stage.action(action).status == "WAITING"
    assert len(stage.nodes()) == 2

    stage.drain()

    assert stage.action(action).status == "SUCCEEDED"
    assert len(stage.nodes()) == 1


def test_a_scaling_without_effect_keeps_what_is_wanted(stage, make, ask, attach):
    cluster = make(3, low=1, high=5)
    attach("in", "scaling", **scaling("IN", number=2, best_effort=True))
    attach("del", "deletion", reduce_desired_capacity=False)

    ended = [ask("scale_in"), ask("scale_in")]

    assert [one.status for one in ended] == ["SUCCEEDED", "SUCCEEDED"]
    row = stage.cluster(cluster)
    assert (len(stage.nodes()), row.desired_capacity, row.status) == (1, 3, "WARNING")
