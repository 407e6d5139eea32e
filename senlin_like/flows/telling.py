"""Tells what an action does: rows in the same transaction, others after it."""

import dataclasses
from collections.abc import Callable
from typing import Any

from senlin_like.db import aggregates, event_log, snapshots
from senlin_like.db.session import Session, after_commit
from senlin_like.domain.enums import HOOK_EVENT, Cause, EventLevel, Kind, Phase
from senlin_like.events import record
from senlin_like.events.happening import Happening
from senlin_like.flows.run import Run

#: Gives what is told of, as it was when the action looked at it.
Former = Callable[[], snapshots.Snapshot]
_OPERATIONS = frozenset({Kind.CLUSTER_OPERATION, Kind.NODE_OPERATION})


def verb(run: Run) -> str:
    """Return the action's name in events: of operations it is their verb.

    It is cut to what its column holds: nobody has checked what webhooks send.
    """
    if run.facts.kind in _OPERATIONS:
        return str(run.facts.inputs.get("operation", run.facts.kind))[:64]
    return str(run.facts.kind)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Told:
    """What is told; ``action`` is the name that it is told under."""

    action: str
    phase: Phase
    reason: str


def about_node(run: Run, row: Any, phase: Phase, reason: str, session: Session) -> None:
    """Write an event about a node."""
    told = _Told(action=verb(run), phase=phase, reason=reason)
    _tell(run, _node(row), _former(row), told, session)


def about_hook(run: Run, row: Any, phase: Phase, reason: str, session: Session) -> None:
    """Write an event about the lifecycle hook of a node."""
    told = _Told(action=HOOK_EVENT, phase=phase, reason=reason)
    _tell(run, _node(row), _former(row), told, session)


def _node(row: Any) -> record.Subject:
    return record.Subject(
        id=row.id, name=row.name, type="NODE", cluster_id=row.cluster_id
    )


def about_cluster(
    run: Run, row: Any, phase: Phase, reason: str, session: Session
) -> None:
    """Write an event about a cluster."""
    subject = record.Subject(
        id=row.id, name=row.name, type="CLUSTER", cluster_id=row.id
    )
    told = _Told(action=verb(run), phase=phase, reason=reason)
    _tell(run, subject, _former(row), told, session)


def about_aggregate(run: Run, phase: Phase, reason: str, session: Session) -> None:
    """Write an event about the host aggregate that an action works on.

    One that was deleted meanwhile is told under the name that it had.
    """
    former = {"uuid": run.facts.target, **run.facts.inputs.get("aggregate", {})}
    name = aggregates.name_of(session, run.facts.target) or former.get("name", "")
    subject = record.Subject(
        id=run.facts.target, name=name, type="AGGREGATE", cluster_id=""
    )
    told = _Told(action=verb(run), phase=phase, reason=reason)
    _tell(run, subject, lambda: former, told, session)


def _former(row: Any) -> Former:
    return lambda: snapshots.of_row(row._mapping)


def _tell(
    run: Run,
    subject: record.Subject,
    former: Former,
    told: _Told,
    session: Session,
) -> None:
    settings = run.deps.settings
    level = EventLevel.ERROR if told.phase is Phase.ERROR else EventLevel.INFO
    if level < settings.event_level:
        return
    if settings.exclude_derived_events and run.facts.cause is Cause.DERIVED:
        return
    if settings.keeps_events:
        teller = record.Teller(
            action=told.action, user=run.facts.user, project=run.facts.project
        )
        now = run.deps.clock()
        event_log.insert(
            session, [record.row(subject, teller, told.phase, told.reason, now)]
        )
    if run.deps.outboxes:
        _send(run, _happening(run, subject, former, told, session), session)


def _send(run: Run, happening: Happening, session: Session) -> None:
    """Hand an event out, when what it tells of is stored."""

    def send() -> None:
        for outbox in run.deps.outboxes:
            outbox.put(happening)

    after_commit(session, send)


def _happening(
    run: Run, subject: record.Subject, former: Former, told: _Told, session: Session
) -> Happening:
    """Look at what is being changed; what is deleted is told as it was."""
    now = snapshots.take(session, subject.type, subject.id)
    return Happening(
        level=EventLevel.ERROR if told.phase is Phase.ERROR else EventLevel.INFO,
        phase=told.phase,
        subject_type=subject.type,
        verb=told.action,
        subject=now or former(),
        action=snapshots.take(session, "ACTION", run.facts.id) or {},
        timestamp=run.deps.clock(),
    )


def start_reason(run: Run) -> str:
    """Return the reason of a start event: a short id, as clients know it."""
    return run.facts.id[:8]
