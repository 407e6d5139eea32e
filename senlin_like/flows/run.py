"""What one action has done so far, and whether it may go on: the journal.

The journal is a JSON map on the action's row: step name → ``{"done": true,
"result": {…}}`` or ``{"memo": {…}}`` for one that is under way. Every entry is
written in one transaction with the rows that the step changes, guarded by the
lease. A run that is resumed skips what is done; what was under way starts
over with its memo and looks at what is there.
"""

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.db import progress
from senlin_like.db.progress import Hold, LeaseLost, Parking, Save
from senlin_like.db.session import Session
from senlin_like.db.statements import After
from senlin_like.domain.enums import Cause, Kind, Signal, WaitKind
from senlin_like.flows.outcomes import (
    Cancelled,
    Decide,
    Done,
    Dropped,
    HandedOver,
    Outcome,
    Park,
    Postponed,
    Suspended,
    TimedOut,
)
from senlin_like.operations.deps import Deps

#: Journal keys that aren't steps.
FAILURE = "failure"
HEEDED = "heeded"


def _no_probe(_moment: str) -> None:
    """Do nothing; tests put a crash here."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ActionFacts:
    """What doesn't change while an action runs."""

    id: str
    name: str
    kind: Kind
    target: str
    cluster_id: str
    cause: Cause
    user: str
    project: str
    domain: str | None
    parent_id: str | None
    timeout: int
    inputs: Mapping[str, Any]
    request_id: str = ""

    @property
    def is_child(self) -> bool:
        """Tell whether another action made this one."""
        return self.parent_id is not None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ties:
    """What a run needs of its engine."""

    lease_s: float
    #: Tells whether the engine is about to stop.
    is_stopping: Callable[[], bool] = lambda: False
    #: Called with ``<moment>:<step>`` around every step.
    probe: Callable[[str], None] = _no_probe
    watch_first_s: float = 0.2
    watch_longest_s: float = 5.0
    #: Called when an action is about to wait for the cloud.
    on_park: Callable[[], None] = lambda: None
    stray_watch_s: float = 900.0


class Run:
    """One action in the hands of an engine, from claim to letting go."""

    def __init__(
        self, deps: Deps, ties: Ties, row: Any, now: float, *, is_readable: bool = True
    ) -> None:
        self.deps = deps
        self.ties = ties
        self.facts = ActionFacts(
            id=row.id,
            name=row.name,
            kind=Kind(row.action),
            target=row.target,
            cluster_id=row.cluster_id,
            cause=Cause(row.cause),
            user=row.user,
            project=row.project,
            domain=row.domain,
            parent_id=row.parent_id,
            timeout=row.timeout,
            inputs=deps.db.vault.unseal_secrets(row.inputs or {})
            if is_readable
            else {},
            request_id=row.request_id,
        )
        self.hold = Hold(action_id=row.id, owner=row.owner, lease=row.lease)
        self.journal: dict[str, Any] = dict(row.journal or {})
        self.outputs: dict[str, Any] = dict(row.outputs or {})
        self.data: dict[str, Any] = dict(row.data or {})
        self.undoing: str | None = row.undoing
        self.signal: str | None = row.signal
        self.seen: Mapping[str, Any] | None = row.seen
        self.parked: Mapping[str, Any] | None = row.wait
        self.attempt: int = row.attempt
        self.children_left: int = row.children_left
        self.finishers: list[Save] = []
        #: The step at work; a failure undoes it even if it wrote nothing yet.
        self.current: str | None = None
        self.is_lost = False
        self._valid_until = time.monotonic() + ties.lease_s
        #: When it was first claimed, in epoch seconds of the database's clock.
        self.started: float = row.start_time
        self._deadline = time.monotonic() + (row.start_time + row.timeout - now)

    # -- may it go on? ----------------------------------------------------

    def renewed(self, asked_at: float, signal: str | None) -> None:
        """Take in that the lease was renewed by a statement sent at ``asked_at``.

        ``asked_at`` is the process's monotonic clock.
        """
        self._valid_until = asked_at + self.ties.lease_s
        self.signal = signal

    def check_lease(self) -> None:
        """Stop if the action may be in other hands by now; asks no database.

        :raises LeaseLost: when the lease has run out or was taken away.
        """
        if self.is_lost or time.monotonic() >= self._valid_until:
            raise LeaseLost(self.facts.id)

    def seconds_left(self) -> float:
        """Return how long the action may still take; negative when over."""
        return self._deadline - time.monotonic()

    def age(self) -> float:
        """Return how many seconds ago it was first claimed, by the database's clock.

        Whatever engine asks: clocks of engines may differ.
        """
        return self.facts.timeout - self.seconds_left()

    def now(self) -> float:
        """Return the time in epoch seconds, by the database's clock."""
        return self.started + self.age()

    def is_cancelled(self) -> bool:
        """Tell whether somebody asked the action to stop."""
        return self.signal == Signal.CANCEL

    def may_go_on(self) -> None:
        """Look at lease, engine, signals and deadline before a step.

        :raises Cancelled: when the action was asked to stop.
        :raises TimedOut: when its time is over.
        """
        self.check_lease()
        if self.ties.is_stopping():
            raise HandedOver
        if self.undoing is not None:
            return
        if self.signal == Signal.SUSPEND:
            raise Suspended
        if self.is_cancelled():
            raise Cancelled("Action execution cancelled")
        if self.seconds_left() <= 0:
            raise TimedOut(f"Timed out after {self.facts.timeout} seconds.")

    # -- the journal ------------------------------------------------------

    def is_done(self, step: str) -> bool:
        """Tell whether a step has ended."""
        return bool(self.journal.get(step, {}).get("done"))

    def has_begun(self, step: str) -> bool:
        """Tell whether a step has left anything in the journal."""
        return step in self.journal

    def memo(self, step: str) -> dict[str, Any]:
        """Return what a step left when it parked."""
        return dict(self.journal.get(step, {}).get("memo", {}))

    def result(self, step: str) -> dict[str, Any]:
        """Return what a step that is done has found; empty otherwise."""
        return dict(self.journal.get(step, {}).get("result", {}))

    def keep(self, step: str, outcome: Outcome, *, key: str = "memo") -> Done | Park:
        """Write down what a step has answered, with the rows it changes.

        :raises LeaseLost: when the action is in other hands.
        """
        if isinstance(outcome, Done) and outcome.is_last:
            if outcome.save is not None:
                self.finishers.append(outcome.save)
            self.journal[step] = {"done": True, "result": dict(outcome.result)}
            return outcome

        before = (dict(self.journal), dict(self.outputs), dict(self.data))

        def work(session: Session) -> tuple[Done | Park, dict[str, Any]]:
            # What an earlier try has noted went with its transaction.
            self.journal, self.outputs, self.data = (dict(part) for part in before)
            if isinstance(outcome, Decide):
                # Lock the action before anything that is decided on is read.
                progress.guarded(session, self.hold, {"lease_until": self._lease()})
                final = outcome.decide(session)
            else:
                final = outcome
            journal = self._journal_with(step, final, key)
            values = self._values(journal)
            if isinstance(final, Park):
                progress.park(session, self.hold, values, final.parking)
            else:
                progress.record(
                    session, self.hold, {**values, "lease_until": self._lease()}
                )
            if final.save is not None:
                final.save(session)
            return final, journal

        asked_at = time.monotonic()
        try:
            final, self.journal = self.transact(work)
        except Postponed as later:
            self.journal, self.outputs, self.data = before
            return self.keep(step, later.park, key=key)
        if isinstance(final, Done):
            self._valid_until = asked_at + self.ties.lease_s
        self.seen = None
        return final

    def _journal_with(
        self, step: str, outcome: Done | Park, key: str
    ) -> dict[str, Any]:
        journal = dict(self.journal)
        if isinstance(outcome, Park):
            journal[step] = {**journal.get(step, {}), key: dict(outcome.memo)}
        elif key == "memo":
            journal[step] = {"done": True, "result": dict(outcome.result)}
        else:
            journal.pop(step, None)
        return journal

    def _lease(self) -> After:
        return After(self.ties.lease_s)

    def _values(self, journal: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "journal": dict(journal),
            "outputs": self.outputs,
            "data": self.told_data(journal),
            "undoing": self.undoing,
            "updated_at": self.deps.clock(),
        }

    def told_data(self, journal: Mapping[str, Any]) -> dict[str, Any]:
        """Return the action's data with the steps that people may follow."""
        steps = {
            name: entry for name, entry in journal.items() if isinstance(entry, dict)
        }
        steps.pop(FAILURE, None)
        done = [name for name, entry in steps.items() if entry.get("done")]
        under_way = [name for name in steps if name not in done]
        progress_made: dict[str, Any] = {"steps_done": done}
        if under_way and self.undoing is None:
            progress_made["step"] = under_way[-1]
        if self.undoing is not None:
            progress_made["undoing"] = under_way + done
        return {**self.data, "progress": progress_made}

    def begin_undo(self, reason: str, *, is_cancelled: bool) -> None:
        """Turn round: from now on steps are undone, last one first.

        :raises LeaseLost: when the action is in other hands.
        """
        self.undoing = reason
        self.journal[FAILURE] = {"reason": reason, "cancelled": is_cancelled}
        if self.current is not None:
            entry = {**self.journal.get(self.current, {})}
            entry.pop("done", None)
            self.journal[self.current] = entry
        self.finishers.clear()
        self.transact(
            lambda session: progress.record(
                session,
                self.hold,
                {**self._values(self.journal), "lease_until": self._lease()},
            )
        )

    def suspend(self) -> None:
        """Let go of the action until somebody resumes it.

        :raises LeaseLost: when the action is in other hands.
        """
        values = self._values(self.journal)
        self.transact(lambda session: progress.suspend(session, self.hold, values))

    def heed(self, signal: Signal) -> None:
        """Note that a signal was taken in, so that the action may wait again."""
        self.journal[HEEDED] = str(signal)

    def transact(self, work: Callable[[Session], Any]) -> Any:
        """Run a transaction of this action.

        :raises Dropped: when the database is away.
        """
        try:
            return self.deps.db.transact(work)
        except exceptions.ServiceUnavailable as error:
            raise Dropped from error

    def read(self, work: Callable[[Session], Any]) -> Any:
        """Run a read.

        :raises Dropped: when the database is away.
        """
        try:
            with self.deps.db.reader() as session:
                return work(session)
        except exceptions.ServiceUnavailable as error:
            raise Dropped from error

    def pause(self, seconds: float, reason: str) -> Parking:
        """Return a parking that just lets time pass."""
        return Parking(kind=WaitKind.TIME, reason=reason, wake_after_s=seconds)
