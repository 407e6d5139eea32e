"""What a lost engine makes too late for a policy is removed, and nothing else."""

import pytest

from senlin_like.db import policy_strays
from senlin_like.db.models import Action, Binding
from senlin_like.db.work_models import BindingWatch
from senlin_like.drivers.balancing import LoadBalancerRequest
from senlin_like.drivers.base import Account
from senlin_like.operations import cluster_actions, clusters
from tests.functional.engine.balanced import POOL, Site


@pytest.fixture
def site(stage):
    return Site(stage)


def cloud_of(stage, project="red"):
    return stage.driver.inner.cloud(Account(user="alice", project=project))


def a_load_balancer(stage, mark, project="red"):
    cloud = cloud_of(stage, project)
    subnet = cloud.network.find_subnet("private-subnet")
    request = LoadBalancerRequest(name="late", mark=mark, subnet_id=subnet)
    made = cloud.load_balancing.create_load_balancer(request)
    stage.advance(5.0)
    return made.id


def watch(stage):
    """Watch what was attached last as if its engine had been lost."""
    asked = stage.rows(Action, Action.kind == "CLUSTER_ATTACH_POLICY")
    last = max(asked, key=lambda row: row.created_at)
    seconds = stage.options.stray_watch_s
    stage.deps.db.transact(lambda one: policy_strays.remember(one, [last.id], seconds))


def there(stage, site):
    stage.advance(5.0)
    return {row.id for row in site.balancers()}


def test_only_the_second_one_goes(stage, site):
    early = a_load_balancer(stage, "stranger")
    site.make(2).balance()
    (binding,) = stage.rows(Binding)
    kept = stage.deps.db.vault.unseal(binding.sealed_data)["loadbalancer"]
    others = {
        a_load_balancer(stage, "stranger"),
        a_load_balancer(stage, None),
        a_load_balancer(stage, binding.id, project="blue"),
    }
    second = a_load_balancer(stage, binding.id)
    watch(stage)

    removed = stage.sweep()

    assert removed == 1
    assert there(stage, site) == {early, kept, *others}
    assert second not in there(stage, site)
    assert site.is_right()


def test_what_is_older_than_the_action_stays(stage, site):
    site.make(1).balance()
    (binding,) = stage.rows(Binding)
    second = a_load_balancer(stage, binding.id)
    watch(stage)
    late = stage.clock() + 120.0
    change = BindingWatch.__table__.update().values(since=late)
    stage.deps.db.transact(lambda one: one.execute(change))

    assert stage.sweep() == 0
    assert second in there(stage, site)


def test_one_that_is_being_built_goes_when_it_is_built(stage, site):
    site.make(1).balance()
    (binding,) = stage.rows(Binding)
    stage.controls.put_settings({"load_balancer_seconds": 25.0})
    watch(stage)
    stage.advance(6.0)
    cloud = cloud_of(stage)
    subnet = cloud.network.find_subnet("private-subnet")
    cloud.load_balancing.create_load_balancer(
        LoadBalancerRequest(name="late", mark=binding.id, subnet_id=subnet)
    )
    assert stage.engine.sweep() == 0

    removed = stage.sweep()

    assert (removed, len(site.balancers())) == (1, 1)


def test_what_is_left_half_attached_is_left_alone(stage, site):
    site.make(1)
    policy = stage.a_policy("lb", "loadbalance", pool=POOL, vip=POOL)
    method = "load_balancing.delete_load_balancer"
    for fault in ("load_balancing.put_members", method):
        stage.controls.add_fault({"effect": "error", "method": fault})
    failed = site.ask("policy_attach", policy_id=policy)
    assert (failed.status, len(site.balancers())) == ("FAILED", 1)
    stage.controls.clear_faults()
    (binding,) = stage.rows(Binding)
    a_load_balancer(stage, binding.id)

    assert stage.sweep() == 0
    assert len(site.balancers()) == 2

    # Who attaches it again takes one of them and removes the other.
    assert site.ask("policy_attach", policy_id=policy).status == "SUCCEEDED"
    assert (len(site.balancers()), site.is_right()) == (1, True)


def test_nothing_goes_while_the_cluster_is_worked_on(stage, site):
    policy = site.make(1).balance()
    (binding,) = stage.rows(Binding)
    a_load_balancer(stage, binding.id)
    watch(stage)
    cluster_actions.ask(
        stage.deps,
        stage.ctx,
        site.cluster_id,
        "policy_update",
        {"policy_id": policy, "enabled": False},
    )
    stage.advance(6.0)

    assert stage.engine.sweep() == 0
    stage.drain()
    assert stage.sweep() == 1


@pytest.mark.parametrize("is_forced", [True, False])
def test_an_attachment_taken_from_its_engine_is_watched(stage, site, is_forced):
    site.make(1)
    policy = stage.a_policy("lb", "loadbalance", pool=POOL, vip=POOL)
    asked = {"policy_id": policy}
    cluster_actions.ask(stage.deps, stage.ctx, site.cluster_id, "policy_attach", asked)
    made = []

    def elsewhere(label):
        if "call load_balancing.create_load_balancer" not in label or made:
            return False
        made.append(label)
        paused = stage.engine
        if not is_forced:
            stage.expire(paused.id)
        stage.engine = stage.new_engine()
        clusters.delete(stage.deps, stage.ctx, site.cluster_id, force=True)
        stage.drain()
        stage.engine = paused
        return False

    stage.moments.dice = elsewhere
    stage.moments.is_watching = True
    stage.drain()
    stage.moments.is_watching = False
    assert (len(made), stage.rows(Binding), len(site.balancers())) == (1, [], 1)

    assert stage.sweep() == 1
    assert site.balancers() == []


def test_a_watch_ends(stage, site):
    site.make(1).balance()
    watch(stage)
    watch(stage)
    assert len(stage.rows(BindingWatch)) == 1

    stage.advance(stage.options.stray_watch_s + 1)
    stage.engine.sweep()

    assert stage.rows(BindingWatch) == []
    assert (len(site.balancers()), site.is_right()) == (1, True)


def test_a_watch_waits_for_a_cloud_that_cannot_be_asked_but_not_for_ever(stage, site):
    site.make(1).balance()
    watch(stage)
    stage.controls.add_fault({"effect": "busy", "method": "load_balancing.find_marked"})
    stage.advance(stage.options.stray_watch_s + 1)
    stage.engine.sweep()
    assert len(stage.rows(BindingWatch)) == 1

    stage.advance(3700.0)
    stage.engine.sweep()
    assert stage.rows(BindingWatch) == []


def test_policies_that_make_nothing_are_not_asked_about(stage, site):
    site.make(1).attach("del", "deletion")
    watch(stage)
    stage.controls.reset_counters()

    assert stage.sweep() == 0
    assert stage.controls.counters() == {}


def test_only_the_second_server_group_goes(stage, site):
    site.make(1).attach("apart", "affinity")
    (binding,) = stage.rows(Binding)
    compute = cloud_of(stage).compute
    kept = stage.deps.db.vault.unseal(binding.sealed_data)["servergroup_id"]
    name = f"server_group_{binding.id}"
    second = compute.create_server_group(name, ["anti-affinity"])
    other = compute.create_server_group("server_group_other", ["anti-affinity"])
    watch(stage)

    assert stage.sweep() == 1
    assert [one.id for one in compute.list_server_groups(name)] == [kept]
    assert compute.list_server_groups("server_group_other") == [other]
    assert second.id != kept


def test_a_second_group_of_a_name_that_anybody_may_use_stays(stage, site):
    site.make(1).attach("mine", "affinity", servergroup={"name": "mine"})
    compute = cloud_of(stage).compute
    compute.create_server_group("mine", ["anti-affinity"])
    watch(stage)

    assert stage.sweep() == 0
    assert len(compute.list_server_groups("mine")) == 2
