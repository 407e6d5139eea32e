"""``senlin.policy.scaling``: by how much a cluster grows or shrinks."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.domain import enums
from senlin_like.domain import spec as specs
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
    priority = 100
    is_singleton = False
    support: Mapping[str, base.Statuses] = {"1.0": base.supported("2016.04")}

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of the properties in the clients' dialect."""
        return specs.export(PROPERTIES)

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
