"""Remove a cluster with all its nodes."""

from collections.abc import Mapping
from typing import Any

from senlin_like.db import bindings, cluster_state, node_state
from senlin_like.db.progress import Save
from senlin_like.db.session import Session
from senlin_like.domain.enums import ClusterStatus, Phase
from senlin_like.flows import telling
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import binding, cluster
from senlin_like.flows.tasks.base import Ending, Plan
from senlin_like.flows.tasks.verdict import Judge
from senlin_like.flows.workbench import Workbench

VERSION = 1


def plan(run: Run, bench: Workbench) -> Plan:
    """Begin, detach the policies, remove the nodes, remove the row."""

    def opening(session: Session, row: Any) -> Mapping[str, Any]:
        hooked = [
            one.policy_id
            for one in bindings.all_of(session, row.id)
            if binding.has_hooks(bench, one)
        ]
        if hooked:
            run.data["detached"] = hooked
        return {}

    return Plan(
        version=VERSION,
        steps=(
            cluster.BeginCluster(run, ClusterStatus.DELETING, opening),
            binding.DetachAll(run, bench, lambda: run.data.get("detached", [])),
            *cluster.removal(run, _all_nodes),
            Judge(run, {"RemoveNodes": "Failed in deleting nodes."}),
        ),
        close=_close,
    )


def _all_nodes(session: Session, row: object) -> list[str]:
    cluster_id: str = row.id  # type: ignore[attr-defined]
    return [node.id for node in node_state.members(session, cluster_id)]


def _close(run: Run, how: Ending) -> Save:
    """Remove the row if all nodes are gone; else say how the cluster stands."""

    def save(session: Session) -> None:
        row = cluster_state.load(session, run.facts.target, lock=True)
        if row is None:
            return
        if how.is_good:
            cluster_state.remove(session, row.id)
            telling.about_cluster(
                run, row, Phase.END, "Cluster deletion succeeded.", session
            )
            return
        if run.is_done("Begin"):
            cluster_state.settle(session, row.id, run.facts.kind, run.deps.clock())
        telling.about_cluster(run, row, Phase.ERROR, how.reason, session)

    return save
