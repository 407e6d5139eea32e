"""``senlin.policy.zone_placement``: how nodes are spread over zones."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.domain import plan
from senlin_like.domain import spec as specs
from senlin_like.domain.capacity import Refusal
from senlin_like.domain.enums import Kind
from senlin_like.policies import base, places, references
from senlin_like.policies.references import Reference

PROPERTIES: specs.Schema = {
    "zones": specs.List(
        description="The availability zones to choose from.",
        item=specs.Map(
            description="An availability zone.",
            schema={
                "name": specs.String(description="Name of the availability zone."),
                "weight": specs.Integer(
                    description="The zone's share, as part of the sum of all weights.",
                    default=100,
                ),
            },
        ),
    ),
}


class ZonePlacement(base.Plain):
    """In which availability zone a node is made or removed."""

    name = "senlin.policy.zone_placement"
    priority = 300
    profile_types = ("os.nova.server-1.0",)
    targets = places.TARGETS
    wants_places = True
    support: Mapping[str, base.Statuses] = {
        "1.0": base.experimental("2016.04", "2016.10")
    }

    def schema(self) -> Mapping[str, Any]:
        """Return the schema of the properties in the clients' dialect."""
        return specs.export(PROPERTIES)

    def check_spec(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """Check the shape of a whole spec, return its properties with defaults.

        :raises InvalidSpec: with the bare reason.
        """
        return specs.read_spec(PROPERTIES, spec, may_describe=True)

    def problem(self, properties: base.Properties, limits: base.Limits) -> str | None:
        """Tell why nodes can't be spread over the zones, None if they can."""
        return places.problem(properties, "zones")

    def references(self, properties: base.Properties) -> Sequence[Reference]:
        """Return the zones."""
        names = places.names(properties, "zones")
        return (Reference(kind=references.Kind.ZONES, names=names),)

    def decide(
        self, policy: plan.Attached, facts: plan.Facts, ask: plan.Ask
    ) -> plan.Decision | Refusal:
        """Spread what comes or goes over the zones.

        A single new node whose profile names its zone goes there.
        """
        if ask.kind == Kind.NODE_CREATE and facts.has_zone:
            return plan.Decision()
        return places.spread(places.ZONES, policy.properties, facts, ask)
