"""``senlin.policy.batch``: how many nodes are updated or removed at a time."""

import math
from collections.abc import Mapping, Sequence

from senlin_like.domain import plan
from senlin_like.domain import spec as specs
from senlin_like.domain.capacity import Refusal
from senlin_like.domain.enums import Kind
from senlin_like.policies import base
from senlin_like.policies.references import Reference

UNLIMITED = -1

PROPERTIES: specs.Schema = {
    "min_in_service": specs.Integer(
        description="Fewest nodes that stay in service while others are updated or "
        "removed.",
        default=1,
    ),
    "max_batch_size": specs.Integer(
        description="Most nodes that are updated or removed at a time; -1 for no "
        "limit.",
        default=UNLIMITED,
    ),
    "pause_time": specs.Integer(description="Seconds between two batches.", default=60),
}


class Batch(base.Plain):
    """In what portions the nodes of a cluster are updated or removed."""

    name = "senlin.policy.batch"
    spec_schema = PROPERTIES
    priority = 200
    targets = frozenset(
        {
            Kind.CLUSTER_UPDATE,
            Kind.CLUSTER_SCALE_IN,
            Kind.CLUSTER_RESIZE,
            Kind.CLUSTER_DEL_NODES,
            Kind.CLUSTER_DELETE,
        }
    )
    support: Mapping[str, base.Statuses] = {"1.0": base.experimental("2017.02")}

    def problem(self, properties: base.Properties, limits: base.Limits) -> str | None:
        """Tell which number makes no sense, None if all do."""
        size = properties["max_batch_size"]
        if size < 1 and size != UNLIMITED:
            return f"the 'max_batch_size' must be > 0, or {UNLIMITED} for no limit"
        return base.too_small(properties, {"min_in_service": 0, "pause_time": 0})

    def references(self, properties: base.Properties) -> Sequence[Reference]:
        """Return nothing: the policy names nothing in the cloud."""
        return ()

    def decide(
        self, policy: plan.Attached, facts: plan.Facts, ask: plan.Ask
    ) -> plan.Decision | Refusal:
        """Say how many of the members are at work at a time.

        The number is the same for nodes that are updated and for nodes that go.
        """
        is_update = ask.kind is Kind.CLUSTER_UPDATE
        number = len(facts.members) if is_update else ask.delete
        if number <= 0 and not is_update:
            return plan.Decision()
        size = size_of(policy.properties, len(facts.members))
        batches = plan.Batches(
            size=size, pause_s=max(0, policy.properties["pause_time"])
        )
        count = math.ceil(number / size)
        reason = f"{number} nodes in {count} batches of {size} at most."
        return plan.Decision(batches=batches, reasons=(reason,))


def size_of(properties: base.Properties, total: int) -> int:
    """Return how many of ``total`` nodes are at work at a time, one at least.

    A cluster that is no larger than what has to stay in service is worked on by
    halves, since nothing could ever be done otherwise.
    """
    kept = max(0, properties["min_in_service"])
    free = total - kept if total > kept else math.ceil(total / 2)
    most = properties["max_batch_size"]
    return max(1, min(free, most) if most > 0 else free)
