"""What the end of a node action writes, besides the action itself."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from senlin_like.db import cluster_state, node_state, strays
from senlin_like.db.progress import Save
from senlin_like.db.session import Session
from senlin_like.domain import actions as rules
from senlin_like.domain.enums import Kind, NodeStatus, Phase
from senlin_like.flows import telling
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Close, Ending

Values = Mapping[str, Any]
#: What may find that a node is well again.
_HEALING = frozenset({Kind.NODE_CHECK, Kind.NODE_RECOVER})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Words:
    """What is said at the end of an action."""

    good: str
    #: Begins the node's reason when the action failed.
    bad: str


def ending(
    words: Words,
    on_success: Callable[[Run, Session, Any], Values | None],
    *,
    on_failure: Callable[[Run, Session, Any, Ending], Values | None] | None = None,
    resizes: bool = False,
) -> Close:
    """Make the ``close`` of a node's flow.

    ``on_success`` returns the columns to set on the node (None: leave it, or
    it is gone). A failure makes the node ERROR unless ``on_failure`` says
    otherwise. ``resizes`` evaluates the cluster after an action that a user
    asked for, with as many nodes wanted as there are.
    """

    def close(run: Run, how: Ending) -> Save:
        def save(session: Session) -> None:
            row = node_state.load(session, run.facts.target)
            if row is None:
                return
            settles = resizes and not run.facts.is_child and bool(row.cluster_id)
            if settles:
                # Before anything is counted: others may end at the same time.
                cluster_state.load(session, row.cluster_id, lock=True)
            if how.is_good:
                values = on_success(run, session, row)
                reason = _reason(run, words.good)
            else:
                fail = on_failure or failed(words)
                values = fail(run, session, row, how)
                reason = how.reason
            troubled = _troubled(run, session, row, values or {})
            _write(session, row, values or {})
            if troubled is not None:
                now = run.deps.clock()
                cluster_state.relieve(session, troubled, run.facts.kind, now)
            _watch_for_strays(run, session, row.id, how)
            phase = Phase.END if how.is_good else Phase.ERROR
            telling.about_node(run, row, phase, reason, session)
            if settles:
                _settle_cluster(run, session, row.cluster_id, how)

        return save

    return close


def failed(words: Words) -> Callable[[Run, Session, Any, Ending], Values | None]:
    """Make what leaves a node in error whose action failed."""

    def values(run: Run, session: Session, row: Any, how: Ending) -> Values | None:
        if not run.has_begun("Begin") or not run.journal.get("Begin"):
            return None
        return {
            "status": NodeStatus.ERROR,
            "status_reason": f"{words.bad}: {how.reason}",
            "updated_at": run.deps.clock(),
        }

    return values


def _troubled(run: Run, session: Session, row: Any, values: Values) -> Any | None:
    """Return the cluster that may be well again since the node is, locked.

    It is locked before the node, as by everybody. Children leave it to their
    parent.
    """
    if run.facts.is_child or not row.cluster_id or run.facts.kind not in _HEALING:
        return None
    if values.get("status") != NodeStatus.ACTIVE:
        return None
    return cluster_state.lock_troubled(session, row.cluster_id)


def _write(session: Session, row: Any, values: Values) -> None:
    if not values:
        return
    node_state.change(session, row.id, values)
    if "status" in values:
        node_state.tell_cluster(
            session,
            row.cluster_id,
            row.name,
            values["status"],
            values.get("status_reason", ""),
        )


def _watch_for_strays(run: Run, session: Session, node_id: str, how: Ending) -> None:
    """See to what a failed action may have made without knowing it.

    A creation is undone; where that wasn't possible, and where there is no
    way back, an object that the cloud made without telling is found later.
    """
    if how.is_good or run.facts.kind not in rules.CREATING:
        return
    if run.facts.kind is Kind.NODE_CREATE and "undo_failed" not in run.data:
        return
    strays.remember(session, [node_id], run.ties.stray_watch_s, since=run.started)


def _reason(run: Run, good: str) -> str:
    told = run.journal.get("Physical", {}).get("result", {}).get("reason")
    return f"{good} {told}" if told else good


def _settle_cluster(run: Run, session: Session, cluster_id: str, how: Ending) -> None:
    """Evaluate the cluster, which is locked; a node that stays is wanted as before."""
    values: dict[str, Any] = {}
    is_kept = run.facts.kind in rules.DELETING and not how.is_good
    reduces = run.data.get("deletion", {}).get("reduce_desired_capacity", True)
    if reduces and not is_kept:
        values["desired_capacity"], _active = node_state.count(session, cluster_id)
    cluster_state.settle(session, cluster_id, run.facts.kind, run.deps.clock(), values)


def active(run: Run, reason: str, **more: Any) -> Values:
    """Return the columns of a node that is well."""
    return {
        "status": NodeStatus.ACTIVE,
        "status_reason": reason,
        "updated_at": run.deps.clock(),
        **more,
    }
