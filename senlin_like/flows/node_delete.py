"""Remove a node and what it is made of."""

from typing import Any

from senlin_like.db import cluster_state, node_state
from senlin_like.db.session import Session
from senlin_like.domain import capacity
from senlin_like.domain.enums import NodeStatus
from senlin_like.flows import checks
from senlin_like.flows.node_endings import Values, Words, ending, failed
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import cluster, lifecycle, members
from senlin_like.flows.tasks.base import Ending, Plan, Step
from senlin_like.flows.tasks.node import Begin, NodeWork, Physical
from senlin_like.flows.tasks.pause import Pause
from senlin_like.flows.workbench import Workbench
from senlin_like.profiles import base as profiles

VERSION = 1
_WORDS = Words(good="Node deleted successfully.", bad="Failed in deleting node")


def plan(run: Run, bench: Workbench) -> Plan:
    """Begin, ask for the removal, wait until nothing is left."""
    node = NodeWork(run, bench)

    def remove(ask: profiles.Ask) -> profiles.Step:
        return node.recipe.type.delete(ask, run.facts.inputs)

    steps: list[Step] = [
        *lifecycle.before(node),
        Begin(node, NodeStatus.DELETING, lambda s, row: _check(run, bench, s, row)),
        *([] if run.facts.is_child else _before(run, bench)),
        Physical(node, remove),
    ]
    return Plan(
        version=VERSION,
        steps=steps,
        close=ending(
            _WORDS,
            _deleted,
            on_failure=_not_deleted,
            resizes=True,
        ),
    )


def _before(run: Run, bench: Workbench) -> list[Step]:
    """Return what comes before a removal that a user has asked for."""
    if run.is_done("Begin") and not (cluster.grace_s(run) or members.balanced(run)):
        return []
    reason = "The node is removed after a grace period."

    def leaving() -> tuple[str, ...]:
        return (run.facts.target,)

    def present() -> tuple[str, ...]:
        return () if run.has_begun("Physical") else leaving()

    return [
        members.Drain(run, bench, leaving, present),
        Pause(run, lambda: cluster.grace_s(run), reason, "Grace"),
        members.Leave(run, bench, leaving, present),
        members.Settle(run, bench, leaving),
    ]


def _check(run: Run, bench: Workbench, session: Session, row: Any) -> None:
    """Refuse what would leave the cluster smaller than it may be.

    Nor does a node go that other nodes depend on.

    :raises Refused: with the reason.
    """
    needy = row.dependents.get("nodes")
    if needy:
        raise Refused(
            f"The node can't be deleted: still depended by node(s): {needy[:10]}."
        )
    if run.facts.is_child or not row.cluster_id:
        return
    owner = cluster_state.load(session, row.cluster_id, lock=True)
    if owner is None:
        return
    count, _active = node_state.count(session, row.cluster_id)
    # Deletions that are at work together mustn't rely on each other's nodes.
    count -= node_state.going(session, row.cluster_id, row.id)
    problem = capacity.check_size(
        count - 1,
        capacity.Bounds(),
        cluster_state.sizes_of(owner),
        strict=True,
        max_nodes=run.deps.settings.max_nodes_per_cluster,
    )
    if problem and "less" in problem:
        raise Refused(problem)
    council = checks.Council(run, bench, session, owner)
    if council:
        decided = council.decide(delete=1, candidates=(row.id,))
        checks.keep_deletion(run, {row.id: None}, decided)


def _deleted(run: Run, session: Session, row: Any) -> None:
    node_state.remove(session, row)


def _not_deleted(run: Run, session: Session, row: Any, how: Ending) -> Values | None:
    """Leave a node in error, unless nothing but its membership was at work."""
    if not members.balanced(run) or run.has_begun("Physical"):
        return failed(_WORDS)(run, session, row, how)
    return {
        "status": NodeStatus.WARNING,
        "status_reason": f"{_WORDS.bad}: {how.reason}",
        "updated_at": run.deps.clock(),
    }
