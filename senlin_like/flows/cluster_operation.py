"""Carry out an operation of the profile type on nodes of a cluster."""

from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.db import node_state
from senlin_like.db.session import Session
from senlin_like.domain.enums import ClusterStatus, Kind
from senlin_like.flows.outcomes import Refused
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

    params: dict[str, Any] = {}

    def opening(session: Session, row: Any) -> Mapping[str, Any]:
        _checked(run, row, operation)
        return {}

    def picked(session: Session, row: Any) -> list[str]:
        params.update(_checked(run, row, operation))
        wanted = set(inputs.get("nodes", []))
        return [
            node.id for node in node_state.members(session, row.id) if node.id in wanted
        ]

    return Plan(
        version=VERSION,
        steps=(
            cluster.BeginCluster(run, ClusterStatus.OPERATING, opening),
            cluster.OnNodes(
                run,
                Kind.NODE_OPERATION,
                picked,
                inputs=lambda _node_id: {
                    "operation": operation,
                    "params": params,
                },
                name="OperateOnNodes",
                child_name=f"node_{operation}",
            ),
            Judge(run, {"OperateOnNodes": f"Failed in operation '{operation}'."}),
        ),
        close=cluster.ending(f"Cluster operation '{operation}' completed."),
    )


def _checked(run: Run, row: Any, operation: str) -> Mapping[str, Any]:
    """Return the parameters, and refuse what no node could do.

    Requests are checked when they come, but not what webhooks send: no node is to
    be in error for that.

    :raises Refused: with what is wrong.
    """
    profile_type = run.deps.profiles.get(row.profile_type)
    given = run.facts.inputs.get("params") or {}
    try:
        return profile_type.check_operation(operation, given)
    except exceptions.Invalid as error:
        raise Refused(error.message) from error
