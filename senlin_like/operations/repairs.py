"""What follows from a look at a cluster: repairs, notes and events, in one go.

The repairs are requested in the transaction that gives the check back, so that
neither a crash nor a second engine can ask for them twice.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import (
    conflicts,
    event_log,
    health_checks,
    node_state,
    notices,
)
from senlin_like.db.session import Session
from senlin_like.domain import actions as facts
from senlin_like.domain import health
from senlin_like.domain.enums import Cause, EventLevel, Kind, Phase
from senlin_like.events import record
from senlin_like.operations import actions
from senlin_like.operations.deps import Deps

#: While one of these is unfinished in a cluster its health isn't checked.
PAUSING = frozenset(
    {
        Kind.CLUSTER_DELETE,
        Kind.CLUSTER_DEL_NODES,
        Kind.CLUSTER_RECOVER,
        Kind.CLUSTER_REPLACE_NODES,
        Kind.CLUSTER_RESIZE,
        Kind.CLUSTER_SCALE_IN,
        Kind.CLUSTER_UPDATE,
        Kind.NODE_DELETE,
    }
)
_POSTPONING = PAUSING | facts.CLUSTER_KINDS


@dataclasses.dataclass(frozen=True, kw_only=True)
class Repair:
    """A node to be repaired, as it was seen; ``inputs`` are the action's."""

    node_id: str
    physical_id: str | None
    reason: str
    inputs: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Told:
    """Something to be told of a node, or of the cluster (``node_id`` None)."""

    reason: str
    phase: Phase = Phase.ERROR
    level: EventLevel = EventLevel.WARN
    node_id: str | None = None
    name: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Outcome:
    """What has to be written after a look at a cluster.

    ``row`` is that of the check; ``most`` is how many nodes of the cluster
    may be under repair at the same time. ``heard_at`` is the time up to which it
    is known what the cloud has told.
    """

    row: Any
    then: health_checks.Next
    repairs: Sequence[Repair] = ()
    most: int = 0
    told: Sequence[Told] = ()
    heard_at: float | None = None


def settle(deps: Deps, token: str, outcome: Outcome) -> list[str]:
    """Give a check back, and do what follows; returns the ids of new actions.

    Does nothing when the check was lost to another engine meanwhile, or was
    ended with its binding. Wake the engines if there are new actions.
    """

    def work(session: Session) -> list[str]:
        row = outcome.row
        if outcome.repairs:
            conflicts.lock_targets(session, row.cluster_id, None)
        if not health_checks.finish(session, token, row.binding_id, outcome.then):
            return []
        if outcome.heard_at is not None:
            notices.forget(session, row.cluster_id, outcome.heard_at)
        asked = _request(session, deps, outcome) if outcome.repairs else {}
        told = [*outcome.told, *_about_repairs(outcome, asked)]
        event_log.insert(session, _events(deps, row, told))
        return [action_id for action_id, _ in asked.values()]

    return deps.db.transact(work)


def _request(
    session: Session, deps: Deps, outcome: Outcome
) -> dict[str, tuple[str, str]]:
    """Request what may be repaired now; returns node id → action id and name.

    What has changed since the look is left to the next one.
    """
    row = outcome.row
    at_work = health_checks.work(session, [row.cluster_id])
    if any(one.action in _POSTPONING for one in at_work):
        return {}
    room = outcome.most - sum(one.action == Kind.NODE_RECOVER for one in at_work)
    nodes = node_state.rows_of(session, [one.node_id for one in outcome.repairs])
    ctx = RequestContext(user_id=row.user, project_id=row.project, domain_id=row.domain)
    made: dict[str, tuple[str, str]] = {}
    for one in outcome.repairs:
        node = nodes.get(one.node_id)
        if (
            len(made) >= room
            or node is None
            or (node.cluster_id, node.physical_id) != (row.cluster_id, one.physical_id)
        ):
            continue
        asked = actions.Asked(
            kind=Kind.NODE_RECOVER,
            target=node.id,
            cluster_id=row.cluster_id,
            inputs=one.inputs,
            name=f"node_recover_{node.id[:8]}",
            timeout=deps.settings.default_action_timeout,
            cause=Cause.HEALTH_CHECK,
        )
        try:
            made[node.id] = actions.request(session, deps, ctx, asked), node.name
        except exceptions.Conflict:
            continue
    return made


def _about_repairs(
    outcome: Outcome, asked: Mapping[str, tuple[str, str]]
) -> list[Told]:
    return [
        Told(
            phase=Phase.START,
            level=EventLevel.INFO,
            node_id=one.node_id,
            name=asked[one.node_id][1],
            reason=f"{asked[one.node_id][0][:8]}: recovery "
            f"{one.inputs.get('operation') or ''} was requested. {one.reason}",
        )
        for one in outcome.repairs
        if one.node_id in asked
    ]


def _events(deps: Deps, row: Any, told: Sequence[Told]) -> list[dict[str, Any]]:
    teller = record.Teller(action=health.EVENT, user=row.user, project=row.project)
    now = deps.clock()
    made = []
    for one in told:
        if one.level < deps.settings.event_level:
            continue
        subject = record.Subject(
            id=one.node_id or row.cluster_id,
            name=one.name if one.node_id else row.name,
            type="NODE" if one.node_id else "CLUSTER",
            cluster_id=row.cluster_id,
        )
        event = record.row(subject, teller, one.phase, one.reason, now)
        made.append(event | {"level": int(one.level)})
    return made
