"""``senlin.policy.batch``: how many nodes are updated at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.domain import spec as specs
from senlin_like.policies import base
from senlin_like.policies.references import Reference

UNLIMITED = -1

PROPERTIES: specs.Schema = {
    "min_in_service": specs.Integer(
        description="Fewest nodes that stay in service during an update.", default=1
    ),
    "max_batch_size": specs.Integer(
        description="Most nodes that are updated at a time; -1 for no limit.",
        default=UNLIMITED,
    ),
    "pause_time": specs.Integer(description="Seconds between two batches.", default=60),
}


class Batch(base.Plain):
    """In what portions the nodes of a cluster are updated."""

    name = "senlin.policy.batch"
    priority = 200
    support: Mapping[str, base.Statuses] = {"1.0": base.experimental("2017.02")}

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of the properties in the clients' dialect."""
        return specs.export(PROPERTIES)

    def check_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Check the shape of a whole spec, return its properties with defaults.

        :raises InvalidSpec: with the bare reason.
        """
        return specs.read_spec(PROPERTIES, spec, may_describe=True)

    def problem(self, properties: base.Properties, limits: base.Limits) -> str | None:
        """Tell which number makes no sense, None if all do."""
        size = properties["max_batch_size"]
        if size < 1 and size != UNLIMITED:
            return f"the 'max_batch_size' must be > 0, or {UNLIMITED} for no limit"
        return base.too_small(properties, {"min_in_service": 0, "pause_time": 0})

    def references(self, properties: base.Properties) -> Sequence[Reference]:
        """Return nothing: the policy names nothing in the cloud."""
        return ()
