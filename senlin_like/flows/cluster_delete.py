"""Remove a cluster with all its nodes."""

from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.db import bindings, cluster_state, hosts, node_state
from senlin_like.db.progress import Save
from senlin_like.db.session import Session
from senlin_like.domain.enums import ClusterStatus, Phase
from senlin_like.flows import checks, telling
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import batches, binding, cluster, detaching
from senlin_like.flows.tasks.base import Ending, Plan
from senlin_like.flows.tasks.verdict import Judge
from senlin_like.flows.workbench import Workbench

VERSION = 1
_DETACH = "DetachAll"
#: Key of an action's data: the policies that are detached before nodes go.
_DETACHED = "detached"


def plan(run: Run, bench: Workbench) -> Plan:
    """Begin, detach the policies, remove the nodes, remove the row."""

    def opening(session: Session, row: Any) -> Mapping[str, Any]:
        _refuse_needed(session, row)
        hooked = [
            one.policy_id
            for one in bindings.all_of(session, row.id)
            if binding.has_hooks(bench, one)
        ]
        run.data.pop(_DETACHED, None)
        if hooked:
            run.data[_DETACHED] = hooked
        _portion(run, bench, session, row)
        return {}

    return Plan(
        version=VERSION,
        steps=(
            cluster.BeginCluster(run, ClusterStatus.DELETING, opening),
            detaching.Detach(
                run,
                bench,
                lambda: _noted(run),
                name=_DETACH,
                then=lambda session, _are_well: detaching.follow(
                    session, run.facts.target
                ),
            ),
            *batches.repeated(
                run,
                batches.DELETION,
                cluster.removal(run, lambda s, row: _nodes(run, s, row)),
                [cluster.REMOVE],
            ),
            Judge(run, {cluster.REMOVE: "Failed in deleting nodes."}),
        ),
        close=lambda run, how: _close(run, bench, how),
    )


def _noted(run: Run) -> list[str]:
    return list(run.data.get(_DETACHED, ()))


def _refuse_needed(session: Session, row: Any) -> None:
    """Refuse to delete what others need; that may have come after the request.

    :raises Refused: naming what needs it.
    """
    profiles = row.dependents.get("profiles")
    if profiles:
        raise Refused(f"Still referenced by profile(s): {profiles}.")
    needed = hosts.needed_members(session, row.id)
    if needed:
        raise Refused(f"Nodes {needed[:10]} are depended by other nodes.")


def _portion(run: Run, bench: Workbench, session: Session, row: Any) -> None:
    """Keep in the action's data which nodes are removed together, if it matters.

    A policy whose type isn't installed any more doesn't keep the cluster alive.
    """
    try:
        council = checks.Council(run, bench, session, row)
    except exceptions.NotFound:
        return
    if council:
        ids = [node.id for node in council.members]
        decided = council.decide(delete=len(ids))
        run.data[batches.DELETION] = {"count": len(ids), "candidates": ids}
        council.portion(batches.DELETION, decided, ids)


def _nodes(run: Run, session: Session, row: Any) -> list[str]:
    """Return the members that are removed together; with the last go all others."""
    batch = batches.now(run, batches.DELETION)
    if batch is None or batches.is_last(run, batches.DELETION):
        return [node.id for node in node_state.members(session, row.id)]
    return batches.still_there(session, row, batch)


def _close(run: Run, bench: Workbench, how: Ending) -> Save:
    """Remove the row if all nodes are gone; else say how the cluster stands."""

    def save(session: Session) -> None:
        cluster.tell_moved(run, session)
        row = cluster_state.load(session, run.facts.target, lock=True)
        if row is None:
            return
        if how.is_good:
            cluster_state.remove(session, row.id)
            telling.about_cluster(
                run, row, Phase.END, "Cluster deletion succeeded.", session
            )
            return
        detaching.give_up(run, bench, session, _DETACH, _noted(run))
        if run.is_done("Begin"):
            cluster_state.settle(session, row.id, run.facts.kind, run.deps.clock())
        telling.about_cluster(run, row, Phase.ERROR, how.reason, session)

    return save
