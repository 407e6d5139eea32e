"""Make one node real."""

from typing import Any

from senlin_like.db import cluster_state, node_state
from senlin_like.db.session import Session
from senlin_like.domain import capacity
from senlin_like.domain.enums import NodeStatus
from senlin_like.flows import checks, hosting
from senlin_like.flows.node_endings import Values, Words, active, ending
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import members, places
from senlin_like.flows.tasks.base import Ending, Plan, Step
from senlin_like.flows.tasks.node import Begin, NodeWork, Physical
from senlin_like.flows.workbench import Workbench
from senlin_like.profiles import base as profiles

VERSION = 1
_NEW = (NodeStatus.INIT, NodeStatus.CREATING)


def plan(run: Run, bench: Workbench) -> Plan:
    """Begin, ask for the object, wait until it is there."""
    node = NodeWork(run, bench)

    def create(ask: profiles.Ask) -> profiles.Step:
        return node.recipe.type.create(ask)

    def remove(ask: profiles.Ask) -> profiles.Step:
        if run.has_begun(members.JOIN):
            # The server is there, whatever became of its membership.
            return profiles.Done()
        return node.recipe.type.delete(ask, {"force": True})

    return Plan(
        version=VERSION,
        steps=(
            *_before(run, bench),
            Begin(
                node,
                NodeStatus.CREATING,
                lambda s, row: _check(run, bench, s, row),
                hosting.take,
            ),
            Physical(
                node, create, undo=remove, is_last=lambda: not members.balanced(run)
            ),
            *_after(run, bench),
        ),
        close=ending(
            Words(good="Node created successfully.", bad="Failed in creating node"),
            _created,
            on_failure=_not_created,
            resizes=True,
        ),
    )


def _before(run: Run, bench: Workbench) -> list[Step]:
    """Return what may have to come before a creation that a user has asked for."""
    if run.facts.is_child or not run.facts.cluster_id or run.is_done("Begin"):
        return []
    return [places.LookAtPlaces(run, bench)]


def _after(run: Run, bench: Workbench) -> list[Step]:
    """Return what follows a creation that a user has asked for."""
    if run.facts.is_child or not run.facts.cluster_id:
        return []
    if run.is_done("Begin") and not members.balanced(run):
        return []

    def own() -> tuple[str, ...]:
        return (run.facts.target,)

    return [members.Join(run, bench, own, present=own), members.Verdict(run)]


def _check(run: Run, bench: Workbench, session: Session, row: Any) -> None:
    """Refuse a node that isn't new, or one too many in its cluster.

    :raises Refused: with the reason.
    """
    if row.status not in _NEW:
        raise Refused(f"Node must be in INIT status, it is {row.status}.")
    _refuse_left_over(run, session, row)
    if run.facts.is_child or not row.cluster_id:
        return
    cluster = cluster_state.load(session, row.cluster_id, lock=True)
    if cluster is None:
        raise Refused(f"The cluster '{row.cluster_id}' could not be found.")
    count, _active = node_state.count(session, row.cluster_id)
    problem = capacity.check_size(
        count,
        capacity.Bounds(),
        cluster_state.sizes_of(cluster),
        strict=True,
        max_nodes=run.deps.settings.max_nodes_per_cluster,
    )
    if problem and "greater" in problem:
        raise Refused(problem)
    council = checks.Council(run, bench, session, cluster)
    decided = council.decide(create=1)
    if decided.places:
        checks.keep_creation(run, 1, decided)
        placement = {**(row.data or {}).get("placement", {})}
        placement |= checks.placement_of(decided.places[0])
        node_state.merge_data(session, row.id, {"placement": placement})


def _refuse_left_over(run: Run, session: Session, row: Any) -> None:
    """Make nothing for a cluster that was deleted before the node's turn came.

    :raises Refused: when the cluster is gone.
    """
    asked = run.facts.cluster_id
    if asked and not row.cluster_id and cluster_state.load(session, asked) is None:
        raise Refused(f"The cluster '{asked}' could not be found.")


def _created(run: Run, session: Session, row: Any) -> Values:
    return active(
        run,
        "Creation succeeded",
        created_at=row.created_at or run.deps.clock(),
    )


def _not_created(run: Run, session: Session, row: Any, how: Ending) -> Values | None:
    """Leave a node in error that has nothing in the cloud.

    One that its cluster had no room for, or that there was no host for, leaves
    the cluster; one that is no longer new stays as it is.
    """
    if run.has_begun(members.JOIN):
        known = {"created_at": row.created_at or run.deps.clock()}
        return members.not_a_member(run, how.reason) | known
    if not run.is_done("Begin") and row.status not in _NEW:
        return None
    values: dict[str, Any] = {
        "status": NodeStatus.ERROR,
        "status_reason": how.reason,
        "updated_at": run.deps.clock(),
    }
    if "undo_failed" not in run.data:
        values["physical_id"] = None
    if not run.is_done("Begin") and not run.facts.is_child:
        values |= {"cluster_id": "", "index": -1}
    return values
