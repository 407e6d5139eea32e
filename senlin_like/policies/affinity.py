"""``senlin.policy.affinity``: nodes close together, or far from each other."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.domain import spec as specs
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
