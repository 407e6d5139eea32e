"""Carries out one claimed action, until it ends, waits or is handed over."""

import logging
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
from senlin_like.flows import catalog
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


def warm_up() -> None:
    """Load what the first flow would otherwise wait for."""
    _execute(linear_flow.Flow("warm-up").add(_Nothing("one"), _Nothing("two")))


class _Nothing(task.Task):
    """A step of no consequence."""

    def execute(self) -> None:
        """Do nothing."""


def open_run(bench: Workbench, ties: Ties, claimed: Claimed) -> Run:
    """Take a claimed action in hand."""
    return Run(bench.deps, ties, claimed.row, claimed.now)


def carry_out(run: Run, bench: Workbench, *, max_attempts: int) -> None:
    """Work on an action as far as it goes now.

    Returns when the action has ended, waits, or is in other hands. Whatever
    happens is written down, or happens again later.
    """
    try:
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


def _hand_over(run: Run) -> None:
    try:
        run.transact(
            lambda session: claims.give_back(session, run.hold.owner, [run.facts.id])
        )
    except Dropped:
        LOG.warning("Action %s can't be handed over: no database", run.facts.id)
