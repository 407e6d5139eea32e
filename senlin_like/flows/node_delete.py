"""Remove a node and what it is made of."""

from typing import Any

from senlin_like.db import cluster_state, node_state
from senlin_like.db.session import Session
from senlin_like.domain import capacity
from senlin_like.domain.enums import NodeStatus
from senlin_like.flows import checks
from senlin_like.flows.node_endings import Words, ending
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Plan, Step
from senlin_like.flows.tasks.node import Begin, NodeWork, Physical
from senlin_like.flows.tasks.pause import Pause
from senlin_like.flows.workbench import Workbench
from senlin_like.profiles import base as profiles

VERSION = 1


def plan(run: Run, bench: Workbench) -> Plan:
    """Begin, ask for the removal, wait until nothing is left."""
    node = NodeWork(run, bench)

    def remove(ask: profiles.Ask) -> profiles.Step:
        return node.recipe.type.delete(ask, run.facts.inputs)

    def grace_s() -> int:
        return int(run.data.get("deletion", {}).get("grace_period", 0))

    steps: list[Step] = [
        Begin(node, NodeStatus.DELETING, lambda s, row: _check(run, bench, s, row)),
        Physical(node, remove),
    ]
    if not run.facts.is_child and (grace_s() > 0 or not run.is_done("Begin")):
        reason = "The node is removed after a grace period."
        steps.insert(1, Pause(run, grace_s, reason, "Grace"))
    return Plan(
        version=VERSION,
        steps=steps,
        close=ending(
            Words(good="Node deleted successfully.", bad="Failed in deleting node"),
            _deleted,
            resizes=True,
        ),
    )


def _check(run: Run, bench: Workbench, session: Session, row: Any) -> None:
    """Refuse what would leave the cluster smaller than it may be.

    :raises Refused: with the reason.
    """
    if run.facts.is_child or not row.cluster_id:
        return
    cluster = cluster_state.load(session, row.cluster_id, lock=True)
    if cluster is None:
        return
    count, _active = node_state.count(session, row.cluster_id)
    problem = capacity.check_size(
        count - 1,
        capacity.Bounds(),
        capacity.Sizes(
            min_size=cluster.min_size,
            max_size=cluster.max_size,
            desired_capacity=cluster.desired_capacity,
        ),
        strict=True,
        max_nodes=run.deps.settings.max_nodes_per_cluster,
    )
    if problem and "less" in problem:
        raise Refused(problem)
    council = checks.Council(run, bench, session, cluster)
    if council:
        decided = council.decide(delete=1, candidates=(row.id,))
        checks.keep_deletion(run, {row.id: None}, decided)


def _deleted(run: Run, session: Session, row: Any) -> None:
    node_state.remove(session, row.id)
