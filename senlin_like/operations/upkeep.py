"""What follows from a look at the members of a load balancer, in one go.

What has drifted is put right by an action, as if a user had updated the policy
without changing anything: journaled, fenced, and told like any other.
"""

from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import conflicts, event_log, health_checks, member_checks
from senlin_like.db.member_checks import Due
from senlin_like.db.session import Session
from senlin_like.domain.enums import MEMBERS_EVENT, Cause, EventLevel, Kind, Phase
from senlin_like.events import record
from senlin_like.operations import actions
from senlin_like.operations.deps import Deps

#: Seconds after which a cluster that was at work is looked at.
PAUSE_S = 5.0


def settle(deps: Deps, due: Due, reason: str) -> str | None:
    """Request that members are put right; returns the id of the new action.

    None when somebody is at work on the cluster, or the policy was disabled,
    meanwhile. Wake the engines if there is a new action.
    """

    def work(session: Session) -> str | None:
        row = due.row
        conflicts.lock_targets(session, row.cluster_id, None)
        if health_checks.work(session, [row.cluster_id]):
            member_checks.postpone(session, due, PAUSE_S)
            return None
        if not member_checks.note(session, due, is_well=False):
            return None
        ctx = RequestContext(
            user_id=row.user, project_id=row.project, domain_id=row.domain
        )
        asked = actions.Asked(
            kind=Kind.CLUSTER_UPDATE_POLICY,
            target=row.cluster_id,
            cluster_id=row.cluster_id,
            inputs={"policy_id": row.policy_id},
            name=f"settle_members_{row.cluster_id[:8]}",
            timeout=row.timeout,
            cause=Cause.HEALTH_CHECK,
        )
        try:
            action_id = actions.request(session, deps, ctx, asked)
        except exceptions.Conflict:
            return None
        told = f"{action_id[:8]}: putting members right was requested. {reason}"
        _tell(session, deps, row, Phase.START, told)
        return action_id

    action_id: str | None = deps.db.transact(work)
    return action_id


def note(deps: Deps, due: Due, trouble: str | None) -> None:
    """Note that all is well, or that nothing can be done; that is told once."""

    def work(session: Session) -> None:
        is_noted = member_checks.note(session, due, is_well=trouble is None)
        if is_noted and trouble is not None and not due.row.tries:
            _tell(session, deps, due.row, Phase.ERROR, trouble)

    deps.db.transact(work)


def _tell(session: Session, deps: Deps, row: Any, phase: Phase, reason: str) -> None:
    if deps.settings.event_level > EventLevel.WARN:
        return
    subject = record.Subject(
        id=row.cluster_id, name=row.name, type="CLUSTER", cluster_id=row.cluster_id
    )
    teller = record.Teller(action=MEMBERS_EVENT, user=row.user, project=row.project)
    event = record.row(subject, teller, phase, reason, deps.clock())
    event_log.insert(session, [event | {"level": int(EventLevel.WARN)}])
