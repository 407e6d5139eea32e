"""A step that lets time pass: parked, it holds no thread."""

from collections.abc import Callable, Mapping
from typing import Any

from senlin_like.flows import deadlines
from senlin_like.flows.outcomes import Done, Outcome, Park
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Step

#: Where memos have kept when a pause ends.
UNTIL = "until"


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
        kept = memo or deadlines.ends_in(self.run, self.seconds(), UNTIL)
        return wait_until(self.run, kept, self.reason) or Done()


def wait_until(run: Run, memo: Mapping[str, Any], reason: str) -> Park | None:
    """Park until the time that a memo keeps, with that memo; None if it has come."""
    left = deadlines.left(run, memo, UNTIL)
    if left <= 0:
        return None
    seconds = min(left, max(run.seconds_left(), 0.0) + 0.1)
    return Park(parking=run.pause(seconds, reason), memo=memo)
