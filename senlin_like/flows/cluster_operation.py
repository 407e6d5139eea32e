"""Carry out an operation of the profile type on nodes of a cluster."""

from senlin_like.db import node_state
from senlin_like.db.session import Session
from senlin_like.domain.enums import ClusterStatus, Kind
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import cluster
from senlin_like.flows.tasks.base import Plan
from senlin_like.flows.tasks.verdict import Judge
from senlin_like.flows.workbench import Workbench

VERSION = 1


def plan(run: Run, bench: Workbench) -> Plan:
    """Begin, operate on the nodes, see how the cluster stands."""
    inputs = run.facts.inputs
    operation = str(inputs.get("operation"))

    def picked(session: Session, row: object) -> list[str]:
        cluster_id: str = row.id  # type: ignore[attr-defined]
        wanted = set(inputs.get("nodes", []))
        return [
            node.id
            for node in node_state.members(session, cluster_id)
            if node.id in wanted
        ]

    return Plan(
        version=VERSION,
        steps=(
            cluster.BeginCluster(run, ClusterStatus.OPERATING),
            cluster.OnNodes(
                run,
                Kind.NODE_OPERATION,
                picked,
                inputs=lambda _node_id: {
                    "operation": operation,
                    "params": inputs.get("params") or {},
                },
                name="OperateOnNodes",
                child_name=f"node_{operation}",
            ),
            Judge(run, {"OperateOnNodes": f"Failed in operation '{operation}'."}),
        ),
        close=cluster.ending(f"Cluster operation '{operation}' completed."),
    )
