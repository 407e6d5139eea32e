"""Steps that fan out: child actions are made in bulk, and waited for.

The parent is parked while its children work, so it costs nothing; any engine
carries them out. A cancelled or timed-out parent asks them to stop and ends
when all of them have ended.
"""

import dataclasses
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from senlin_like.db import children
from senlin_like.db.progress import Parking
from senlin_like.db.session import Session
from senlin_like.domain.enums import ActionStatus, Cause, Kind, Signal, WaitKind
from senlin_like.flows import lifecycle
from senlin_like.flows.outcomes import (
    Cancelled,
    Decide,
    Done,
    HandedOver,
    Outcome,
    Park,
    Suspended,
    TimedOut,
)
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Step
from senlin_like.operations import actions


@dataclasses.dataclass(frozen=True, kw_only=True)
class Child:
    """A child action to be made."""

    kind: Kind
    node_id: str
    cluster_id: str
    inputs: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    name: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Owner:
    """On whose behalf the children work: the owner of the cluster."""

    user: str
    project: str
    domain: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Batch:
    """Children that are made together, and what else is kept with them."""

    children: Sequence[Child]
    owner: Owner
    #: Whether the nodes existed before, so others may be at work on them.
    may_be_busy: bool = True
    result: Mapping[str, Any] = dataclasses.field(default_factory=dict)


Choose = Callable[[Session], Batch]


class FanOut(Step):
    """Decide on children under lock, make them, and wait until all have ended.

    ``choose`` runs in the transaction that makes them and may write rows; it
    may run again after a deadlock. The result holds ``failed`` (child ids),
    ``failed_nodes``, ``first_failure`` and what the batch says. A failed
    child is a result, not an exception.
    """

    def __init__(self, run: Run, choose: Choose, *, name: str) -> None:
        super().__init__(run, name)
        self.choose = choose

    def may_go_on(self) -> None:
        """Look at signals later: children that are at work must be stopped."""
        run = self.run
        run.check_lease()
        if run.ties.is_stopping():
            raise HandedOver
        if not run.has_begun(self.name):
            run.may_go_on()
        elif run.signal == Signal.SUSPEND:
            raise Suspended

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Make the children, or see how they are."""
        if not memo:
            return Decide(decide=self._make)
        return Decide(decide=lambda session: self._look(session, memo))

    def has_a_way_back(self) -> bool:
        """Tell whether there may be children at work."""
        return bool(self.run.memo(self.name))

    def undo(self, memo: Mapping[str, Any]) -> Outcome:
        """Wait for children that are at work: nobody ends before them.

        That is so when the parent was given up, or failed by a bug.
        """
        del memo
        made = self.run.memo(self.name)
        return Decide(decide=lambda session: self._look(session, made))

    def _make(self, session: Session) -> Done | Park:
        run = self.run
        batch = self.choose(session)
        result = dict(batch.result)
        if not batch.children:
            return Done(result=result)
        first = int(run.data.get("children_made", 0))
        rows = [
            self._row(batch.owner, child, first + place)
            for place, child in enumerate(batch.children)
        ]
        lifecycle.adorn(run, session, rows)
        children.insert(session, run.facts.id, rows, may_be_busy=batch.may_be_busy)
        last = first + len(rows)
        run.data["children_made"] = last
        memo = {"first": first, "last": last, "result": result}
        return Park(parking=self._parking(len(rows)), memo=memo)

    def _row(self, owner: Owner, child: Child, sequence: int) -> dict[str, Any]:
        run = self.run
        name = child.name or f"{child.kind.lower()}_{child.node_id[:8]}"
        row = actions.new_row(
            run.deps,
            kind=child.kind,
            target=child.node_id,
            cluster_id=child.cluster_id,
            name=name,
        )
        return row | {
            "id": str(uuid.uuid4()),
            "cause": Cause.DERIVED,
            "user": owner.user,
            "project": owner.project,
            "domain": owner.domain,
            "request_id": run.facts.request_id,
            "timeout": run.deps.settings.default_action_timeout,
            "inputs": run.deps.db.vault.seal_secrets(child.inputs),
            "parent_id": run.facts.id,
            "sequence": sequence,
        }

    def _parking(self, left: int) -> Parking:
        run = self.run
        seconds = run.seconds_left() + 0.1 if HEEDS not in run.journal else None
        return Parking(
            kind=WaitKind.CHILDREN,
            reason=f"Waiting for {left} depended action(s) to end.",
            wake_after_s=seconds,
        )

    def _look(self, session: Session, memo: Mapping[str, Any]) -> Done | Park:
        run = self.run
        left = children.left(session, run.facts.id)
        if left > 0:
            self._stop_children(session)
            left = children.left(session, run.facts.id)
        if left > 0:
            return Park(parking=self._parking(left), memo=memo)
        result = sum_up(run, session, memo)
        self.ended(result)
        return Done(result=result)

    def ended(self, result: Mapping[str, Any]) -> None:
        """Take in what came of the children, in the transaction that keeps it."""

    def _stop_children(self, session: Session) -> None:
        run = self.run
        late = run.seconds_left() <= 0
        if HEEDS in run.journal or not (run.is_cancelled() or late):
            return
        children.cancel(session, run.facts.id)
        run.heed(Signal.CANCEL)
        run.data["stopped"] = "cancelled" if run.is_cancelled() else "timeout"


HEEDS = "heeded"


def sum_up(run: Run, session: Session, memo: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result of a fan-out; who has not ended counts as failed."""
    bad = children.unsuccessful(
        session, run.facts.id, int(memo["first"]), int(memo["last"])
    )
    failed = [row for row in bad if row.status == ActionStatus.FAILED]
    return {
        **memo["result"],
        "failed": [row.id for row in bad],
        "failed_nodes": [row.target for row in bad],
        "first_failure": failed[0].status_reason if failed else "",
    }


def stop_if_asked(run: Run) -> None:
    """Turn a stop that the children have taken in into the action's own end.

    :raises Cancelled: when somebody asked the action to stop.
    :raises TimedOut: when its time was over.
    """
    if run.data.get("stopped") == "cancelled":
        raise Cancelled("Action execution cancelled")
    if run.data.get("stopped") == "timeout":
        raise TimedOut(f"Timed out after {run.facts.timeout} seconds.")
