"""Give a new cluster its nodes."""

from collections.abc import Mapping
from typing import Any

from senlin_like.db.session import Session
from senlin_like.domain.enums import ClusterStatus
from senlin_like.flows import growth
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import cluster
from senlin_like.flows.tasks.base import Ending, Plan
from senlin_like.flows.tasks.verdict import Judge
from senlin_like.flows.workbench import Workbench

VERSION = 1


def plan(run: Run, bench: Workbench) -> Plan:
    """Begin, make the nodes, see how it stands."""
    return Plan(
        version=VERSION,
        steps=(
            cluster.BeginCluster(run, ClusterStatus.CREATING, _opening),
            cluster.CreateNodes(run, lambda _session, row: int(row.desired_capacity)),
            Judge(run, {growth.CREATE: "Failed in creating nodes."}),
        ),
        close=cluster.ending("Cluster creation succeeded.", values=_values),
    )


def _opening(session: Session, row: Any) -> Mapping[str, Any]:
    if row.status not in (ClusterStatus.INIT, ClusterStatus.CREATING):
        raise Refused(f"Cluster must be in INIT status, it is {row.status}.")
    return {}


def _values(run: Run, session: Session, row: Any, how: Ending) -> Mapping[str, Any]:
    values = dict(growth.stopped_short(run, session, row, how))
    if how.is_good:
        values["created_at"] = run.deps.clock()
    return values
