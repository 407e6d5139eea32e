"""What a cluster action that makes nodes leaves behind when it is stopped."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.db import node_state, progress, stray_watches
from senlin_like.db.session import Session
from senlin_like.domain.capacity import Refusal, Resize
from senlin_like.domain.enums import ActionStatus, Kind, NodeStatus
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Ending

CREATE = "CreateNodes"


def allowed(answer: Resize | Refusal) -> Resize:
    """Return a new size if it is allowed.

    :raises Refused: with the rule that forbids it.
    """
    if isinstance(answer, Refusal):
        raise Refused(answer.reason)
    return answer


def stopped_short(
    run: Run, session: Session, row: Any, how: Ending
) -> Mapping[str, Any]:
    """Remove nodes that came to nothing; return the columns of the cluster.

    Who cancels a growth doesn't want it any more, whether nodes have been begun
    or not: those that never had anything in the cloud go, and the cluster then
    wants as many as it has. One whose time was over is wanted still: the cluster
    goes on wanting as many and shows that they are lacking. Nodes that nobody
    began go; those that were begun stay, with the reason why they aren't well.
    """
    clear_up(run, session, how)
    if how.status != ActionStatus.CANCELLED or not _grows(run):
        return {}
    count, _active = node_state.count(session, row.id)
    return {"desired_capacity": max(count, row.min_size)}


def _grows(run: Run) -> bool:
    """Tell whether an action was to make a cluster larger than it was."""
    if run.facts.kind is Kind.CLUSTER_CREATE:
        return True
    return bool(run.data.get("creation", {}).get("count"))


def clear_up(run: Run, session: Session, how: Ending) -> None:
    """Remove nodes that came to nothing when an action was stopped."""
    stopped = None if how.is_good else run.data.get("stopped")
    made = run.outputs.get("nodes_added", [])
    if stopped is None or not made:
        return
    if stopped == "timeout":
        known = node_state.rows_of(session, made)
        made = [row.id for row in known.values() if row.status == NodeStatus.INIT]
    _remove(run, session, made)


def remove_unbegun(run: Run, session: Session) -> None:
    """Remove nodes that nobody has begun, and that nobody is to begin any more."""
    made = run.outputs.get("nodes_added", [])
    known = node_state.rows_of(session, made)
    busy = stray_watches.busy_targets(session, made)
    new = [one for one in made if one in known and known[one].status == NodeStatus.INIT]
    _remove(run, session, [one for one in new if one not in busy])


def _remove(run: Run, session: Session, node_ids: Sequence[str]) -> None:
    """Remove those that never had anything in the cloud; they weren't added."""
    removed = node_state.remove_never_made(session, node_ids)
    if removed:
        added = [one for one in run.outputs["nodes_added"] if one not in removed]
        outputs = {**run.outputs, "nodes_added": added}
        progress.amend(session, run.facts.id, outputs)
