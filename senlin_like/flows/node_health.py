"""See how a node is, and bring it back."""

from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.db.session import Session
from senlin_like.domain.enums import NodeStatus, RecoverOperation
from senlin_like.flows import checks, hosting
from senlin_like.flows.node_endings import Values, Words, active, ending, failed
from senlin_like.flows.outcomes import Done, Outcome, Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import members
from senlin_like.flows.tasks.base import Ending, Plan, Step
from senlin_like.flows.tasks.node import Begin, NodeWork, Physical
from senlin_like.flows.workbench import Workbench
from senlin_like.profiles import base as profiles

VERSION = 1
_WORDS = Words(good="Node recovered successfully.", bad="Failed in recovering node")


class Look(Physical):
    """Check the node's object; that it is gone is a finding, not a failure."""

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Take one turn of the check."""
        try:
            return super().work(memo)
        except exceptions.CloudNotFound as error:
            return Done(
                result={"gone": True, "healthy": False, "reason": error.message},
                is_last=self.is_last,
            )


def check(run: Run, bench: Workbench) -> Plan:
    """Look at the object and write down what was seen."""
    node = NodeWork(run, bench)

    def look(ask: profiles.Ask) -> profiles.Step:
        return node.recipe.type.check(ask)

    return Plan(
        version=VERSION,
        steps=(Begin(node, None, lambda s, row: _check(row)), Look(node, look)),
        close=ending(
            Words(good="Check succeeded.", bad="Check"),
            _checked,
            on_failure=_not_checked,
        ),
    )


def _check(row: Any) -> None:
    if row.physical_id is None:
        raise Refused("The node has no physical resource to check.")


def _checked(run: Run, session: Session, row: Any) -> Values:
    found = run.result("Physical")
    values: dict[str, Any] = {"updated_at": run.deps.clock()}
    if found.get("gone"):
        values["physical_id"] = None
    if not found.get("healthy", True):
        why = found.get("reason") or "Node is not ACTIVE."
        return {
            **values,
            "status": NodeStatus.ERROR,
            "status_reason": f"Check: Node is not ACTIVE. {why}".strip(),
        }
    if row.status == NodeStatus.WARNING:
        return {
            **values,
            "status_reason": "Check: Physical object is ACTIVE but the node status "
            f"was WARNING. {row.status_reason}"[:2000],
        }
    return {
        **values,
        "status": NodeStatus.ACTIVE,
        "status_reason": "Check: Node is ACTIVE.",
    }


def _not_checked(run: Run, session: Session, row: Any, how: Ending) -> Values | None:
    """Without an answer a node that was in trouble stays so, others too."""
    if not run.is_done("Begin") or run.is_cancelled():
        return None
    return {
        "status": NodeStatus.ERROR,
        "status_reason": f"Check: {how.reason}",
        "updated_at": run.deps.clock(),
    }


class LookFirst(Look):
    """Find out whether there is anything to recover."""


class Recover(Physical):
    """Bring the object back, unless it was found to be well."""

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Take one turn of the recovery."""
        if self.run.result("LookFirst").get("healthy"):
            return Done(
                result={"reason": "The node is healthy; nothing was done."},
                is_last=self.is_last,
            )
        return super().work(memo)


def recover(run: Run, bench: Workbench) -> Plan:
    """Begin, look first if asked to, then recover."""
    node = NodeWork(run, bench)

    def look(ask: profiles.Ask) -> profiles.Step:
        if ask.node.physical_id is None:
            return profiles.Done(is_healthy=False, reason="There is no object.")
        return node.recipe.type.check(ask)

    def bring_back(ask: profiles.Ask) -> profiles.Step:
        return node.recipe.type.recover(ask, run.facts.inputs)

    steps: list[Step] = [
        Begin(
            node,
            NodeStatus.RECOVERING,
            lambda s, row: _check_recover(run, bench, s, row),
            hosting.take,
        )
    ]
    if run.facts.inputs.get("check"):
        steps.append(LookFirst(node, look, name="LookFirst", is_last=False))
    steps.append(Recover(node, bring_back, is_last=lambda: not members.balanced(run)))
    if not run.facts.is_child and (members.balanced(run) or not run.is_done("Begin")):

        def own() -> tuple[str, ...]:
            return (run.facts.target,)

        steps.append(members.Join(run, bench, own, present=own))
        steps.append(members.Verdict(run))
    return Plan(
        version=VERSION,
        steps=steps,
        close=ending(
            _WORDS,
            lambda run, session, row: active(run, "Recovery succeeded"),
            on_failure=_not_recovered,
        ),
    )


def _not_recovered(run: Run, session: Session, row: Any, how: Ending) -> Values | None:
    """Leave a node in error, unless it is only no member."""
    if run.has_begun(members.JOIN):
        return members.not_a_member(run, how.reason)
    return failed(_WORDS)(run, session, row, how)


def _check_recover(run: Run, bench: Workbench, session: Session, row: Any) -> None:
    operation = str(run.facts.inputs.get("operation") or "").upper()
    needs_object = operation in (RecoverOperation.REBOOT, RecoverOperation.REBUILD)
    if needs_object and row.physical_id is None:
        raise Refused(
            f"The node has no physical resource: {operation} can't recover it, "
            "RECREATE can."
        )
    if not run.facts.is_child and row.cluster_id:
        checks.note_members(run, bench, session, row.cluster_id)
