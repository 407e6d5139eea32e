"""Let nodes join a cluster, leave it, or take each other's place."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from senlin_like.db import cluster_state, hosts, node_state
from senlin_like.db.session import Session
from senlin_like.domain import capacity
from senlin_like.domain.enums import Kind, NodeStatus
from senlin_like.flows import checks, raw_inputs
from senlin_like.flows.cluster_resize import removal
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import batches, cluster, members
from senlin_like.flows.tasks.base import Ending, Plan, Step
from senlin_like.flows.tasks.verdict import Judge
from senlin_like.flows.workbench import Workbench

VERSION = 1
_OWNED = "Nodes {} already owned by some cluster."
_MEMBERS = "Nodes {} already member of a cluster."


def add(run: Run, bench: Workbench) -> Plan:
    """Check once more, let the nodes join, want as many as there are."""
    nodes = [str(node_id) for node_id in run.facts.inputs.get("nodes", [])]

    def opening(session: Session, row: Any) -> Mapping[str, Any]:
        _check_newcomers(session, row, nodes)
        _check_size(run, session, row, len(nodes))
        checks.note_members(run, bench, session, row.id)
        run.data["creation"] = {"nodes": nodes}
        return {}

    return Plan(
        version=VERSION,
        steps=(
            cluster.BeginCluster(run, None, opening),
            _joining(run, nodes),
            members.Join(run, bench, lambda: nodes),
            Judge(
                run,
                {
                    cluster.JOINING: "Failed in adding nodes.",
                    members.JOIN: members.NOT_ADDED,
                },
            ),
        ),
        close=cluster.ending("Completed adding nodes.", values=_as_many_as_there_are),
    )


def _joining(run: Run, nodes: Sequence[str]) -> Step:
    return cluster.MoveNodes(
        run,
        Kind.NODE_JOIN,
        lambda _session, _row: nodes,
        inputs=lambda _node_id: {"cluster_id": run.facts.target},
        name=cluster.JOINING,
    )


def _check_newcomers(
    session: Session, row: Any, nodes: Sequence[str], taken: str = _OWNED
) -> None:
    """Refuse nodes that are gone, taken, not well or of another type.

    The cluster's own nodes are taken too: none has joined by this action before
    it begins, and what has begun isn't checked again. ``taken`` says so.

    :raises Refused: with all that is wrong.
    """
    known = node_state.rows_of(session, nodes)
    missing = [node for node in nodes if node not in known]
    tests: list[tuple[str, Callable[[Any], bool]]] = [
        (
            "Profile type of nodes {} does not match that of the cluster.",
            lambda node: node.profile_type != row.profile_type,
        ),
        (
            taken,
            lambda node: bool(node.cluster_id),
        ),
        (
            "Nodes are not ACTIVE: {}.",
            lambda node: node.status != NodeStatus.ACTIVE,
        ),
    ]
    problems = []
    for text, is_bad in tests:
        bad = [node.id for node in known.values() if is_bad(node)]
        if bad:
            problems.append(text.format(bad))
    if missing:
        problems.append(f"Nodes not found: {missing}.")
    if problems:
        raise Refused("\n".join(problems))


def _check_size(run: Run, session: Session, row: Any, change: int) -> None:
    count, _active = node_state.count(session, row.id)
    problem = capacity.check_size(
        count + change,
        capacity.Bounds(),
        cluster_state.sizes_of(row),
        strict=True,
        max_nodes=run.deps.settings.max_nodes_per_cluster,
    )
    if problem:
        raise Refused(problem)


def _as_many_as_there_are(
    run: Run, session: Session, row: Any, how: Ending
) -> Mapping[str, Any]:
    if not run.is_done("Begin") or not checks.reduces_desired(run):
        return {}
    count, _active = node_state.count(session, row.id)
    return {"desired_capacity": count}


def remove(run: Run, bench: Workbench) -> Plan:
    """Let the named nodes leave, or delete them if that is asked for."""
    inputs = run.facts.inputs

    def opening(session: Session, row: Any) -> Mapping[str, Any]:
        named = [str(node_id) for node_id in inputs.get("candidates", [])]
        known = node_state.rows_of(session, named)
        missing = [node_id for node_id in named if node_id not in known]
        if missing:
            raise Refused(f"Nodes not found: {missing}.")
        there = [node for node in named if known[node].cluster_id == row.id]
        _refuse_needed(session, row.id, there)
        _check_size(run, session, row, -len(there))
        council = checks.Council(run, bench, session, row)
        decided = council.decide(delete=len(there), candidates=there)
        checks.keep_deletion(run, dict.fromkeys(there), decided)
        council.portion(batches.DELETION, decided, there)
        return {}

    return Plan(
        version=VERSION,
        steps=(
            cluster.BeginCluster(run, None, opening),
            *removal(
                run,
                bench,
                destroy=lambda: checks.destroys(
                    run, default=raw_inputs.is_set(inputs, "destroy_after_deletion")
                ),
            ),
            members.Settle(run, bench, lambda: members.going(run)),
            Judge(run, {cluster.REMOVE: "Failed in deleting nodes."}),
        ),
        close=cluster.ending("Completed deleting nodes.", values=_as_many_as_there_are),
    )


def _refuse_needed(session: Session, cluster_id: str, nodes: Sequence[str]) -> None:
    """Refuse to let nodes go that others depend on, be it that they only leave.

    :raises Refused: naming them.
    """
    needed = set(hosts.needed_members(session, cluster_id)).intersection(nodes)
    if needed:
        raise Refused(
            f"Nodes {sorted(needed)[:10]} are depended by other nodes, so can't be "
            "deleted or become orphan nodes."
        )


def replace(run: Run, bench: Workbench) -> Plan:
    """Let the new nodes join, then the old ones leave."""
    pairs = {str(o): str(n) for o, n in run.facts.inputs.get("candidates", {}).items()}
    newcomers = list(pairs.values())

    def opening(session: Session, row: Any) -> Mapping[str, Any]:
        known = node_state.rows_of(session, list(pairs))
        strangers = [
            old for old in pairs if old not in known or known[old].cluster_id != row.id
        ]
        if strangers:
            raise Refused(
                f"The specified nodes {strangers} to be replaced are not members of "
                f"the cluster {row.id}."
            )
        _check_newcomers(session, row, newcomers, _MEMBERS)
        checks.note_members(run, bench, session, row.id)
        return {}

    def leavers() -> list[str]:
        """Leave out those whose successor didn't make it."""
        failed = set(run.result(cluster.JOINING).get("failed_nodes", []))
        failed |= set(run.result(members.JOIN).get("failed", []))
        return [old for old, new in pairs.items() if new not in failed]

    return Plan(
        version=VERSION,
        steps=(
            cluster.BeginCluster(run, None, opening),
            _joining(run, newcomers),
            # The old ones go out of the pool by the call that lets new ones in.
            members.Swap(run, bench, lambda: newcomers, leavers),
            cluster.MoveNodes(
                run, Kind.NODE_LEAVE, lambda _s, _row: leavers(), name=cluster.LEAVING
            ),
            members.Settle(run, bench, leavers),
            Judge(
                run,
                {
                    cluster.JOINING: "Failed in replacing nodes.",
                    cluster.LEAVING: "Failed in replacing nodes.",
                    members.JOIN: members.NOT_ADDED,
                },
            ),
        ),
        close=cluster.ending("Completed replacing nodes."),
    )
