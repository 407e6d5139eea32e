"""What is left of the target of an action that no flow brings to an end.

No plan is asked: it may be what fails, or that of a release which is gone.
"""

from typing import Any

from senlin_like.db import (
    children,
    cluster_state,
    image_tasks,
    node_state,
    policy_strays,
    strays,
)
from senlin_like.db.progress import Save
from senlin_like.db.session import Session
from senlin_like.domain import actions as rules
from senlin_like.domain.enums import ClusterStatus, Kind, NodeStatus, Phase
from senlin_like.flows import growth, telling
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import cluster

#: How clusters and nodes stand that nobody works on.
_CLUSTER_RESTS = frozenset(
    {
        ClusterStatus.ACTIVE,
        ClusterStatus.CRITICAL,
        ClusterStatus.ERROR,
        ClusterStatus.WARNING,
    }
)
_NODE_RESTS = frozenset({NodeStatus.ACTIVE, NodeStatus.ERROR, NodeStatus.WARNING})


def ending(run: Run, reason: str) -> Save:
    """Return what says, in the transaction of the end, how the target stands now.

    Children are asked to stop: nobody sums them up any more.
    """

    def save(session: Session) -> None:
        if run.facts.kind in rules.CLUSTER_KINDS:
            cluster.tell_moved(run, session)
            children.cancel(session, run.facts.id)
            growth.remove_unbegun(run, session)
            _about_cluster(run, session, reason)
        elif run.facts.kind in rules.AGGREGATE_KINDS:
            image_tasks.put_back(session, run.facts.id)
            telling.about_aggregate(run, Phase.ERROR, reason, session)
        else:
            _about_node(run, session, reason)

    return save


def _about_cluster(run: Run, session: Session, reason: str) -> None:
    row = cluster_state.load(session, run.facts.target, lock=True)
    if row is None:
        return
    if run.facts.kind in rules.FURNISHING:
        policy_strays.remember(session, [run.facts.id], run.ties.stray_watch_s)
    if row.status not in _CLUSTER_RESTS:
        cluster_state.settle(session, row.id, telling.verb(run), run.deps.clock())
    telling.about_cluster(run, row, Phase.ERROR, reason, session)


def _about_node(run: Run, session: Session, reason: str) -> None:
    row = node_state.load(session, run.facts.target)
    if row is None:
        return
    if row.status not in _NODE_RESTS and _is_its_work(run, row):
        values = {
            "status": NodeStatus.ERROR,
            "status_reason": reason,
            "updated_at": run.deps.clock(),
        }
        node_state.change(session, row.id, values)
        node_state.tell_cluster(
            session, row.cluster_id, row.name, NodeStatus.ERROR, reason
        )
    if run.facts.kind in rules.CREATING:
        watch_s = run.ties.stray_watch_s
        strays.remember(session, [row.id], watch_s, since=run.started)
    telling.about_node(run, row, Phase.ERROR, reason, session)


def _is_its_work(run: Run, row: Any) -> bool:
    """Tell whether a node is what it is by this action."""
    return row.status != NodeStatus.INIT or run.facts.kind is Kind.NODE_CREATE
