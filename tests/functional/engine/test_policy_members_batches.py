"""Updates in batches put members right after each of them."""

import pytest

from senlin_like.operations import clusters
from senlin_like.simulated_cloud import tables
from tests.functional.engine.balanced import Site


@pytest.fixture
def site(stage):
    """A balanced cluster of two that is updated one node after the other."""
    made = Site(stage).make(2)
    made.balance()
    made.attach("some", "batch", max_batch_size=1, min_in_service=1, pause_time=60)
    return made


def drain_members(stage, site):
    """Let nobody be sent to any member, behind everybody's back."""
    table = tables.MEMBERS
    stage.driver.world.store.transact(
        lambda connection: connection.execute(table.update().values(weight=0))
    )
    assert not site.is_right()


def test_members_are_renewed_after_each_batch_of_an_update(stage, site):
    body = {"profile_id": stage.a_profile("new", metadata={"release": "2"})}
    drain_members(stage, site)
    asked = clusters.update(stage.deps, stage.ctx, site.cluster_id, body).action_id

    stage.run_until(lambda: "batch 2" in (stage.action(asked).status_reason or ""))

    assert site.is_right()
    drain_members(stage, site)
    stage.drain()
    assert stage.action(asked).status == "SUCCEEDED"
    assert site.is_right()
