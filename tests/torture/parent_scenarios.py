"""Scenarios with parents that are given up while their children are at work."""

import sqlalchemy as sa

from senlin_like.db.models import Action
from tests.torture.scenarios import Act, Scenario, ask_cluster, in_the_cloud
from tests.torture.stage import Stage


def _given_up(asks: Act) -> Act:
    """Ask for something that has then lost its engines too often."""

    def act(stage: Stage) -> None:
        action_id = asks(stage)
        stage.run_until(lambda: in_the_cloud(stage, action_id))
        often = {"attempt": stage.options.max_attempts + 1}
        lost = sa.update(Action).where(Action.id == action_id)
        ready = lost.values(status="READY", ready_at=0.0, **often)
        stage.deps.db.transact(lambda one: one.execute(ready))

    return act


SCENARIOS = (
    Scenario(
        name="cluster-scale-in-given-up",
        act=_given_up(ask_cluster("scale_in", count=2)),
    ),
    Scenario(
        name="cluster-scale-out-given-up",
        act=_given_up(ask_cluster("scale_out", count=2)),
    ),
)
