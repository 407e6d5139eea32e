"""``senlin.policy.affinity``: nodes close together, or far from each other."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.domain import plan
from senlin_like.domain import spec as specs
from senlin_like.domain.capacity import Refusal
from senlin_like.domain.enums import Kind
from senlin_like.policies import base, references
from senlin_like.policies.references import Reference

PROPERTIES: specs.Schema = {
    "servergroup": specs.Map(
        description="The server group that the nodes are in.",
        schema={
            "name": specs.String(description="Name of the server group."),
            "policies": specs.String(
                description="How the group's servers are placed.",
                default="anti-affinity",
                constraints=specs.one_of(
                    "affinity", "soft-affinity", "anti-affinity", "soft-anti-affinity"
                ),
            ),
        },
    ),
    "availability_zone": specs.String(
        description="Availability zone that the nodes are in."
    ),
    "enable_drs_extension": specs.Boolean(
        description="Whether to use hosts with VMware's resource scheduler.",
        default=False,
    ),
}


class Affinity(base.Plain):
    """Whether the servers of a cluster share hosts."""

    name = "senlin.policy.affinity"
    priority = 300
    profile_types = ("os.nova.server-1.0",)
    targets = frozenset({Kind.CLUSTER_SCALE_OUT, Kind.CLUSTER_RESIZE, Kind.NODE_CREATE})
    support: Mapping[str, base.Statuses] = {"1.0": base.supported("2016.10")}

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of the properties in the clients' dialect."""
        return specs.export(PROPERTIES)

    def check_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Check the shape of a whole spec, return its properties with defaults.

        :raises InvalidSpec: with the bare reason.
        """
        return specs.read_spec(PROPERTIES, spec, may_describe=True)

    def problem(self, properties: base.Properties, limits: base.Limits) -> str | None:
        """Find nothing wrong: what has the right shape makes sense."""
        return None

    def references(self, properties: base.Properties) -> Sequence[Reference]:
        """Return the availability zone, if there is one."""
        return references.one(
            references.Kind.AVAILABILITY_ZONE, properties["availability_zone"]
        )

    def decide(
        self, policy: plan.Attached, facts: plan.Facts, ask: plan.Ask
    ) -> plan.Decision | Refusal:
        """Put all new nodes into the server group, and the zone if there is one."""
        group = policy.data.get("servergroup_id")
        zone = policy.properties["availability_zone"]
        if ask.create <= 0 or not (group or zone):
            return plan.Decision()
        place = plan.Place(group=group, zone=zone)
        told = [f"server group {group}"] if group else []
        told += [f"zone {zone}"] if zone else []
        reason = f"{ask.create} nodes in {' and '.join(told)}."
        return plan.Decision(places=(place,) * ask.create, reasons=(reason,))
