"""What policies decide, carried out by the engine on the simulated cloud."""

from collections import Counter

import pytest

from senlin_like import exceptions
from senlin_like.db.models import Action, Binding, Event
from senlin_like.drivers.base import Account
from senlin_like.operations import actions, cluster_actions, clusters, nodes
from tests.torture import checks


@pytest.fixture
def make(stage):
    """Make a cluster; give its id."""

    def cluster(size=2, *, low=0, high=5, **properties):
        body = {
            "name": "web",
            "profile_id": stage.a_profile(**properties),
            "desired_capacity": size,
            "min_size": low,
            "max_size": high,
        }
        record = clusters.create(stage.deps, stage.ctx, body).record
        stage.drain()
        return record["id"]

    return cluster


@pytest.fixture
def ask(stage):
    """Ask for an action on the cluster; give the action as it ended."""

    def act(name, **params):
        action_id = cluster_actions.ask(stage.deps, stage.ctx, "web", name, params)
        stage.drain()
        return stage.action(action_id)

    return act


@pytest.fixture
def attach(stage, ask):
    def bind(name, kind, **properties):
        policy = stage.a_policy(name, kind, **properties)
        ended = ask("policy_attach", policy_id=policy)
        assert ended.status == "SUCCEEDED", ended.status_reason
        return policy

    return bind


def scaling(event, **adjustment):
    return {"event": f"CLUSTER_SCALE_{event}", "adjustment": adjustment}


def zones(stage):
    return Counter(node.data["placement"]["zone"] for node in stage.nodes())


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


# -- batch ------------------------------------------------------------------


def update(stage, profile):
    accepted = clusters.update(stage.deps, stage.ctx, "web", {"profile_id": profile})
    return accepted.action_id


def test_an_update_goes_in_batches_with_pauses(stage, make, attach):
    cluster = make(5)
    attach("batch", "batch", min_in_service=3, max_batch_size=2, pause_time=50)
    action = update(stage, stage.a_profile("new", metadata={"release": "2"}))

    def most():
        rows = stage.rows(Action, Action.parent_id == action)
        return len(rows)

    counts = []
    for expected in (2, 4, 5):
        stage.run_until(lambda expected=expected: most() == expected)
        stage.run_until(
            lambda: all(
                row.end_time for row in stage.rows(Action, Action.parent_id == action)
            )
        )
        counts.append(most())
        if expected < 5:
            stage.run_until(lambda: "Pausing" in stage.action(action).status_reason)
            stage.advance(45)
            while stage.step():
                pass
            assert most() == expected
            stage.advance(6)
    stage.drain()

    assert counts == [2, 4, 5]
    ended = stage.action(action)
    assert ended.status == "SUCCEEDED", ended.status_reason
    assert ended.data["update"]["pause_time"] == 50
    assert [len(part) for part in ended.data["update"]["plan"]] == [2, 2, 1]
    assert {node.profile_id for node in stage.nodes()} == {
        stage.cluster(cluster).profile_id
    }


def test_a_failed_batch_is_the_last(stage, make, attach):
    make(3)
    attach("batch", "batch", min_in_service=2, pause_time=0)
    new = stage.a_profile("new", metadata={"release": "2"})
    stage.controls.add_fault({"effect": "error", "method": "compute.set_metadata"})

    action = update(stage, new)
    stage.drain()

    assert stage.action(action).status == "FAILED"
    assert len(stage.rows(Action, Action.parent_id == action)) == 1


def test_an_update_is_cancelled_in_its_pause(stage, make, attach):
    cluster = make(2)
    attach("batch", "batch", min_in_service=1, pause_time=500)
    action = update(stage, stage.a_profile("new", metadata={"release": "2"}))
    stage.run_until(lambda: "Pausing" in stage.action(action).status_reason)

    actions.cancel(stage.deps, stage.ctx, action, force=False)
    stage.drain()

    assert stage.action(action).status == "CANCELLED"
    assert stage.cluster(cluster).status == "ACTIVE"
    assert len(stage.rows(Action, Action.parent_id == action)) == 1


# -- placement --------------------------------------------------------------


@pytest.fixture
def cloud(stage):
    return stage.driver.inner.cloud(Account(user="alice", project="red"))


@pytest.fixture
def zone_names(cloud):
    return cloud.compute.list_zones()


@pytest.fixture
def region_names(cloud):
    return cloud.list_regions()


def test_new_nodes_are_spread_over_zones(stage, make, ask, attach, zone_names):
    first, second = zone_names[:2]
    make(0, high=9)
    attach("z", "zone_placement", zones=[{"name": first}, {"name": second}])

    action = ask("scale_out", count=3)
    ask("scale_out", count=1)

    assert zones(stage) == {first: 2, second: 2}
    assert sum(action.data["creation"]["zones"].values()) == 3
    assert len(action.data["placement"]["placements"]) == 3
    assert Counter(server["zone"] for server in stage.servers()) == zones(stage)


def test_nodes_go_where_there_are_too_many(stage, make, ask, attach, zone_names):
    first, second = zone_names[:2]
    make(4, availability_zone=first)
    attach(
        "z",
        "zone_placement",
        zones=[{"name": first, "weight": 100}, {"name": second, "weight": 300}],
    )
    ask("resize", adjustment_type="EXACT_CAPACITY", number=5)
    assert zones(stage) == {first: 4, second: 1}

    action = ask("scale_in", count=2)

    assert zones(stage) == {first: 2, second: 1}
    assert action.data["deletion"]["zones"] == {first: 2}


def test_a_zone_that_is_not_named_is_emptied_first(
    stage, make, ask, attach, zone_names
):
    first, second = zone_names[:2]
    make(2, availability_zone=first)
    attach("z", "zone_placement", zones=[{"name": second}])
    attach("d", "deletion", criteria="OLDEST_FIRST")
    ask("scale_out", count=2)

    ask("scale_in", count=2)

    assert zones(stage) == {second: 2}


def test_a_single_node_has_its_place_too(stage, make, attach, zone_names):
    second = zone_names[1]
    cluster = make(0)
    attach("z", "zone_placement", zones=[{"name": second}])
    profile = stage.cluster(cluster).profile_id
    body = {"name": "n", "profile_id": profile, "cluster_id": cluster}

    nodes.create(stage.deps, stage.ctx, body)
    stage.drain()

    assert zones(stage) == {second: 1}
    assert stage.servers()[0]["zone"] == second


def test_no_feasible_plan_fails_before_anything_is_made(
    stage, make, ask, attach, region_names
):
    make(0)
    attach("r", "region_placement", regions=[{"name": region_names[0], "cap": 1}])

    refused = ask("scale_out", count=2)

    assert refused.status == "FAILED"
    assert refused.status_reason.startswith(
        "Policy check failure: Failed policy 'r': There is no feasible plan"
    )
    assert stage.nodes() == stage.servers() == []


def test_new_nodes_are_spread_over_regions(stage, make, ask, attach, region_names):
    make(0)
    regions = [{"name": name} for name in region_names]
    attach("r", "region_placement", regions=regions)

    action = ask("scale_out", count=len(region_names))

    assert action.status == "SUCCEEDED", action.status_reason
    placed = [node.data["placement"]["region_name"] for node in stage.nodes()]
    assert sorted(placed) == sorted(region_names)


# -- together ---------------------------------------------------------------


def test_the_whole_set_works_together(stage, make, ask, attach, zone_names):
    cluster = make(2, high=8, availability_zone=zone_names[0])
    attach("out", "scaling", **scaling("OUT", number=4, best_effort=True))
    attach("in", "scaling", **scaling("IN", number=3, best_effort=True))
    attach("z", "zone_placement", zones=[{"name": name} for name in zone_names])
    attach("d", "deletion", criteria="OLDEST_FIRST", grace_period=5)
    attach("b", "batch", min_in_service=1, max_batch_size=3, pause_time=5)

    grown = ask("scale_out")
    assert len(stage.nodes(cluster)) == 6
    changes = {"availability_zone": zone_names[0], "metadata": {"release": "2"}}
    update(stage, stage.a_profile("new", **changes))
    stage.drain()
    shrunk = ask("scale_in")

    assert len(stage.nodes(cluster)) == 3
    told = [one["policy"] for one in shrunk.data["policies"]]
    assert told == ["in", "z", "d"]
    assert [one["policy"] for one in grown.data["policies"]] == ["out", "z"]
    chosen = shrunk.data["deletion"]["candidates"]
    assert len(chosen) == 3
    spread = zones(stage)
    assert max(spread.values()) - min(spread.get(name, 0) for name in zone_names) <= 1
    assert checks.problems(stage.deps.db, stage.driver.world) == []
    assert not stage.rows(Event, Event.status == "error")
