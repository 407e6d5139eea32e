"""Nodes that are deleted one by one leave as many as their cluster has to have."""

import pytest

from senlin_like.operations import clusters, nodes
from tests.torture import checks


@pytest.fixture
def cluster(stage):
    """A cluster of three that has to have two."""
    body = {
        "name": "web",
        "profile_id": stage.a_profile(),
        "desired_capacity": 3,
        "min_size": 2,
    }
    made = clusters.create(stage.deps, stage.ctx, body).record["id"]
    stage.drain()
    return made


def delete(stage, node):
    return nodes.delete(stage.deps, stage.ctx, node.id, force=False)


def test_deletions_at_the_same_time_keep_the_least_size(stage, cluster) -> None:
    first, second, _ = stage.nodes(cluster)

    asked = [delete(stage, first), delete(stage, second)]
    stage.drain()

    ended = sorted(stage.action(one).status for one in asked)
    assert (len(stage.nodes(cluster)), ended) == (2, ["FAILED", "SUCCEEDED"])
    row = stage.cluster(cluster)
    assert row.desired_capacity == row.min_size == 2
    assert checks.problems(stage.deps.db, stage.driver.world) == []


def test_a_deletion_that_failed_doesnt_count_any_more(stage, cluster) -> None:
    first, second, _ = stage.nodes(cluster)
    broken = {"effect": "error", "method": "compute.delete_server", "count": 1}
    stage.controls.add_fault(broken)
    failed = delete(stage, first)
    stage.drain()
    assert stage.action(failed).status == "FAILED"

    asked = delete(stage, second)
    stage.drain()

    assert stage.action(asked).status == "SUCCEEDED"
    assert len(stage.nodes(cluster)) == 2
