"""Server groups: found or made with an affinity policy, used, and removed with it."""

import pytest

from senlin_like import exceptions
from senlin_like.db.models import Binding
from senlin_like.domain import binding_data
from senlin_like.drivers.base import Account
from senlin_like.operations import clusters, nodes


@pytest.fixture
def compute(stage):
    return stage.driver.inner.cloud(Account(user="alice", project="red")).compute


@pytest.fixture
def data(stage):
    def unsealed():
        (row,) = stage.rows(Binding)
        return binding_data.of_type(stage.deps.db.vault.unseal(row.sealed_data))

    return unsealed


def is_there(compute, group):
    try:
        return bool(compute.find_server_group(group))
    except exceptions.CloudNotFound:
        return False


def test_a_group_is_made_used_and_removed(stage, make, ask, attach, compute, data):
    cluster = make(0)
    policy = attach("a", "affinity", servergroup={"policies": "soft-anti-affinity"})
    group = data()["servergroup_id"]
    assert compute.find_server_group(group).policies == ("soft-anti-affinity",)

    action = ask("scale_out", count=2)
    profile = stage.cluster(cluster).profile_id
    body = {"name": "n", "profile_id": profile, "cluster_id": cluster}
    nodes.create(stage.deps, stage.ctx, body)
    stage.drain()

    placed = [node.data["placement"]["servergroup"] for node in stage.nodes()]
    assert placed == [group] * 3
    assert action.data["placement"]["count"] == 2
    known = {node.physical_id for node in stage.nodes()}
    assert set(compute.find_server_group(group).server_ids) == known

    assert ask("policy_detach", policy_id=policy).status == "SUCCEEDED"
    assert not is_there(compute, group)


def test_a_group_that_is_there_is_used_and_stays(make, ask, attach, compute, data):
    make(0)
    group = compute.create_server_group("mine", ["soft-affinity"]).id
    wanted = {"name": "mine", "policies": "soft-affinity"}
    policy = attach("a", "affinity", servergroup=wanted)

    assert data() == {"servergroup_id": group, "inherited_group": True}
    ask("policy_detach", policy_id=policy)

    assert is_there(compute, group)


def test_another_rule_is_refused(stage, make, ask, compute):
    make(0)
    compute.create_server_group("mine", ["affinity"])
    policy = stage.a_policy("a", "affinity", servergroup={"name": "mine"})

    refused = ask("policy_attach", policy_id=policy)

    assert (refused.status, stage.rows(Binding)) == ("FAILED", [])
    assert refused.status_reason == (
        "Server group 'mine' has the policy 'affinity', not 'anti-affinity'."
    )


def test_what_is_asked_for_twice_is_made_once(stage, make, attach, compute, data):
    make(0)
    fault = {"effect": "done_but_timeout", "method": "compute.create_server_group"}
    stage.controls.add_fault(fault | {"count": 1})

    attach("a", "affinity", servergroup={"name": "mine"})

    assert data()["inherited_group"] is False
    compute.delete_server_group(data()["servergroup_id"])
    assert not is_there(compute, "mine")


def test_hosts_with_a_scheduler_of_their_own_are_not_known(stage, make, ask):
    make(0)
    policy = stage.a_policy("a", "affinity", enable_drs_extension=True)

    assert (
        "enable_drs_extension" in ask("policy_attach", policy_id=policy).status_reason
    )


def test_a_group_is_removed_with_its_cluster(stage, make, attach, compute, data):
    cluster = make(1)
    attach("a", "affinity")
    group = data()["servergroup_id"]

    clusters.delete(stage.deps, stage.ctx, cluster, force=True)
    stage.drain()

    assert stage.cluster(cluster) is None
    assert not is_there(compute, group)
