"""Removes what policies have made in the cloud, and with that the policies.

A removal that has begun goes on to its end, whoever asks the action to stop:
half of a load balancer is of no use. What can't be removed leaves a policy that
isn't attached any more; it can be attached or detached again.
"""

from collections.abc import Callable
from typing import Any

from senlin_like import exceptions
from senlin_like.db import bindings, health_checks, member_checks, node_state
from senlin_like.db.progress import Save
from senlin_like.db.session import Session
from senlin_like.domain.enums import Signal
from senlin_like.drivers import turns
from senlin_like.flows.outcomes import HandedOver, Suspended
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import binding, children, members
from senlin_like.flows.tasks.turns import Turns
from senlin_like.flows.workbench import Workbench
from senlin_like.policies import base as policies
from senlin_like.policies.health import Health
from senlin_like.policies.load_balance import LoadBalance

#: Gives the ids of the policies whose turn it is, in order.
Noted = Callable[[], list[str]]
#: Writes what else follows when a policy is gone; told whether nodes are well again.
Then = Callable[[Session, bool], None]
#: Tries after which a stop no longer waits for a cloud that can't answer.
_MOST_TRIES = 20
#: Seconds for which a stop waits for a removal at most.
_PATIENCE_S = 3600.0
_STOPPED_AT = "stopped_at"
#: The same, counted from the action's first claim.
_STOPPED_AGE = "stopped_age"


def follow(session: Session, cluster_id: str) -> None:
    """Let a cluster have the checks that its policies ask for."""
    health_checks.follow(session, cluster_id, Health.name)
    member_checks.follow(session, cluster_id, LoadBalance.name)


def has_members(bench: Workbench, found: Any) -> bool:
    """Tell whether nodes are members of a policy, by its binding's row."""
    try:
        return binding.recipe_of(bench, found).type.has_members
    except exceptions.NotFound:
        return False


def _free_nodes(run: Run, bench: Workbench, session: Session, found: Any) -> bool:
    """Call nodes well that weren't members of a policy; tell whether there were any."""
    if not has_members(bench, found):
        return False
    ids = [node.id for node in node_state.members(session, found.cluster_id)]
    reason = "The node needn't be a member any more."
    return members.call_well(run, session, ids, reason)


class _Removal(binding.BindingWork):
    """A policy of an action's cluster that goes, with its binding."""

    def __init__(self, run: Run, bench: Workbench, then: Then) -> None:
        super().__init__(run, bench)
        self.then = then
        self._is_over = False

    def remove(self, policy_id: str, turn: turns.Turn) -> policies.Step:
        """Take a turn with a policy; one that is gone needs none."""
        if self.find(policy_id) is None:
            self._is_over = False
            return policies.Done()
        answer = self.take(binding.detach, turn)
        self._is_over = isinstance(answer, policies.Done)
        return answer

    def saved(self, answer: turns.Ended | turns.Waits) -> Save | None:
        """Return what writes the patch, and removes the binding of one that went."""
        patch, found = super().saved(answer), self.found
        if not self._is_over:
            return patch

        def save(session: Session) -> None:
            if patch is not None:
                patch(session)
            bindings.remove(session, found.id)
            self.then(session, _free_nodes(self.run, self.bench, session, found))

        return save


class Detach(Turns):
    """Remove what policies of a cluster have made, one after the other.

    Each one's binding goes in the transaction in which its removal ends.
    Without any that are ``noted`` nothing is written down either.
    """

    def __init__(
        self,
        run: Run,
        bench: Workbench,
        noted: Noted,
        *,
        name: str,
        then: Then,
        is_last: bool = False,
    ) -> None:
        self._work = _Removal(run, bench, then)
        self._noted = noted
        super().__init__(self._work, self._turn_of, name=name, is_last=is_last)

    def execute(self) -> None:
        """Do the step if there is anything to be done."""
        if self._noted():
            super().execute()
            if not self.is_last:
                children.stop_if_asked(self.run)

    def may_go_on(self) -> None:
        """Look at signals and deadline only where no removal is under way.

        :raises Cancelled: when the action was asked to stop.
        :raises TimedOut: when its time is over.
        """
        run = self.run
        if not has_begun(run, self.name) or self._is_hopeless():
            children.stop_if_asked(run)
            super().may_go_on()
            return
        run.check_lease()
        if run.ties.is_stopping():
            raise HandedOver
        if _STOPPED_AT not in run.data:
            self._note_stop()
        if _STOPPED_AT in run.data and run.signal is not None:
            run.heed(Signal(run.signal))

    def _note_stop(self) -> None:
        """Keep that the action ends with this removal, if somebody wants it to."""
        run = self.run
        if run.signal == Signal.SUSPEND:
            raise Suspended
        if run.is_cancelled() or run.seconds_left() <= 0:
            run.data["stopped"] = "cancelled" if run.is_cancelled() else "timeout"
            run.data[_STOPPED_AT] = run.now()
            run.data[_STOPPED_AGE] = run.age()

    def _is_hopeless(self) -> bool:
        """Tell whether a stop has waited long enough."""
        run = self.run
        tries = int(run.memo(self.name).get("busy", 0))
        return tries >= _MOST_TRIES or _stopped_for(run) > _PATIENCE_S

    def _turn_of(self, turn: turns.Turn) -> policies.Step:
        """Take a turn with the first policy that is left."""
        left = _left(turn.memo, self._noted())
        inner = turns.Turn(
            memo=turn.memo.get("inner", {}),
            seen=turn.seen,
            is_retry=turn.is_retry,
            has_expired=turn.has_expired,
        )
        answer = self._work.remove(left[0], inner)
        if isinstance(answer, policies.Again):
            inside = {"left": left, "inner": dict(answer.memo)}
            return policies.Again(wait=answer.wait, memo=inside, patch=answer.patch)
        if len(left) == 1:
            return answer
        between = {"left": left[1:], "attempt": self.run.attempt}
        return policies.Again(wait=None, memo=between, patch=answer.patch)


def _left(memo: Any, noted: list[str]) -> list[str]:
    return list(memo.get("left", noted))


def has_begun(run: Run, step: str) -> bool:
    """Tell whether something may have been removed of the policy at work.

    An attempt that was cut off may have called the cloud and told nobody.
    """
    if not run.is_done("Begin") or run.is_done(step):
        return False
    kept = run.memo(step)
    memo = kept.get("memo", {})
    return (
        "inner" in memo
        or bool(kept.get("retry"))
        or run.attempt > int(memo.get("attempt", 0))
    )


def give_up(
    run: Run, bench: Workbench, session: Session, step: str, noted: list[str]
) -> bool:
    """Let a policy whose removal came to no end not be attached any more.

    Called at a bad end. Tells whether nodes are well again.
    """
    if not noted or not has_begun(run, step):
        return False
    policy_id = _left(run.memo(step).get("memo", {}), noted)[0]
    found = bindings.load(session, run.facts.target, policy_id)
    if found is None:
        return False
    bindings.change(session, found.id, {"is_attached": False})
    follow(session, found.cluster_id)
    return _free_nodes(run, bench, session, found)


def _stopped_for(run: Run) -> float:
    """Return for how many seconds an action is known to have to stop."""
    if _STOPPED_AGE in run.data:
        return run.age() - float(run.data[_STOPPED_AGE])
    # Noted by an engine of an older release.
    return run.now() - float(run.data.get(_STOPPED_AT, run.now()))
