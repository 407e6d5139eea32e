"""``senlin.policy.scaling``: by how much a cluster grows or shrinks."""

import dataclasses
import fractions
import math
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.domain import capacity, enums, plan
from senlin_like.domain import spec as specs
from senlin_like.domain.capacity import Refusal
from senlin_like.policies import base
from senlin_like.policies.references import Reference

_ADJUSTMENT: specs.Schema = {
    "type": specs.String(
        description="What the number means.",
        default=enums.AdjustmentType.CHANGE_IN_CAPACITY.value,
        constraints=specs.one_of(*(one.value for one in enums.AdjustmentType)),
    ),
    "number": specs.Number(
        description="The new size, or the change in nodes or in percent.", default=1
    ),
    "min_step": specs.Integer(
        description="Fewest nodes that a change in percent makes.", default=1
    ),
    "best_effort": specs.Boolean(
        description="Whether to go as far as the cluster's bounds allow, instead of "
        "refusing what is beyond them.",
        default=False,
    ),
    "cooldown": specs.Integer(
        description="Seconds in which no other change follows.", default=0
    ),
}
PROPERTIES: specs.Schema = {
    "event": specs.String(
        description="The action that the policy is for.",
        required=True,
        constraints=specs.one_of(
            enums.Kind.CLUSTER_SCALE_IN.value, enums.Kind.CLUSTER_SCALE_OUT.value
        ),
    ),
    "adjustment": specs.Map(
        description="By how much the cluster changes.", schema=_ADJUSTMENT
    ),
}


class Scaling(base.Plain):
    """How many nodes are added or removed where a request names no number."""

    name = "senlin.policy.scaling"
    spec_schema = PROPERTIES
    priority = 100
    is_singleton = False
    is_sizing = True
    targets = frozenset({enums.Kind.CLUSTER_SCALE_IN, enums.Kind.CLUSTER_SCALE_OUT})
    support: Mapping[str, base.Statuses] = {"1.0": base.supported("2016.04")}

    def check_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Check the shape of a whole spec, return its properties with defaults.

        A policy without ``adjustment`` has all defaults of its items.

        :raises InvalidSpec: with the bare reason.
        """
        read = specs.read_spec(PROPERTIES, spec, may_describe=True)
        if read["adjustment"] is None:
            _, version = specs.identify(spec)
            read["adjustment"] = specs.validate(_ADJUSTMENT, {}, version)
        return read

    def problem(self, properties: base.Properties, limits: base.Limits) -> str | None:
        """Tell which number makes no sense, None if all do."""
        adjustment = properties["adjustment"]
        if adjustment["number"] <= 0:
            return "the 'number' for 'adjustment' must be > 0"
        return base.too_small(adjustment, {"min_step": 0, "cooldown": 0}, "adjustment")

    def references(self, properties: base.Properties) -> Sequence[Reference]:
        """Return nothing: the policy names nothing in the cloud."""
        return ()

    def cooldown_s(self, properties: base.Properties, kind: enums.Kind) -> int:
        """Return the cooldown, of actions that the policy is for."""
        is_mine = kind == properties["event"]
        return int(properties["adjustment"]["cooldown"]) if is_mine else 0

    def decide(
        self, policy: plan.Attached, facts: plan.Facts, ask: plan.Ask
    ) -> plan.Decision | Refusal:
        """Decide by how much the cluster grows or shrinks.

        A number that the request names goes before the policy's own. Of several
        policies for one event the one counts that leaves the most nodes.
        """
        if ask.kind != policy.properties["event"]:
            return plan.Decision()
        rest_s = self.cooldown_s(policy.properties, ask.kind)
        if rest_s > 0 and policy.last_op is not None:
            passed_s = (facts.now - policy.last_op).total_seconds()
            if passed_s < rest_s:
                return Refusal(
                    reason=f"Policy {policy.policy_id} cooldown is still in progress."
                )
        adjustment = policy.properties["adjustment"]
        number = len(facts.members)
        count = ask.count if ask.count is not None else _own(adjustment, number, ask)
        if count <= 0:
            return Refusal(reason=f"Invalid count ({count}) for action '{ask.kind}'.")
        answer = _bounded(count, adjustment["best_effort"], facts, ask)
        return answer if isinstance(answer, Refusal) else _with_others(answer, ask)


def _with_others(answer: plan.Decision, ask: plan.Ask) -> plan.Decision:
    """Let the number stand that leaves the most nodes, in whatever order it came."""
    before = ask.decided.count
    if before is None or answer.count is None:
        return answer
    grows = ask.kind == enums.Kind.CLUSTER_SCALE_OUT
    count = max(before, answer.count) if grows else min(before, answer.count)
    others = () if count == answer.count else (f"Another policy's {count} counts.",)
    return dataclasses.replace(answer, count=count, reasons=answer.reasons + others)


def _own(adjustment: Mapping[str, Any], number: int, ask: plan.Ask) -> int:
    """Work out the policy's own number of nodes, counted from the members."""
    wanted = adjustment["number"]
    exact = fractions.Fraction(repr(wanted) if isinstance(wanted, float) else wanted)
    match adjustment["type"]:
        case enums.AdjustmentType.EXACT_CAPACITY:
            change = math.trunc(exact) - number
            return change if ask.kind == enums.Kind.CLUSTER_SCALE_OUT else -change
        case enums.AdjustmentType.CHANGE_IN_PERCENTAGE:
            return max(math.trunc(exact * number / 100), int(adjustment["min_step"]))
        case _:
            return math.trunc(exact)


def _bounded(
    count: int, is_best_effort: bool, facts: plan.Facts, ask: plan.Ask
) -> plan.Decision | Refusal:
    """Go as far as the cluster's limits allow, or refuse what is beyond them."""
    number = len(facts.members)
    grows = ask.kind == enums.Kind.CLUSTER_SCALE_OUT
    verb = "more" if grows else "less"
    if not is_best_effort:
        desired = number + count if grows else number - count
        problem = capacity.check_size(
            desired,
            capacity.Bounds(),
            facts.sizes,
            strict=True,
            max_nodes=facts.max_nodes,
        )
        if problem is not None:
            return Refusal(reason=problem)
        return plan.Decision(count=count, reasons=(f"{count} nodes {verb}.",))
    if grows:
        room = capacity.room_to_grow(number, facts.sizes, facts.max_nodes)
    else:
        room = capacity.room_to_shrink(number, facts.sizes)
    allowed = min(count, room)
    reason = f"{allowed} nodes {verb}."
    if allowed < count:
        reason = f"{allowed} of {count} nodes {verb}: the cluster's limits are reached."
    return plan.Decision(count=allowed, reasons=(reason,))
