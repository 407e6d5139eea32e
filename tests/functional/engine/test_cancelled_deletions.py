"""A deletion of a cluster that is cancelled leaves no policy half attached."""

import pytest

from senlin_like.db.models import Binding
from senlin_like.operations import actions, clusters
from tests.functional.engine.balanced import Site


@pytest.mark.xfail(strict=True, reason="the binding stays when what it made has gone")
def test_a_policy_whose_load_balancer_has_gone_is_detached(stage) -> None:
    site = Site(stage).make(2)
    site.balance()
    asked = clusters.delete(stage.deps, stage.ctx, site.cluster_id, force=True)
    stage.run_until(lambda: not site.balancers())

    actions.cancel(stage.deps, stage.ctx, asked, force=False)
    stage.drain()

    assert stage.action(asked).status == "CANCELLED"
    bound = [row for row in stage.rows(Binding) if row.is_attached]
    assert len(bound) == len(site.balancers())
