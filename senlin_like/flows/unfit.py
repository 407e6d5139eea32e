"""The flow of an action that can't be carried out: it says why, and ends."""

from collections.abc import Mapping
from typing import Any

from senlin_like.db.progress import Save
from senlin_like.domain.actions import CLUSTER_KINDS
from senlin_like.flows import letting_go
from senlin_like.flows.outcomes import Outcome, Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Ending, Plan, Step

VERSION = 1
#: Longest reason, in characters.
LONGEST = 1000


class Refuse(Step):
    """Fail for a reason that was known before the first step."""

    def __init__(self, run: Run, reason: str) -> None:
        super().__init__(run)
        self.reason = reason

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Give the reason."""
        raise Refused(self.reason)


def plan(run: Run, reason: str) -> Plan:
    """Change nothing; leave an event.

    The reason may repeat what somebody has sent: what no database takes is cut.
    """
    told = reason.encode(errors="replace").decode().replace("\0", "")[:LONGEST]
    return Plan(version=VERSION, steps=(Refuse(run, told),), close=_close)


def _close(run: Run, how: Ending) -> Save:
    if run.facts.kind in CLUSTER_KINDS:
        # A release that took its inputs may have begun it.
        return letting_go.ending(run, how.reason)
    return lambda _session: None
