"""Work on nodes in batches, with pauses in between.

The batches are decided once and kept in the action's data, under ``update`` or
``deletion``: ``plan`` has the ids of each batch, ``pause_time`` the seconds between
two, ``batch`` the number of the one at work, from 1. The steps that work on nodes
are done again for each batch: when they have ended, their entries are struck off
the journal, so it stays as small as for one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from senlin_like.db import node_state
from senlin_like.db.session import Session
from senlin_like.domain import plan
from senlin_like.domain.selection import Candidate
from senlin_like.flows import deadlines
from senlin_like.flows.outcomes import Decide, Done, HandedOver, Outcome, Park
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Step
from senlin_like.flows.tasks.pause import UNTIL, wait_until

UPDATE = "update"
DELETION = "deletion"
_PAUSE = "BatchPause"


def keep(
    run: Run,
    part: str,
    batches: plan.Batches,
    members: Sequence[Candidate],
    ids: Iterable[str],
) -> None:
    """Keep in the action's data which nodes are at work together."""
    portions = plan.portions(members, ids, batches.size)
    run.data[part] = {
        **run.data.get(part, {}),
        "pause_time": batches.pause_s,
        "plan": [list(portion) for portion in portions],
        "batch": 1,
    }


def now(run: Run, part: str) -> list[str] | None:
    """Return the nodes of the batch at work, None if there are no batches."""
    kept = run.data.get(part, {})
    batches = kept.get("plan")
    if batches is None:
        return None
    return list(batches[kept["batch"] - 1]) if batches else []


def is_last(run: Run, part: str) -> bool:
    """Tell whether no batch follows the one at work."""
    kept = run.data.get(part, {})
    return int(kept.get("batch", 1)) >= len(kept.get("plan") or ())


def still_there(session: Session, row: Any, ids: Sequence[str]) -> list[str]:
    """Return those nodes that still are members of a cluster."""
    known = node_state.rows_of(session, ids)
    return [one for one in ids if one in known and known[one].cluster_id == row.id]


def repeated(
    run: Run, part: str, steps: Sequence[Step], judged: Sequence[str]
) -> list[Step]:
    """Return steps that are done for each batch; ``part`` tells where these are.

    No batch follows one in which something failed in a step that ``judged`` names;
    those are the steps whose failures make the action fail.
    """
    names = [step.name for step in steps]
    return [BatchPause(run), *steps, NextBatch(run, part, names, judged)]


class BatchPause(Step):
    """Let time pass before the next batch; the one before it says until when."""

    def __init__(self, run: Run) -> None:
        super().__init__(run, _PAUSE)

    def execute(self) -> None:
        """Do the step if there was a batch before."""
        if self.run.has_begun(self.name):
            super().execute()

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Wait for what is left; others may have woken the action early."""
        return wait_until(self.run, memo, memo["reason"]) or Done()


class NextBatch(Step):
    """Begin with the next batch, if there is one."""

    def __init__(
        self, run: Run, part: str, names: Sequence[str], judged: Sequence[str]
    ) -> None:
        super().__init__(run)
        self.part = part
        self.names = names
        self.judged = judged

    def execute(self) -> None:
        """Do the step if there are batches."""
        if now(self.run, self.part) is not None:
            super().execute()

    def may_go_on(self) -> None:
        """Look at signals only if there is something left to be stopped.

        Those that have come to children at work are left to the verdict.
        """
        run = self.run
        if "stopped" not in run.data and not is_last(run, self.part):
            super().may_go_on()
            return
        run.check_lease()
        if run.ties.is_stopping():
            raise HandedOver

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Write down which batch follows, and that nothing is done of it."""
        return Decide(decide=self._decide)

    def _decide(self, _session: Session) -> Done | Park:
        run, kept = self.run, self.run.data[self.part]
        has_failed = any(run.result(name).get("failed") for name in self.judged)
        if is_last(run, self.part) or has_failed or "stopped" in run.data:
            return Done()
        following = int(kept["batch"]) + 1
        run.data[self.part] = {**kept, "batch": following}
        for name in self.names:
            run.journal.pop(name, None)
        pause_s = int(kept["pause_time"])
        reason = f"Pausing before batch {following} of {len(kept['plan'])}."
        ends = deadlines.ends_in(run, pause_s, UNTIL)
        run.journal[_PAUSE] = {"memo": {**ends, "reason": reason}}
        seconds = min(pause_s, max(run.seconds_left(), 0.0) + 0.1)
        return Park(parking=run.pause(seconds, reason))
