"""A step that lets time pass: parked, it holds no thread."""

from collections.abc import Callable, Mapping
from typing import Any

from senlin_like.flows.outcomes import Done, Outcome, Park
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Step


class Pause(Step):
    """Wait for as many seconds as ``seconds`` tells, none at all if it is 0.

    What it tells must not change once the action has begun.
    """

    def __init__(
        self, run: Run, seconds: Callable[[], int], reason: str, name: str = "Pause"
    ) -> None:
        super().__init__(run, name)
        self.seconds = seconds
        self.reason = reason

    def execute(self) -> None:
        """Do the step if there is anything to wait for."""
        if self.seconds() > 0:
            super().execute()

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Wait for what is left; others may have woken the action early."""
        now = self.run.deps.clock().timestamp()
        until = float(memo.get("until", now + self.seconds()))
        return wait_until(self.run, until, self.reason, {}) or Done()


def wait_until(
    run: Run, until: float, reason: str, memo: Mapping[str, Any]
) -> Park | None:
    """Park until a time (epoch seconds) with a memo; None if it has come."""
    left = until - run.deps.clock().timestamp()
    if left <= 0:
        return None
    seconds = min(left, max(run.seconds_left(), 0.0) + 0.1)
    return Park(parking=run.pause(seconds, reason), memo={**memo, "until": until})
