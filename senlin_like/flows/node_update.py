"""Give a node other properties: a profile, a name, a role, metadata."""

from typing import Any

from senlin_like.db import node_state
from senlin_like.db.session import Session
from senlin_like.domain.enums import NodeStatus
from senlin_like.flows import checks
from senlin_like.flows.node_endings import Values, Words, active, ending, failed
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import members
from senlin_like.flows.tasks.base import Ending, Plan, Step
from senlin_like.flows.tasks.node import Begin, NodeWork, Physical
from senlin_like.flows.workbench import Recipe, Workbench
from senlin_like.profiles import base as profiles

VERSION = 1
_CHANGE = "Physical"
_WORDS = Words(good="Node updated successfully.", bad="Failed in updating node")
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

    def give_up(ask: profiles.Ask) -> profiles.Step:
        begun = run.memo(_CHANGE).get("memo")
        if begun is None:
            return profiles.Done()
        return node.recipe.type.abandon_update(ask, begun)

    def opening(session: Session, row: Any) -> None:
        _check(session, row)
        if new_profile and row.cluster_id and not run.facts.is_child:
            checks.note_members(run, bench, session, row.cluster_id)

    # Without a profile nothing but the row changes: the node is as well as it was.
    status = NodeStatus.UPDATING if new_profile else None
    steps: list[Step] = [Begin(node, status, opening)]
    if new_profile:
        steps.append(
            Physical(
                node,
                update,
                undo=give_up,
                name=_CHANGE,
                is_last=lambda: not members.balanced(run),
            )
        )
        steps += _after(run, bench)
    return Plan(
        version=VERSION,
        steps=steps,
        close=ending(_WORDS, _updated, on_failure=_not_updated),
    )


def _after(run: Run, bench: Workbench) -> list[Step]:
    """Return what follows an update that a user has asked for: addresses change."""
    if run.facts.is_child or (run.is_done("Begin") and not members.balanced(run)):
        return []
    return [
        members.Renew(run, bench, lambda: (run.facts.target,)),
        members.Verdict(run),
    ]


def _not_updated(run: Run, session: Session, row: Any, how: Ending) -> Values | None:
    """Leave a node in error, unless it is only no member, or nothing was done."""
    # Older releases had it UPDATING without a profile, too.
    is_at_rest = row.status != NodeStatus.UPDATING
    if is_at_rest and not run.facts.inputs.get("new_profile_id"):
        return None
    if run.has_begun(members.JOIN):
        return {**_changes(run), **members.not_a_member(run, how.reason)}
    return failed(_WORDS)(run, session, row, how)


def _recipe(run: Run, bench: Workbench, profile_id: str) -> Recipe:
    row = run.read(lambda session: node_state.profile(session, profile_id))
    if row is None:
        raise Refused(f"The profile '{profile_id}' could not be found.")
    return bench.recipe(profile_id, row.type, row.sealed_spec)


def _check(session: Session, row: Any) -> None:
    if row.physical_id is None:
        raise Refused("The node has no physical resource to update.")


def _updated(run: Run, session: Session, row: Any) -> Values:
    unwell = row.status in (NodeStatus.ERROR, NodeStatus.WARNING)
    if unwell and not run.facts.inputs.get("new_profile_id"):
        return {**_changes(run), "updated_at": run.deps.clock()}
    return active(run, "Update succeeded", **_changes(run))


def _changes(run: Run) -> dict[str, Any]:
    inputs = run.facts.inputs
    changes: dict[str, Any] = {
        column: inputs[key]
        for key, column in _COLUMNS.items()
        if key in inputs and (inputs[key] is not None or key in ("role", "metadata"))
    }
    if inputs.get("new_profile_id"):
        changes["profile_id"] = inputs["new_profile_id"]
    return changes
