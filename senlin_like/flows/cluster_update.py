"""Change a cluster's properties, and give its nodes another profile."""

from collections.abc import Mapping
from typing import Any

from senlin_like.db import conflicts, node_state
from senlin_like.db.session import Session
from senlin_like.domain.enums import ClusterStatus, Kind
from senlin_like.flows import checks, raw_inputs
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import batches, cluster, members
from senlin_like.flows.tasks.base import Ending, Plan, Step
from senlin_like.flows.tasks.verdict import Judge
from senlin_like.flows.workbench import Workbench

VERSION = 2
_COLUMNS = {
    "name": "name",
    "metadata": "meta_data",
    "timeout": "timeout",
    "config": "config",
}


def plan(run: Run, bench: Workbench) -> Plan:
    """Begin and save what is simple; update the nodes; save the profile."""
    new_profile = run.facts.inputs.get("new_profile_id")
    is_only = raw_inputs.is_set(run.facts.inputs, "profile_only")
    has_nodes = bool(new_profile and not is_only)

    def opening(session: Session, row: Any) -> Mapping[str, Any]:
        if has_nodes:
            _portion(run, checks.Council(run, bench, session, row))
        return _simple(run)

    steps: list[Step] = [cluster.BeginCluster(run, ClusterStatus.UPDATING, opening)]
    if has_nodes:
        updates = cluster.OnNodes(
            run,
            Kind.NODE_UPDATE,
            lambda session, row: _nodes(run, session, row),
            inputs=lambda _node_id: {
                "new_profile_id": new_profile,
                "config": run.data.get("config", {}),
            },
            name="UpdateNodes",
        )

        def updated() -> list[str]:
            return list(run.result(updates.name).get("picked", ()))

        renewal = members.Renew(run, bench, updated)
        judged = [updates.name, renewal.name]
        steps += batches.repeated(run, batches.UPDATE, [updates, renewal], judged)
    steps.append(
        Judge(
            run,
            {
                "UpdateNodes": "Failed in updating nodes.",
                members.JOIN: members.NOT_ADDED,
            },
        )
    )
    return Plan(
        version=VERSION,
        steps=steps,
        close=cluster.ending("Cluster update completed.", values=_profile),
    )


def _simple(run: Run) -> Mapping[str, Any]:
    inputs = run.facts.inputs
    if inputs.get("config") is not None:
        run.data["config"] = inputs["config"]
    return {
        column: inputs[key]
        for key, column in _COLUMNS.items()
        if inputs.get(key) is not None
    }


def _portion(run: Run, council: checks.Council) -> None:
    """Keep in the action's data which nodes are updated together, if it matters."""
    decided = council.decide()
    if decided.batches is not None:
        ids = [node.id for node in council.members]
        council.portion(batches.UPDATE, decided, ids)


def _nodes(run: Run, session: Session, row: Any) -> list[str]:
    """Return the members that are updated together."""
    batch = batches.now(run, batches.UPDATE)
    if batch is None:
        return [node.id for node in node_state.members(session, row.id)]
    return batches.still_there(session, row, batch)


def _profile(run: Run, session: Session, row: Any, how: Ending) -> Mapping[str, Any]:
    """Return the new profile; nodes that are made after this one have it too."""
    new_profile = run.facts.inputs.get("new_profile_id")
    if not how.is_good or not new_profile:
        return {}
    if not raw_inputs.is_set(run.facts.inputs, "profile_only"):
        for node_id in sorted(conflicts.made_after(session, run.facts.id)):
            node_state.change_profile(session, node_id, row.profile_id, new_profile)
    return {"profile_id": new_profile}
