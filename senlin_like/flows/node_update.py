"""Give a node other properties: a profile, a name, a role, metadata."""

from typing import Any

from senlin_like.db import node_state
from senlin_like.db.session import Session
from senlin_like.domain.enums import NodeStatus
from senlin_like.flows.node_endings import Values, Words, active, ending
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Plan, Step
from senlin_like.flows.tasks.node import Begin, NodeWork, Physical
from senlin_like.flows.workbench import Recipe, Workbench
from senlin_like.profiles import base as profiles

VERSION = 1
_COLUMNS = {
    "name": "name",
    "role": "role",
    "metadata": "meta_data",
    "tainted": "tainted",
}


def plan(run: Run, bench: Workbench) -> Plan:
    """Begin, change the object if there is another profile, change the row."""
    node = NodeWork(run, bench)
    new_profile = run.facts.inputs.get("new_profile_id")

    def update(ask: profiles.Ask) -> profiles.Step:
        target = _recipe(run, bench, str(new_profile))
        node.recipe.type.check_update(node.recipe.properties, target.properties)
        config = run.facts.inputs.get("config") or {}
        return node.recipe.type.update(ask, target.properties, config)

    steps: list[Step] = [Begin(node, NodeStatus.UPDATING, _check)]
    if new_profile:
        steps.append(Physical(node, update))
    return Plan(
        version=VERSION,
        steps=steps,
        close=ending(
            Words(good="Node updated successfully.", bad="Failed in updating node"),
            _updated,
        ),
    )


def _recipe(run: Run, bench: Workbench, profile_id: str) -> Recipe:
    row = run.read(lambda session: node_state.profile(session, profile_id))
    if row is None:
        raise Refused(f"The profile '{profile_id}' could not be found.")
    return bench.recipe(profile_id, row.type, row.sealed_spec)


def _check(session: Session, row: Any) -> None:
    if row.physical_id is None:
        raise Refused("The node has no physical resource to update.")


def _updated(run: Run, session: Session, row: Any) -> Values:
    inputs = run.facts.inputs
    changes: dict[str, Any] = {
        column: inputs[key]
        for key, column in _COLUMNS.items()
        if key in inputs and (inputs[key] is not None or key in ("role", "metadata"))
    }
    if inputs.get("new_profile_id"):
        changes["profile_id"] = inputs["new_profile_id"]
    return active(run, "Update succeeded", **changes)
