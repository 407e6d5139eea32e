"""A step that tells a lifecycle hook of a node, and waits until it is completed.

The hook is told at least once with the same token, the action's id; whoever is
told completes it by the API. The action is parked meanwhile, and goes on by
itself when the time for that is over: the time is the database's, so it doesn't
matter which engine lives then. Where nobody can be told, that is tried again for
as long as the node may wait, less and less often.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.db import bindings, lifecycle, node_state
from senlin_like.db.progress import Parking
from senlin_like.db.session import Session
from senlin_like.domain import urls
from senlin_like.domain.enums import NodeStatus, Phase, WaitKind
from senlin_like.drivers import web
from senlin_like.flows import fence, telling
from senlin_like.flows.lifecycle import CROWDED_S, HOOKS, hook_of
from senlin_like.flows.outcomes import Decide, Done, Outcome, Park
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import binding
from senlin_like.flows.tasks.base import Step
from senlin_like.flows.tasks.node import NodeWork
from senlin_like.flows.workbench import Workbench
from senlin_like.policies import deletion

#: How often a hook is tried to be told, and the longest pause in between.
TRIES = 20
PAUSE_MOST_S = 120.0
#: The longest pause of who found no lane.
CROWDED_MOST_S = 10.0
_LONGEST_PROBLEM = 300


@dataclasses.dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a hook wasn't told; ``is_final``: trying again would be no use."""

    reason: str
    is_final: bool = False
    after_s: float | None = None


class Crowded(Exception):
    """Too many others are asking the same place at the moment."""


def before(node: NodeWork) -> list[Step]:
    """Return the steps before a node is touched: none without a hook."""
    hook = hook_of(node.run)
    return [] if hook is None else [CallHook(node.run, node.bench, hook)]


class CallHook(Step):
    """Tell the hook, wait for its completion, and go on at the latest in time.

    The memo holds seconds since the action's first claim, by the database's
    clock: ``tried_at``, when it couldn't be told first, ``told_at``, and ``next``,
    when it is tried again; besides ``tries``, ``problem``, ``is_final`` and
    ``turned_away``.
    """

    def __init__(self, run: Run, bench: Workbench, hook: Mapping[str, Any]) -> None:
        super().__init__(run)
        self.bench = bench
        self.policy_id = str(hook["policy_id"])
        self.timeout_s = int(hook["timeout"])

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Tell the hook if that is due; then see whether the wait is over."""
        run = self.run
        if (run.parked or {}).get(lifecycle.COMPLETED):
            return Decide(decide=lambda session: self._see(session, memo, ()))
        known = dict(memo)
        said: list[tuple[Phase, str]] = []
        if not known:
            row = run.read(lambda session: node_state.load(session, run.facts.target))
            if not _is_well(row):
                self._note("nothing")
                return Done(result={lifecycle.ENDED_BY: "nothing"})
        if self._is_due(known):
            known, said = self._try(known)
        return Decide(decide=lambda session: self._see(session, known, said))

    def _elapsed(self) -> float:
        """Return the seconds since the action was first claimed."""
        return self.run.age()

    def _is_due(self, memo: Mapping[str, Any]) -> bool:
        if "told_at" in memo or memo.get("is_final"):
            return False
        return self._elapsed() >= float(memo.get("next", 0.0))

    def _ends_at(self, memo: Mapping[str, Any]) -> float:
        """Return when the node waits no longer."""
        if "told_at" in memo:
            return float(memo["told_at"]) + self.timeout_s
        if memo.get("tries"):
            # What was tried by an older release says nothing of its first try.
            return float(memo.get("tried_at", 0.0)) + self.timeout_s
        return float(self.timeout_s + CROWDED_S)

    # -- telling ----------------------------------------------------------

    def _try(
        self, memo: dict[str, Any]
    ) -> tuple[dict[str, Any], list[tuple[Phase, str]]]:
        """Try once; return the new memo and what is to be told of it."""
        tried_at = self._elapsed()
        try:
            problem = self._tell()
        except Crowded:
            turned_away = int(memo.get("turned_away", 0)) + 1
            pause_s = min(0.5 * 2 ** min(turned_away, 10), CROWDED_MOST_S)
            pause_s *= self.run.deps.chance.uniform(0.5, 1.0)
            following = self._elapsed() + pause_s
            return {**memo, "turned_away": turned_away, "next": following}, []
        if problem is None:
            told = f"The lifecycle hook was told with the token {self.run.facts.id}."
            return {**memo, "told_at": self._elapsed()}, [(Phase.START, told)]
        tries = int(memo.get("tries", 0)) + 1
        pause_s = problem.after_s or min(0.5 * 2 ** min(tries, 10), PAUSE_MOST_S)
        is_final = problem.is_final or tries >= TRIES
        known = {
            "tried_at": tried_at if tries == 1 else 0.0,
            **memo,
            "tries": tries,
            "next": self._elapsed() + pause_s,
            "problem": problem.reason[:_LONGEST_PROBLEM].rstrip("."),
            "is_final": is_final,
        }
        if tries > 1 and not is_final:
            return known, []
        then = "That isn't tried again." if is_final else "That is tried again."
        text = f"The lifecycle hook couldn't be told: {known['problem']}. {then}"
        return known, [(Phase.ERROR, text)]

    def _tell(self) -> Problem | None:
        """Tell the hook; return why that wasn't possible, None if it was.

        :raises Crowded: when there is no room for it at the moment.
        """
        run = self.run
        bound, row = run.read(
            lambda session: (
                bindings.load(session, run.facts.cluster_id, self.policy_id),
                node_state.load(session, run.facts.target),
            )
        )
        if bound is None or row is None:
            return Problem(reason="its policy or the node is gone", is_final=True)
        kind, place = deletion.place_of(binding.recipe_of(self.bench, bound).properties)
        if not place:
            return Problem(reason="the policy names no place for it", is_final=True)
        body = {
            "lifecycle_action_token": run.facts.id,
            "node_id": row.id,
            "resource_id": row.physical_id,
            "lifecycle_transition_type": "termination",
            "cluster_id": run.facts.cluster_id,
        }
        if kind == deletion.WEBHOOK:
            return self._call(place, body)
        return self._queue(place, body)

    def _queue(self, queue: str, body: Mapping[str, Any]) -> Problem | None:
        """Put a message into the queue, which is made if it isn't there."""
        run = self.run
        ttl_s = max(run.deps.settings.message_ttl_s, self.timeout_s)
        try:
            cloud = self.bench.cloud(run.facts.user, run.facts.project, None)
            messaging = fence.fenced(cloud, run.check_lease).messaging
            try:
                messaging.post(queue, body, ttl_s=ttl_s)
            except exceptions.CloudNotFound:
                messaging.create_queue(queue)
                messaging.post(queue, body, ttl_s=ttl_s)
        except exceptions.CloudBusy as error:
            return Problem(reason=error.message, after_s=error.retry_after_s)
        except exceptions.CloudError as error:
            return Problem(reason=error.message)
        return None

    def _call(self, url: str, body: Mapping[str, Any]) -> Problem | None:
        """POST to an address of the user; only its host is ever named."""
        origin = urls.origin(url)
        with self.bench.lanes.enter(origin) as has_room:
            if not has_room:
                raise Crowded
            self.run.check_lease()
            try:
                answer = web.post(url, body, self.bench.asking)
            except web.Forbidden as error:
                return Problem(reason=str(error), is_final=True)
            except web.Unreachable as error:
                return Problem(reason=str(error))
        if 200 <= answer.status < 300:
            return None
        return Problem(reason=f"{origin} answered {answer.status}")

    # -- waiting ----------------------------------------------------------

    def _see(
        self,
        session: Session,
        memo: Mapping[str, Any],
        said: list[tuple[Phase, str]] | tuple[()],
    ) -> Done | Park:
        """End the wait if it is over, else park; the action's row is locked."""
        told = list(said)
        left = self._ends_at(memo) - self._elapsed()
        ended_by = None
        if lifecycle.is_completed(session, self.run.facts.id):
            ended_by = "completion"
            told.append((Phase.END, "The lifecycle hook was completed."))
        elif left <= 0:
            ended_by = "timeout"
            told.append(self._late(memo))

        def save(session: Session) -> None:
            self._write(session, told)

        if ended_by is None:
            return Park(parking=self._parking(memo, left), memo=memo, save=save)
        self._note(ended_by)
        return Done(result={lifecycle.ENDED_BY: ended_by}, save=save)

    def _note(self, ended_by: str) -> None:
        """Let the action's data say how it has passed its hook."""
        data = self.run.data
        data[HOOKS] = {**data[HOOKS], lifecycle.ENDED_BY: ended_by}

    def _late(self, memo: Mapping[str, Any]) -> tuple[Phase, str]:
        if "told_at" in memo:
            what = f"The lifecycle hook wasn't completed in {self.timeout_s} seconds"
            return Phase.END, f"{what}: going on without."
        problem = memo.get("problem", "too many others are told there")
        return Phase.ERROR, f"The lifecycle hook was never told ({problem}): going on."

    def _parking(self, memo: Mapping[str, Any], left: float) -> Parking:
        wake_after_s = left
        reason = "Waiting for its lifecycle hook to be completed"
        if "told_at" not in memo and not memo.get("is_final"):
            wake_after_s = min(left, float(memo["next"]) - self._elapsed())
            reason = "Waiting until its lifecycle hook can be told"
        elif "told_at" not in memo:
            reason = "Its lifecycle hook couldn't be told, waiting for its time"
        if memo.get("problem") and "told_at" not in memo:
            reason += f" ({memo['problem']})"
        return Parking(
            kind=WaitKind.HOOK,
            reason=f"{reason}, {left:.0f} seconds at most.",
            wake_after_s=wake_after_s,
        )

    def _write(self, session: Session, told: list[tuple[Phase, str]]) -> None:
        if not told:
            return
        row = node_state.load(session, self.run.facts.target)
        if row is None:
            return
        for phase, reason in told:
            telling.about_hook(self.run, row, phase, reason, session)


def _is_well(row: Any) -> bool:
    return (
        row is not None
        and row.status == NodeStatus.ACTIVE
        and row.physical_id is not None
    )
