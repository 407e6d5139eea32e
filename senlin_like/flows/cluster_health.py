"""See how the nodes of a cluster are, and bring them back."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.db import node_state
from senlin_like.db.session import Session
from senlin_like.domain import recovery as rules
from senlin_like.domain import selection
from senlin_like.domain.enums import ClusterStatus, Kind, NodeStatus
from senlin_like.flows import checks, growth, raw_inputs
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import cluster, members
from senlin_like.flows.tasks.base import Plan, Step
from senlin_like.flows.tasks.verdict import Judge
from senlin_like.flows.workbench import Workbench

VERSION = 1
_RECOVERY = ("operation", "operation_params", "delete_timeout", "force_recreate")


def check(run: Run, bench: Workbench) -> Plan:
    """Check every node."""
    return Plan(
        version=VERSION,
        steps=(
            cluster.BeginCluster(run, ClusterStatus.CHECKING),
            _checks(run, "CheckNodes"),
            Judge(run, {"CheckNodes": "Failed in checking nodes."}),
        ),
        close=cluster.ending("Cluster checking completed."),
    )


def _checks(run: Run, name: str) -> Step:
    return cluster.OnNodes(
        run,
        Kind.NODE_CHECK,
        lambda session, row: _with_object(session, row.id),
        inputs=lambda _node_id: dict(run.facts.inputs),
        name=name,
    )


def _with_object(session: Session, cluster_id: str) -> list[str]:
    ids = [node.id for node in node_state.members(session, cluster_id)]
    known = node_state.rows_of(session, ids)
    return [
        node_id
        for node_id in ids
        if node_id in known and known[node_id].physical_id is not None
    ]


def _not_well(session: Session, row: Any) -> Sequence[str]:
    return [
        node.id
        for node in node_state.members(session, row.id)
        if node.status != NodeStatus.ACTIVE
    ]


def _inputs(run: Run) -> Mapping[str, Any]:
    return raw_inputs.recover_inputs(run.facts.inputs)


def _refuse_foreign(run: Run, row: Any, inputs: Mapping[str, Any]) -> None:
    """Refuse an operation that the nodes don't know: it would harm them all.

    :raises Refused: naming those that they know.
    """
    if "operation" in inputs:
        known = run.deps.profiles.get(row.profile_type).recoveries
        reason = rules.refused(inputs["operation"], known)
        if reason is not None:
            raise Refused(reason)


def _surplus(run: Run, session: Session, row: Any) -> Sequence[str]:
    """Choose, once, the nodes that are too many."""
    if not _inputs(run).get("check_capacity"):
        return []
    chosen = run.data.get("deletion", {}).get("candidates")
    if chosen is None:
        there = cluster.members(run, session, row.id)
        count = max(0, len(there) - row.desired_capacity)
        choices = selection.choose(
            there, count, selection.Criterion.RANDOM, run.deps.chance
        )
        chosen = [choice.id for choice in choices]
        run.data["deletion"] = {"count": count, "candidates": chosen}
    return list(chosen)


def _missing(run: Run, session: Session, row: Any) -> int:
    if not _inputs(run).get("check_capacity"):
        return 0
    count = len(cluster.members(run, session, row.id))
    return max(0, int(row.desired_capacity) - count)


def recover(run: Run, bench: Workbench) -> Plan:
    """Look first if asked to; recover what isn't well; fill up if asked to."""
    inputs = _inputs(run)

    def opening(session: Session, row: Any) -> Mapping[str, Any]:
        _refuse_foreign(run, row, inputs)
        checks.note_members(run, bench, session, row.id)
        return {}

    def newcomers() -> list[str]:
        recovered = run.result("RecoverNodes").get("picked", [])
        return [*recovered, *run.outputs.get("nodes_added", ())]

    steps: list[Step] = [cluster.BeginCluster(run, ClusterStatus.RECOVERING, opening)]
    if inputs.get("check"):
        steps.append(_checks(run, "CheckNodes"))
    steps += [
        cluster.OnNodes(
            run,
            Kind.NODE_RECOVER,
            _not_well,
            inputs=lambda _node_id: {
                key: inputs[key] for key in _RECOVERY if key in inputs
            },
            name="RecoverNodes",
        ),
        cluster.CreateNodes(run, lambda s, row: _missing(run, s, row)),
        members.Join(run, bench, newcomers),
        members.Choose(run, lambda s, row: _surplus(run, s, row)),
        *cluster.removal(
            run,
            lambda s, row: _surplus(run, s, row),
            leave=[members.Leave(run, bench, lambda: members.going(run))],
        ),
        members.Settle(run, bench, lambda: members.going(run)),
        Judge(
            run,
            {
                "RecoverNodes": "Failed in recovering nodes.",
                members.JOIN: members.NOT_ADDED,
            },
        ),
    ]
    return Plan(
        version=VERSION,
        steps=steps,
        close=cluster.ending(
            "Cluster recovery succeeded.", values=growth.stopped_short
        ),
    )
