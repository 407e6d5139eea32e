"""``senlin.policy.deletion``: which nodes are removed, and how."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.domain import plan, urls
from senlin_like.domain import spec as specs
from senlin_like.domain.capacity import Refusal
from senlin_like.domain.enums import Kind
from senlin_like.domain.selection import Criterion
from senlin_like.policies import base
from senlin_like.policies.references import Reference

ZAQAR = "zaqar"
WEBHOOK = "webhook"
#: Longest time that a node waits for its hook, in seconds: 30 days.
MAX_HOOK_S = 2_592_000
#: Names of queues, as Zaqar takes them.
_QUEUE = re.compile(r"[A-Za-z0-9_-]{1,64}")

_HOOKS: specs.Schema = {
    "type": specs.String(
        description="How the hook is called.",
        default=ZAQAR,
        constraints=specs.one_of(ZAQAR, WEBHOOK),
    ),
    "params": specs.Map(
        description="Where the hook is.",
        schema={
            "queue": specs.String(
                description="Queue that a hook of type zaqar is told by.", default=""
            ),
            "url": specs.String(
                description="Address that a hook of type webhook is told by.",
                default="",
            ),
        },
    ),
    "timeout": specs.Integer(
        description="Seconds after which a node is removed without an answer.",
        default=0,
    ),
}
PROPERTIES: specs.Schema = {
    "criteria": specs.String(
        description="Which nodes go first.",
        default="RANDOM",
        constraints=specs.one_of(
            "OLDEST_FIRST", "OLDEST_PROFILE_FIRST", "YOUNGEST_FIRST", "RANDOM"
        ),
    ),
    "destroy_after_deletion": specs.Boolean(
        description="Whether removed nodes are deleted.", default=True
    ),
    "grace_period": specs.Integer(
        description="Seconds to wait before nodes are removed.", default=0
    ),
    "reduce_desired_capacity": specs.Boolean(
        description="Whether the cluster's desired capacity goes down with its nodes.",
        default=True,
    ),
    "hooks": specs.Map(
        description="Who is told before a node is removed.", default={}, schema=_HOOKS
    ),
}


class Deletion(base.Plain):
    """Whom a shrinking cluster parts with, and how gently."""

    name = "senlin.policy.deletion"
    spec_schema = PROPERTIES
    priority = 400
    targets = frozenset(
        {
            Kind.CLUSTER_SCALE_IN,
            Kind.CLUSTER_DEL_NODES,
            Kind.CLUSTER_RESIZE,
            Kind.NODE_DELETE,
        }
    )
    support: Mapping[str, base.Statuses] = {
        "1.0": base.supported("2016.04"),
        "1.1": base.supported("2018.01"),
    }

    def problem(self, properties: base.Properties, limits: base.Limits) -> str | None:
        """Tell which number makes no sense, or why a hook can't be called."""
        hooks = properties["hooks"]
        return (
            base.too_small(properties, {"grace_period": 0})
            or base.too_small(hooks, {"timeout": 0}, "hooks")
            or (_problem_of_hook(hooks) if hooks else None)
        )

    def references(self, properties: base.Properties) -> Sequence[Reference]:
        """Return nothing: the policy names nothing in the cloud."""
        return ()

    def decide(
        self, policy: plan.Attached, facts: plan.Facts, ask: plan.Ask
    ) -> plan.Decision | Refusal:
        """Choose the nodes to go, unless the request names them, and say how.

        Where other policies have spread the loss over places, the choice is
        made in each of them.
        """
        if ask.delete <= 0:
            return plan.Decision()
        wanted = policy.properties
        removal = plan.Removal(
            destroy=wanted["destroy_after_deletion"],
            grace_s=wanted["grace_period"],
            reduces_desired=wanted["reduce_desired_capacity"],
            hook=None
            if ask.kind is Kind.NODE_DELETE
            else _hook_of(policy.policy_id, wanted["hooks"]),
        )
        if ask.candidates:
            return plan.Decision(removal=removal)
        criterion = Criterion(wanted["criteria"])
        chosen = plan.victims(
            facts.members, ask.delete, criterion, ask.decided, ask.chance
        )
        reason = f"{len(chosen)} nodes chosen by {criterion}."
        return plan.Decision(candidates=chosen, removal=removal, reasons=(reason,))


def place_of(properties: base.Properties) -> tuple[str, str]:
    """Return the type of the hook, and its queue or whole address.

    Empty where a policy of old says nothing.
    """
    hooks = properties["hooks"]
    key = "url" if hooks.get("type") == WEBHOOK else "queue"
    return str(hooks.get("type") or ""), str((hooks.get("params") or {}).get(key) or "")


def _hook_of(policy_id: str, hooks: Mapping[str, Any]) -> plan.Hook | None:
    if not hooks:
        return None
    kind, place = place_of({"hooks": hooks})
    return plan.Hook(
        type=kind,
        place=urls.origin(place) if kind == WEBHOOK else place,
        timeout_s=min(int(hooks["timeout"]), MAX_HOOK_S),
        policy_id=policy_id,
    )


def _problem_of_hook(hooks: Mapping[str, Any]) -> str | None:
    """Tell why a hook can't be called or waited for, None if it can."""
    if hooks["timeout"] > MAX_HOOK_S:
        return f"the 'timeout' for 'hooks' must be <= {MAX_HOOK_S}"
    kind, place = place_of({"hooks": hooks})
    name = "url" if kind == WEBHOOK else "queue"
    if not place:
        return f"the '{name}' for 'hooks' of type '{kind}' must be given"
    if kind == WEBHOOK:
        reason = urls.problem(place)
        return reason and f"the 'url' for 'hooks' can't be asked: {reason}"
    if _QUEUE.fullmatch(place) is None:
        return (
            "the 'queue' for 'hooks' must have 1 to 64 letters of ASCII, digits, "
            "'_' and '-'"
        )
    return None
