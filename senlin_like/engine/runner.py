"""Carries out one claimed action, until it ends, waits or is handed over."""

import logging
from collections.abc import Sequence
from typing import Any

from taskflow import engines, task
from taskflow import exceptions as taskflow_errors
from taskflow.patterns import linear_flow

from senlin_like import exceptions
from senlin_like.db import claims, progress
from senlin_like.db.claims import Claimed
from senlin_like.db.progress import LeaseLost
from senlin_like.domain import actions as rules
from senlin_like.domain.enums import ActionStatus
from senlin_like.flows import catalog, letting_go
from senlin_like.flows.outcomes import (
    Cancelled,
    Dropped,
    Gone,
    HandedOver,
    Parked,
    Suspended,
)
from senlin_like.flows.run import FAILURE, Run, Ties
from senlin_like.flows.tasks.base import Ending, Plan
from senlin_like.flows.workbench import Workbench

LOG = logging.getLogger(__name__)

SUCCESS = "Action completed successfully."
#: An action that was given up is let go of after so many times as many tries.
_HOPELESS = 5
_NO_KEY = (
    "Put off: an engine has no key for its secrets (see [secrets] fernet_keys); "
    "one that has goes on."
)
_NO_KEY_S = 10.0
#: Seconds for which an action whose time is over still waits for such an engine:
#: longer than what is undone, or can't be stopped, goes on after that time.
_NO_KEY_PATIENCE_S = 6 * 3600.0
_KEY_LOST = "Given up: its time is over, and this engine has no key for its secrets."


def warm_up() -> None:
    """Load what the first flow would otherwise wait for."""
    _execute(linear_flow.Flow("warm-up").add(_Nothing("one"), _Nothing("two")))


class _Nothing(task.Task):
    """A step of no consequence."""

    def execute(self) -> None:
        """Do nothing."""


def open_run(bench: Workbench, ties: Ties, claimed: Claimed) -> Run:
    """Take a claimed action in hand.

    :raises SpecUnreadable: when this engine has no key for its secrets.
    """
    return Run(bench.deps, ties, claimed.row, claimed.now)


def leave_unread(bench: Workbench, ties: Ties, claimed: Claimed) -> None:
    """Leave an action whose inputs this engine can't read, see ``_put_off``."""
    _put_off(Run(bench.deps, ties, claimed.row, claimed.now, is_readable=False))


def _put_off(run: Run) -> None:
    """Leave an action to an engine that has the key for its secrets.

    It hasn't failed: nothing that was made for it is touched. If none comes until
    long after its time, it is let go of.
    """
    try:
        if run.seconds_left() < -_NO_KEY_PATIENCE_S:
            _let_go(run, _KEY_LOST)
            return
        LOG.error("Action %s: %s", run.facts.id, _NO_KEY)
        run.transact(
            lambda session: progress.put_off(
                session, run.hold, _NO_KEY, after_s=_NO_KEY_S
            )
        )
    except (LeaseLost, Dropped):
        LOG.warning("Action %s is left to its lease", run.facts.id)


def carry_out(run: Run, bench: Workbench, *, max_attempts: int) -> None:
    """Work on an action as far as it goes now.

    Returns when the action has ended, waits, or is in other hands. Whatever
    happens is written down, or happens again later.
    """
    try:
        if run.attempt > max_attempts * _HOPELESS:
            _let_go(run, f"Given up: {run.attempt} tries have come to no end.")
            return
        plan = _plan(run, bench)
        if run.undoing is None and run.attempt > max_attempts:
            run.begin_undo(
                f"Given up: its engine was lost {run.attempt} times.",
                is_cancelled=False,
            )
        if run.undoing is None:
            _forward(run, plan)
        if run.undoing is not None:
            _backward(run, plan)
    except (Parked, Suspended):
        return
    except HandedOver:
        _hand_over(run)
    except LeaseLost:
        LOG.warning("Action %s is in other hands now", run.facts.id)
    except Dropped:
        LOG.warning("Action %s is left for later: no database", run.facts.id)
    except exceptions.SpecUnreadable:
        _put_off(run)


def _plan(run: Run, bench: Workbench) -> Plan:
    """Build the flow; a journal of another version is dropped.

    Steps look before they make anything, so starting over is safe. While
    undoing, names that no longer exist are skipped.
    """
    plan = catalog.plan(run, bench)
    known = run.journal.get("version", plan.version)
    if known != plan.version and run.undoing is None:
        run.journal = {}
    run.journal["version"] = plan.version
    return plan


def _forward(run: Run, plan: Plan) -> None:
    try:
        _execute(plan.forward(run))
    except Suspended:
        run.suspend()
        raise
    except Gone as error:
        if run.facts.kind not in rules.DELETING:
            run.begin_undo(error.message, is_cancelled=False)
            return
    except Cancelled as error:
        run.begin_undo(error.message, is_cancelled=True)
        return
    except exceptions.ServiceUnavailable as error:
        raise Dropped from error
    except exceptions.SpecUnreadable:
        raise
    except exceptions.Error as error:
        run.begin_undo(error.message, is_cancelled=False)
        return
    except Exception as error:  # a bug must not wedge the action
        LOG.exception("Action %s failed by a bug", run.facts.id)
        run.begin_undo(f"Internal error: {type(error).__name__}", is_cancelled=False)
        return
    _finish(run, plan, Ending(status=ActionStatus.SUCCEEDED, reason=SUCCESS))


def _backward(run: Run, plan: Plan) -> None:
    try:
        _execute(plan.backward(run))
    except exceptions.ServiceUnavailable as error:
        raise Dropped from error
    except exceptions.SpecUnreadable:
        raise
    except Exception as error:  # a bug must not wedge the action
        LOG.exception("Action %s can't be undone", run.facts.id)
        run.data["undo_failed"] = f"Internal error: {type(error).__name__}"
    failure = run.journal.get(FAILURE, {})
    status = ActionStatus.CANCELLED if failure.get("cancelled") else ActionStatus.FAILED
    reason = failure.get("reason") or run.undoing or ""
    left = run.data.get("undo_failed")
    if left:
        reason = f"{reason} (could not be undone: {left})"
    _finish(run, plan, Ending(status=status, reason=reason))


def _execute(flow: linear_flow.Flow) -> None:
    """Run a flow in this thread, in memory.

    A flow of one step needs no engine: that would cost more than the SQL of a
    node's last step, and half of all runs are of this kind.
    """
    if not len(flow):
        return
    if len(flow) == 1:
        next(iter(flow)).execute()
        return
    try:
        engines.run(flow, engine="serial")
    except taskflow_errors.WrappedFailure as failure:
        for cause in failure:
            cause.reraise()


def _finish(run: Run, plan: Plan, how: Ending) -> None:
    run.ties.probe("before:finish")
    values: dict[str, Any] = {
        "status": how.status,
        "status_reason": how.reason,
        "journal": run.journal,
        "outputs": run.outputs,
        "data": run.told_data(run.journal),
        "updated_at": run.deps.clock(),
    }
    saves = [*run.finishers, plan.close(run, how)]
    run.transact(
        lambda session: progress.finish(
            session, run.hold, values, parent_id=run.facts.parent_id, saves=saves
        )
    )
    run.ties.probe("after:finish")
    level = logging.INFO if how.is_good else logging.WARNING
    LOG.log(level, "%s %s %s: %s", run.facts.kind, run.facts.id, how.status, how.reason)


def _let_go(run: Run, why: str) -> None:
    """End an action that not even its own end has ended; its target is free then.

    Its steps are left as they are: whatever they do, no engine gets through.
    """
    reason = f"{why} {run.undoing or ''}".strip()
    try:
        _end_as_it_is(run, reason, [letting_go.ending(run, reason)])
    except Exception:  # it has to end, even if nothing can be told of its target
        LOG.exception("What is left of action %s can't be told", run.facts.id)
        _end_as_it_is(run, reason, [])
    LOG.error("%s %s was let go of: %s", run.facts.kind, run.facts.id, reason)


def _end_as_it_is(run: Run, reason: str, saves: Sequence[progress.Save]) -> None:
    values = {
        "status": ActionStatus.FAILED,
        "status_reason": reason,
        "updated_at": run.deps.clock(),
    }
    run.transact(
        lambda session: progress.finish(
            session, run.hold, values, parent_id=run.facts.parent_id, saves=saves
        )
    )


def _hand_over(run: Run) -> None:
    try:
        run.transact(
            lambda session: claims.give_back(session, run.hold.owner, [run.facts.id])
        )
    except Dropped:
        LOG.warning("Action %s can't be handed over: no database", run.facts.id)
