"""The only place where actions are made, and where they are told to stop."""

import dataclasses
import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import conflicts
from senlin_like.db.session import Session
from senlin_like.domain import actions as rules
from senlin_like.domain.actions import Verdict
from senlin_like.domain.enums import (
    FINAL,
    UNFINISHED,
    ActionStatus,
    Cause,
    Kind,
    Signal,
    WaitKind,
)
from senlin_like.operations import cooldowns
from senlin_like.operations.deps import Deps

LOG = logging.getLogger(__name__)

CANCELLABLE = (
    ActionStatus.INIT,
    ActionStatus.WAITING,
    ActionStatus.READY,
    ActionStatus.RUNNING,
    ActionStatus.WAITING_LIFECYCLE_COMPLETION,
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """What a user wants to have done; ``timeout`` is in seconds.

    ``data`` is what the action's own notes begin with; ``cause`` is who asks;
    ``after`` are actions that it has to stand in line behind besides.
    """

    kind: Kind
    target: str
    cluster_id: str
    inputs: Mapping[str, Any]
    name: str
    timeout: int
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    cause: Cause = Cause.REQUEST
    after: tuple[str, ...] = ()


def request(session: Session, deps: Deps, ctx: RequestContext, asked: Asked) -> str:
    """Make an action that a user asks for; returns its id.

    Locks the cluster and the node first, so two requests can't both believe
    that the way is free. Call ``settled`` after the transaction.

    :raises ResourceIsLocked: when an action at work holds the target.
    :raises ActionConflict: when another action waits for its first start.
    :raises ActionCooldown: when the cluster was scaled a short time ago.
    """
    kind, target, cluster_id = asked.kind, asked.target, asked.cluster_id
    is_node = kind in rules.NODE_KINDS
    conflicts.lock_targets(session, cluster_id, target if is_node else None)
    verdict = rules.judge(
        kind, target, cluster_id, conflicts.unfinished(session, target, cluster_id)
    )
    _refuse(kind, target, verdict)
    if kind in rules.SCALING:
        cooldowns.check(session, deps, kind, cluster_id)
    action_id = str(uuid.uuid4())
    row = new_row(
        deps, kind=kind, target=target, cluster_id=cluster_id, name=asked.name
    )
    row |= {
        "id": action_id,
        "cause": asked.cause,
        "user": ctx.user_id,
        "project": ctx.project_id,
        "domain": ctx.domain_id,
        "request_id": ctx.request_id,
        "timeout": asked.timeout,
        "inputs": deps.db.vault.seal_secrets(asked.inputs),
        "data": dict(asked.data),
    }
    after = (*verdict.after, *asked.after)
    if after:
        row |= {
            "status": ActionStatus.WAITING,
            "wait_kind": WaitKind.TURN,
            "status_reason": "Waiting for its turn, after action(s) "
            + ", ".join(after[:10])
            + ".",
        }
    conflicts.insert(session, [row])
    if after:
        conflicts.wait_for(session, action_id, after)
    return action_id


def _refuse(kind: Kind, target: str, verdict: Verdict) -> None:
    if verdict.locked_by:
        raise exceptions.ResourceIsLocked(kind, rules.target_type(kind), target)
    if verdict.conflicts:
        raise exceptions.ActionConflict(kind, target, verdict.conflicts)


def new_row(
    deps: Deps, *, kind: Kind, target: str, cluster_id: str, name: str
) -> dict[str, Any]:
    """Return the columns that all new actions have in common."""
    return {
        "name": name,
        "action": kind,
        "target": target,
        "cluster_id": cluster_id,
        "created_at": deps.clock(),
        "status": ActionStatus.READY,
        "status_reason": "",
        "outputs": {},
        "data": {},
        "journal": {},
        "children_left": 0,
        "lease": 0,
        "attempt": 0,
        "flow_version": 0,
        "request_id": "",
        "wait_kind": None,
        "parent_id": None,
        "sequence": None,
    }


def settled(deps: Deps, action_id: str) -> None:
    """Do what follows an accepted request: end what it supersedes, and wake.

    Runs after the request's own commit. If it doesn't come to that, nothing
    is lost: the action waits for the others to end by themselves, and the
    engines look for what nobody woke. So a database that goes away now is no
    reason to tell who asked that nothing was accepted.
    """
    try:
        _supersede(deps, action_id)
    except exceptions.ServiceUnavailable as error:
        LOG.warning("What follows action %s is left: %s", action_id, error.message)
    deps.wake()


def _supersede(deps: Deps, action_id: str) -> None:
    """Ask those to stop that an action makes pointless; see to its turn."""
    with deps.db.reader() as session:
        rivals = conflicts.predecessors(session, action_id)

    def work(session: Session) -> None:
        kind, target = conflicts.kind_and_target(session, action_id)
        doomed = [rival.id for rival in rivals if rules.supersedes(kind, target, rival)]
        conflicts.signal(session, doomed, Signal.CANCEL)
        conflicts.settle_turn(session, [rival.id for rival in rivals])

    if rivals:
        deps.db.transact(work)


def cancel(deps: Deps, ctx: RequestContext, action_id: str, *, force: bool) -> None:
    """Ask an action to stop; its half-done step is undone.

    It is CANCELLED when all it had started has ended. ``force`` takes it from
    its engine too, so that an engine which hangs can't delay the end.

    :raises NotFound: when the caller has no such action.
    :raises ActionImmutable: when it has ended already.
    """

    def work(session: Session) -> None:
        status = conflicts.status_of(session, ctx, action_id)
        allowed = CANCELLABLE if not force else UNFINISHED
        if status in FINAL or status not in allowed:
            raise exceptions.ActionImmutable(action_id, status, CANCELLABLE)
        conflicts.signal(session, [action_id], Signal.CANCEL)
        if force:
            family = [action_id, *conflicts.descendants(session, action_id)]
            stray_watch_s = deps.settings.stray_watch_s
            conflicts.fence(session, family, stray_watch_s=stray_watch_s)

    deps.db.transact(work)
    deps.wake()


def suspend(deps: Deps, ctx: RequestContext, action_id: str) -> None:
    """Ask an action and its children to pause before their next step.

    :raises Conflict: when it is being cancelled.
    :raises NotFound: when the caller has no such action.
    :raises ActionImmutable: when it has ended already.
    """

    def work(session: Session) -> None:
        status = conflicts.status_of(session, ctx, action_id)
        if status in FINAL:
            raise exceptions.ActionImmutable(action_id, status, CANCELLABLE)
        if not conflicts.mark_signal(session, [action_id], Signal.SUSPEND):
            raise exceptions.Conflict(f"Action '{action_id}' is being cancelled.")
        family = conflicts.descendants(session, action_id)
        conflicts.mark_signal(session, family, Signal.SUSPEND)

    deps.db.transact(work)
    deps.wake()


def resume(deps: Deps, ctx: RequestContext, action_id: str) -> None:
    """Let a suspended action and its children go on.

    :raises NotFound: when the caller has no such action.
    :raises Conflict: when none of them is suspended or about to be.
    """

    def work(session: Session) -> None:
        status = conflicts.status_of(session, ctx, action_id)
        family: Sequence[str] = [
            action_id,
            *conflicts.descendants(session, action_id),
        ]
        if not conflicts.resume(session, family):
            raise exceptions.Conflict(
                f"Action '{action_id}' isn't suspended, its status is {status}: "
                "there is nothing to resume."
            )

    deps.db.transact(work)
    deps.wake()
