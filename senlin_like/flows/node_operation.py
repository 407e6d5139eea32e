"""Carry out an operation of the profile type on a node."""

from typing import Any

from senlin_like.domain.enums import NodeStatus
from senlin_like.flows.node_endings import Words, active, ending
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.run import Run
from senlin_like.flows.tasks import lifecycle
from senlin_like.flows.tasks.base import Plan
from senlin_like.flows.tasks.node import Begin, NodeWork, Physical
from senlin_like.flows.workbench import Workbench
from senlin_like.profiles import base as profiles

VERSION = 1


def plan(run: Run, bench: Workbench) -> Plan:
    """Begin, start the operation, wait for its outcome."""
    node = NodeWork(run, bench)
    operation = str(run.facts.inputs.get("operation"))

    def operate(ask: profiles.Ask) -> profiles.Step:
        return node.recipe.type.operate(
            ask, operation, run.facts.inputs.get("params") or {}
        )

    return Plan(
        version=VERSION,
        steps=(
            *lifecycle.before(node),
            Begin(node, NodeStatus.OPERATING, lambda s, row: _check(row)),
            Physical(node, operate),
        ),
        close=ending(
            Words(
                good=f"Operation '{operation}' succeeded.",
                bad=f"Operation '{operation}' failed",
            ),
            lambda run, session, row: active(
                run, f"Operation '{operation}' succeeded."
            ),
        ),
    )


def _check(row: Any) -> None:
    if row.physical_id is None:
        raise Refused("The node has no physical resource to work on.")
