"""The last step of flows with children: what their ends mean for the parent."""

from collections.abc import Mapping
from typing import Any

from senlin_like.flows.outcomes import Done, Outcome
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import cluster
from senlin_like.flows.tasks.base import Step
from senlin_like.flows.tasks.children import stop_if_asked


class Judge(Step):
    """Fail if children failed, or stop if that was asked for.

    ``reasons`` maps step names to what is said when children of it failed.
    """

    def __init__(self, run: Run, reasons: Mapping[str, str]) -> None:
        super().__init__(run)
        self.reasons = reasons

    def may_go_on(self) -> None:
        """Leave signals alone: the children have heard them."""
        self.run.check_lease()

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Look at the results that the journal holds."""
        stop_if_asked(self.run)
        for step, reason in self.reasons.items():
            cluster.fail_on(self.run, step, reason)
        return Done(is_last=True)
