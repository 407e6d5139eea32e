"""Scenarios with images that are brought to hosts, on a ground of their own.

There is an aggregate of a few hosts, one of which is down.
"""

import pathlib

from senlin_like.db.aggregate_models import ImageTask
from senlin_like.operations import actions
from tests.torture import hosted, scenarios
from tests.torture.scenarios import Act, Scenario
from tests.torture.stage import Stage

HOSTS = 5


def make_ground(directory: pathlib.Path) -> None:
    """Make the ground of these scenarios."""
    stage = scenarios.open_stage(directory)
    stage.make_tables()
    hosts = hosted.make_hosts(stage, HOSTS)
    stage.controls.put_settings({"journal": False})
    stage.controls.set_host(hosts[-1], {"state": "down"})
    hosted.make_aggregate(stage, hosts)
    stage.close()


def _ask(stage: Stage) -> str:
    return hosted.ask(stage, hosted.ONE, hosted.OTHER)


def _fault(effect: str, **rule: object) -> Act:
    return lambda stage: hosted.fault(stage, "node-001", effect, **rule)


def _cancel(stage: Stage) -> None:
    """Cancel it when all hosts are at work."""
    action_id = _ask(stage)

    def is_asked() -> bool:
        rows = stage.rows(ImageTask)
        return all(row.status != "pending" for row in rows)

    stage.run_until(is_asked)
    actions.cancel(stage.deps, stage.ctx, action_id, force=False)


SCENARIOS = (
    Scenario(name="images-cache", act=_ask),
    Scenario(name="images-busy", act=_ask, before=_fault("busy", count=2)),
    Scenario(name="images-refused", act=_ask, before=_fault("error")),
    Scenario(name="images-unsure", act=_ask, before=_fault("done_but_timeout")),
    Scenario(name="images-cancel", act=_cancel),
)
