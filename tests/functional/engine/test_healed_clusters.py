"""A cluster says that it is well when the last of its nodes is."""

import pytest

from senlin_like.db.models import Cluster
from senlin_like.drivers import base
from senlin_like.operations import node_actions
from tests.torture import watched

AWAY = {"effect": "error", "method": "compute.*", "message": "503"}


@pytest.fixture
def troubled(stage, make):
    """Make a cluster one of whose nodes couldn't be recovered."""

    def begin(size=3, bad=1, **sizes):
        cluster = make(size, **sizes)
        broken = stage.nodes(cluster)[:bad]
        rule = stage.controls.add_fault(AWAY)
        for node in broken:
            stage.controls.kill_server(node.physical_id)
            ask(stage, node)
        stage.controls.remove_fault(rule["id"])
        assert stage.cluster(cluster).status == "WARNING"
        return cluster, broken

    return begin


def ask(stage, node, name="recover", **params):
    if name == "recover":
        params = {"operation": "RECREATE", **params}
    action = node_actions.ask(stage.deps, stage.ctx, node.id, name, params)
    stage.drain()
    return stage.action(action)


def put(stage, cluster, **values):
    def work(session):
        row = session.get(Cluster, cluster)
        for name, value in values.items():
            setattr(row, name, value)

    stage.deps.db.transact(work)


def standing(stage, cluster):
    row = stage.cluster(cluster)
    return row.status, row.status_reason


def test_a_cluster_that_heals_itself_is_active(stage):
    cluster = watched.a_cluster(stage, 10, watched.a_policy(stage))
    stage.controls.kill_server(stage.nodes()[0].physical_id)
    watched.check(stage)
    rule = stage.controls.add_fault(AWAY)
    stage.drain()
    assert stage.nodes()[0].status == "ERROR"
    assert "Failed in recovering node" in stage.cluster(cluster).status_reason
    assert stage.cluster(cluster).status == "WARNING"

    stage.controls.remove_fault(rule["id"])
    watched.check(stage, after_s=61)
    stage.drain()

    assert {node.status for node in stage.nodes(cluster)} == {"ACTIVE"}
    assert standing(stage, cluster) == (
        "ACTIVE",
        "NODE_RECOVER: number of active nodes is equal or above desired_capacity (10).",
    )


def test_a_recovery_that_is_asked_for_heals_the_cluster(stage, troubled):
    cluster, (node,) = troubled()

    assert ask(stage, node).status == "SUCCEEDED"

    assert stage.cluster(cluster).status == "ACTIVE"


def test_a_check_that_finds_the_node_well_heals_the_cluster(stage, make):
    cluster = make(3)
    node = stage.nodes(cluster)[0]
    stage.controls.kill_server(node.physical_id)
    ask(stage, node, "check")
    assert stage.cluster(cluster).status == "WARNING"
    account = base.Account(user=stage.ctx.user_id, project=stage.ctx.project_id)
    compute = stage.driver.cloud(account).compute
    compute.act(node.physical_id, "reboot", {"type": "HARD"})
    stage.advance(30)

    assert ask(stage, node, "check").status == "SUCCEEDED"

    assert stage.cluster(cluster).status == "ACTIVE"
    assert stage.cluster(cluster).status_reason.startswith("NODE_CHECK: ")


def test_the_last_of_two_heals_the_cluster(stage, troubled):
    cluster, (first, second) = troubled(bad=2)

    ask(stage, first)
    assert standing(stage, cluster) == (
        "WARNING",
        "NODE_RECOVER: number of active nodes is below desired_capacity (3).",
    )
    ask(stage, second)

    assert stage.cluster(cluster).status == "ACTIVE"


def test_a_recovery_makes_no_cluster_worse(stage, troubled):
    cluster, (first, second) = troubled(bad=2, low=3)
    before = standing(stage, cluster)

    ask(stage, first)

    assert standing(stage, cluster) == before
    ask(stage, second)
    assert stage.cluster(cluster).status == "ACTIVE"


def test_a_cluster_in_error_is_healed_too(stage, troubled):
    cluster, (node,) = troubled()
    put(stage, cluster, status="ERROR")

    ask(stage, node)

    assert stage.cluster(cluster).status == "ACTIVE"


@pytest.mark.parametrize("status", ["RESIZING", "UPDATING", "DELETING", "RECOVERING"])
def test_a_cluster_at_work_is_left_alone(stage, troubled, status):
    cluster, (node,) = troubled()
    put(stage, cluster, status=status, status_reason="at work")

    assert ask(stage, node).status == "SUCCEEDED"

    assert standing(stage, cluster) == (status, "at work")


def test_a_check_that_finds_the_node_unwell_tells_of_it(stage, troubled):
    cluster, (node,) = troubled(bad=1)

    assert ask(stage, node, "check").status == "SUCCEEDED"

    status, reason = standing(stage, cluster)
    assert status == "WARNING"
    assert reason.startswith(f"Node {node.name}: Check: ")
