"""A step that works on nodes in batches, with pauses in between."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from senlin_like.db import node_state
from senlin_like.db.session import Session
from senlin_like.domain.enums import Kind
from senlin_like.flows.outcomes import Decide, Done, Outcome, Park
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.cluster import OnNodes
from senlin_like.flows.tasks.pause import wait_until

#: What a fan-out sums up, added over the batches.
_LISTS = ("failed", "failed_nodes", "picked")


class InBatches(OnNodes):
    """Make child actions for one set of nodes after the other.

    ``sets`` gives the ids of the nodes, None for all members at once;
    ``pause_s`` gives the seconds between two sets. Both must not change once
    the action has begun. Stops after a batch in which a child failed, or when
    asked to.
    """

    def __init__(
        self,
        run: Run,
        kind: Kind,
        sets: Callable[[], Sequence[Sequence[str]] | None],
        pause_s: Callable[[], int],
        *,
        inputs: Callable[[str], Mapping[str, Any]],
        name: str,
    ) -> None:
        super().__init__(run, kind, self._members, inputs=inputs, name=name)
        self.sets = sets
        self.pause_s = pause_s
        self._at = 0

    def may_go_on(self) -> None:
        """Look at all signals while no children are at work."""
        if "until" in self.run.memo(self.name):
            self.run.may_go_on()
        else:
            super().may_go_on()

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Make a batch, see how it is, or let time pass."""
        if not memo:
            return Decide(decide=lambda session: self._begin(session, 0, {}))
        if "until" not in memo:
            return Decide(decide=lambda session: self._see(session, memo))
        waiting = wait_until(self.run, memo["until"], self._reason(memo["at"]), memo)
        return waiting or Decide(
            decide=lambda session: self._begin(session, memo["at"], memo["so_far"])
        )

    def _begin(
        self, session: Session, at: int, so_far: Mapping[str, Any]
    ) -> Done | Park:
        """Make the children of a batch; one whose nodes are gone is passed over."""
        for number in range(at, self._total()):
            self._at = number
            made = self._make(session)
            if isinstance(made, Park):
                memo = {**made.memo, "at": number, "so_far": dict(so_far)}
                return dataclasses.replace(made, memo=memo)
        return Done(result=so_far)

    def _see(self, session: Session, memo: Mapping[str, Any]) -> Done | Park:
        """Wait for the batch; then pause before the next one, if there is one."""
        answer = self._look(session, memo)
        if isinstance(answer, Park):
            return answer
        result = _added(memo["so_far"], answer.result)
        following = int(memo["at"]) + 1
        is_over = following >= self._total()
        if is_over or result.get("failed") or "stopped" in self.run.data:
            return Done(result=result)
        until = self.run.deps.clock().timestamp() + max(0, self.pause_s())
        kept = {"at": following, "so_far": result}
        paused = wait_until(self.run, until, self._reason(following), kept)
        return paused or self._begin(session, following, result)

    def _reason(self, at: int) -> str:
        return f"Pausing before batch {at + 1} of {self._total()}."

    def _total(self) -> int:
        sets = self.sets()
        return 1 if sets is None else len(sets)

    def _members(self, session: Session, row: Any) -> list[str]:
        """Return the nodes of the batch that still are members."""
        sets = self.sets()
        if sets is None:
            return [node.id for node in node_state.members(session, row.id)]
        wanted = list(sets[self._at])
        known = node_state.rows_of(session, wanted)
        return [
            node_id
            for node_id in wanted
            if node_id in known and known[node_id].cluster_id == row.id
        ]


def _added(so_far: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    added: dict[str, Any] = {
        key: [*so_far.get(key, []), *more.get(key, [])] for key in _LISTS
    }
    added["first_failure"] = so_far.get("first_failure") or more.get(
        "first_failure", ""
    )
    return added
