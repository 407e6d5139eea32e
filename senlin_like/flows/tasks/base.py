"""A step: a TaskFlow task that is journaled, resumable and can be undone.

TaskFlow runs the steps that are left, in order, in memory. Forward runs hold
those that aren't in the journal as done; undo runs hold the begun ones, last
one first.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from taskflow import task
from taskflow.patterns import linear_flow

from senlin_like.db.progress import Save
from senlin_like.flows.outcomes import Done, Outcome, Park, Parked
from senlin_like.flows.run import Run


class Step(task.Task):
    """One step of a flow; subclasses say what to do, and how to undo it."""

    #: Whether a failure after the start of this step needs ``undo``.
    can_undo = False

    def __init__(self, run: Run, name: str | None = None) -> None:
        super().__init__(name=name or type(self).__name__)
        self.run = run

    def execute(self) -> None:
        """Do the step, or go on with it, and write down what came of it."""
        run = self.run
        if run.is_done(self.name):
            return
        run.current = self.name
        self.may_go_on()
        run.ties.probe(f"before:{self.name}")
        outcome = self.work(run.memo(self.name))
        run.ties.probe(f"worked:{self.name}")
        final = run.keep(self.name, outcome)
        run.ties.probe(f"kept:{self.name}")
        if isinstance(final, Park):
            raise Parked

    def may_go_on(self) -> None:
        """Look at lease, signals and deadline; a step may look otherwise."""
        self.run.may_go_on()

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Do the step; ``memo`` is what it left when it parked.

        Idempotent: a crash may cut it off at any point and start it over.
        """
        raise AssertionError(f"{self.name} does nothing")

    def has_a_way_back(self) -> bool:
        """Tell whether anything has begun that ``undo`` would take back."""
        return self.can_undo and self.run.has_begun(self.name)

    def undo(self, memo: Mapping[str, Any]) -> Outcome:
        """Take back what the step has made, found by looking, not by memory."""
        return Done()


class Undo(task.Task):
    """The way back over one step."""

    def __init__(self, step: Step) -> None:
        super().__init__(name=f"Undo{step.name}")
        self.step = step

    def execute(self) -> None:
        """Undo the step and strike it off the journal."""
        step, run = self.step, self.step.run
        run.may_go_on()
        run.ties.probe(f"before-undo:{step.name}")
        memo = run.journal.get(step.name, {}).get("undo", {})
        outcome = step.undo(memo)
        run.ties.probe(f"undid:{step.name}")
        final = run.keep(step.name, outcome, key="undo")
        run.ties.probe(f"struck:{step.name}")
        if isinstance(final, Park):
            raise Parked


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ending:
    """How an action ends."""

    status: str
    reason: str

    @property
    def is_good(self) -> bool:
        """Tell whether the action succeeded."""
        return self.status == "SUCCEEDED"


Close = Callable[[Run, Ending], Save]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """A flow: its steps and what its end writes.

    ``close`` runs inside the transaction that ends the action, whichever way
    it ends; ``version`` changes when steps get other names or meanings.
    """

    version: int
    steps: Sequence[Step]
    close: Close

    def forward(self, run: Run) -> linear_flow.Flow:
        """Return what is left to do."""
        flow = linear_flow.Flow(run.facts.kind)
        flow.add(*(step for step in self.steps if not run.is_done(step.name)))
        return flow

    def backward(self, run: Run) -> linear_flow.Flow:
        """Return what is left to undo."""
        flow = linear_flow.Flow(f"undo {run.facts.kind}")
        begun = [Undo(step) for step in reversed(self.steps) if step.has_a_way_back()]
        flow.add(*begun)
        return flow
