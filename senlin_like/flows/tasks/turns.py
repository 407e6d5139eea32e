"""A step that works with a cloud in turns, and is parked between them.

What it works on (a node, a policy of a cluster) is a ``Subject``: that calls the
verb and knows what its answers change.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from senlin_like import exceptions
from senlin_like.db import progress
from senlin_like.db.progress import Parking, Save
from senlin_like.db.session import Session
from senlin_like.domain.enums import WaitKind
from senlin_like.drivers import base as clouds
from senlin_like.drivers import turns
from senlin_like.flows import deadlines
from senlin_like.flows.outcomes import Done, Outcome, Park, Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Step
from senlin_like.flows.workbench import Workbench

_BUSY_MOST_S = 30.0

#: A verb as the step calls it: with the turn alone.
Call = Callable[[turns.Turn], turns.Ended | turns.Waits]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Account:
    """As whom, and where, the cloud is watched."""

    project: str
    user: str
    region: str | None


class Subject(Protocol):
    """What is worked on."""

    run: Run
    bench: Workbench
    #: Calls of the cloud in this turn.
    calls: int

    def account(self) -> Account:
        """Tell as whom the cloud is asked."""

    def saved(self, answer: turns.Ended | turns.Waits) -> Save | None:
        """Return what writes the patch of an answer, None if there is none."""

    def doubt(self) -> Save | None:
        """Return what sees to an object that the cloud may still make.

        None if no object is made for this subject.
        """

    def result(self, answer: turns.Ended) -> dict[str, Any]:
        """Return what the journal keeps of the end."""


class Turns(Step):
    """Carry out a verb of a plugin, over as many turns as needed."""

    def __init__(
        self,
        subject: Subject,
        verb: Call,
        *,
        undo: Call | None = None,
        name: str,
        is_last: bool | Callable[[], bool] = True,
    ) -> None:
        super().__init__(subject.run, name)
        self.subject = subject
        self.verb = verb
        self.undo_verb = undo
        self.can_undo = undo is not None
        self._is_last = is_last

    @property
    def is_last(self) -> bool:
        """Tell whether no step follows, as far as this is known now."""
        return self._is_last if isinstance(self._is_last, bool) else self._is_last()

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Take one turn."""
        return self._turn(self.verb, memo, is_last=self.is_last)

    def undo(self, memo: Mapping[str, Any]) -> Outcome:
        """Take one turn of the way back; what the cloud refuses is told."""
        assert self.undo_verb is not None  # noqa: S101 - can_undo says so
        try:
            return self._turn(self.undo_verb, {"retry": True, **memo}, is_last=False)
        except exceptions.CloudError as error:
            self.run.data["undo_failed"] = error.message
            return Done()
        except Refused:
            return Done()

    def _turn(self, verb: Call, memo: Mapping[str, Any], *, is_last: bool) -> Outcome:
        try:
            turn = self._look(memo)
        except (exceptions.CloudBusy, exceptions.CloudUnsure) as error:
            return self._later(memo, error, getattr(error, "retry_after_s", None))
        if turn is None:
            return self._park(memo, None)
        answer = self._ask(verb, turn, memo)
        if isinstance(answer, Park):
            return answer
        saved = self.subject.saved(answer)
        if isinstance(answer, turns.Ended):
            result = self.subject.result(answer)
            return Done(result=result, save=saved, is_last=is_last)
        wait = answer.wait
        if wait is None:
            return self._at_once(answer, saved)
        if turn.has_expired and _same(wait, memo["wait"]):
            raise exceptions.CloudError(
                f"Timed out after {wait.timeout_s:g} seconds. {wait.reason()}"
            )
        return self._wait(answer, wait, saved)

    def _ask(
        self, verb: Call, turn: turns.Turn, memo: Mapping[str, Any]
    ) -> turns.Ended | turns.Waits | Park:
        """Ask the cloud; park where it can't answer now."""
        try:
            return verb(turn)
        except exceptions.CloudBusy as error:
            # This call had no effect, but those before it may have had one.
            if self.subject.calls > 1:
                memo = {**memo, "retry": True}
            parked = self._later(_after(turn, memo), error, error.retry_after_s)
            return self._doubted(parked, error)
        except exceptions.CloudUnsure as error:
            parked = self._later(_after(turn, {**memo, "retry": True}), error, None)
            return self._doubted(parked, error)
        except exceptions.CloudError as error:
            # Nobody may look for what a call without an answer has done.
            doubt = self.subject.doubt() if _is_unsure(error) else None
            if doubt is not None:
                self.run.transact(doubt)
            raise

    def _doubted(self, parked: Park, error: exceptions.CloudError) -> Park:
        """See to what a call without an answer may still make, long after this.

        A service that hangs does later what it was asked for: when its answer isn't
        waited for any more, and nothing is there yet to be found.
        """
        if not _is_unsure(error):
            return parked
        return dataclasses.replace(parked, save=self.subject.doubt())

    def _look(self, memo: Mapping[str, Any]) -> turns.Turn | None:
        """Return the next turn, or None if the wait has not ended."""
        run = self.run
        wait = memo.get("wait")
        seen: clouds.Observed | None = None
        has_expired = False
        if wait is not None:
            told = run.seen or memo.get("seen")
            if told:
                seen = clouds.Observed(**{**told, "id": wait["id"]})
            has_expired = deadlines.left(run, wait, "expires") <= 0
            if not _is_over(wait, seen):
                if not has_expired:
                    return None
                seen = self._look_now(wait)
        return turns.Turn(
            memo=memo.get("memo", {}),
            seen=seen,
            is_retry=run.attempt > 0 or bool(memo.get("retry")),
            has_expired=has_expired and seen is None,
        )

    def _look_now(self, wait: Mapping[str, Any]) -> clouds.Observed | None:
        """Look once more before a wait counts as too long; None if it does.

        Nobody may have looked for a while: all engines, or the cloud, were away.
        """
        account = self.subject.account()
        cloud = self.subject.bench.cloud(account.user, account.project, account.region)
        kind = clouds.ObjectKind(wait["kind"])
        seen = cloud.look(kind, [wait["id"]])[wait["id"]]
        return seen if _is_over(wait, seen) else None

    def _at_once(self, answer: turns.Waits, saved: Save | None) -> Park:
        """Write down what is known, then go on."""
        return Park(
            parking=self.run.pause(0.0, "Going on."),
            memo={"memo": dict(answer.memo)},
            save=saved,
        )

    def _wait(
        self, answer: turns.Waits, wait: turns.CloudWait, saved: Save | None
    ) -> Park:
        memo = {
            "memo": dict(answer.memo),
            "wait": {
                "kind": wait.kind,
                "id": wait.id,
                "until": list(wait.until),
                "failed": list(wait.failed),
                **deadlines.ends_in(self.run, wait.timeout_s, "expires"),
                "reason": wait.reason(),
                "group": self._group(wait.kind),
            },
        }
        return self._park(memo, saved)

    def _park(self, memo: Mapping[str, Any], saved: Save | None) -> Park:
        wait, run = memo["wait"], self.run
        # An action that an older release has parked doesn't say which group.
        group = wait.get("group") or self._group(wait["kind"])
        left = deadlines.left(run, wait, "expires")
        # On the way back, or stopped, the action's own time doesn't count any more.
        if run.undoing is None and "stopped" not in run.data:
            left = min(left, max(run.seconds_left(), 0.0) + 0.1)

        def save(session: Session) -> None:
            if saved is not None:
                saved(session)
            if self.subject.bench.needs_touch(group):
                progress.touch_group(session, group, run.ties.watch_first_s)

        run.ties.on_park()
        return Park(
            parking=Parking(
                kind=WaitKind.CLOUD,
                reason=wait["reason"],
                wake_after_s=left,
                group=group,
                object_id=wait["id"],
                wait={"until": wait["until"], "failed": wait["failed"]},
            ),
            memo=memo,
            save=save,
        )

    def _group(self, kind: str) -> str:
        """Return with which other waits this one is watched."""
        account = self.subject.account()
        return "|".join((kind, account.project, account.user, account.region or ""))

    def _later(
        self,
        memo: Mapping[str, Any],
        error: exceptions.CloudError,
        after_s: float | None,
    ) -> Park:
        tries = int(memo.get("busy", 0)) + 1
        pause_s = after_s or min(0.5 * 2**tries, _BUSY_MOST_S)
        if self.run.undoing is None and "stopped" not in self.run.data:
            pause_s = min(pause_s, max(self.run.seconds_left(), 0.0) + 0.1)
        return Park(
            parking=self.run.pause(
                pause_s, f"The cloud can't answer now ({error.message}); trying again."
            ),
            memo={**memo, "busy": tries},
        )


def _after(turn: turns.Turn, memo: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep what ended the wait: the object may have left that state meanwhile.

    What was asked for in a turn that was cut off may have been done, so that
    nobody ever sees that state again.
    """
    if turn.seen is None:
        return memo
    return {**memo, "seen": dataclasses.asdict(turn.seen)}


def _is_unsure(error: BaseException | None) -> bool:
    """Tell whether a call had no answer; the look for what it did may have failed."""
    while error is not None:
        if isinstance(error, exceptions.CloudUnsure):
            return True
        error = error.__context__
    return False


def _is_over(wait: Mapping[str, Any], seen: clouds.Observed | None) -> bool:
    return seen is not None and seen.status in {*wait["until"], *wait["failed"]}


def _same(wait: turns.CloudWait, memo: Mapping[str, Any]) -> bool:
    return wait.id == memo["id"] and set(wait.until) == set(memo["until"])
