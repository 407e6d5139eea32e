"""``senlin.policy.region_placement``: how nodes are spread over regions."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.domain import plan
from senlin_like.domain import spec as specs
from senlin_like.domain.capacity import Refusal
from senlin_like.domain.enums import Kind
from senlin_like.policies import base, places, references
from senlin_like.policies.references import Reference

PROPERTIES: specs.Schema = {
    "regions": specs.List(
        description="The regions to choose from.",
        item=specs.Map(
            description="A region.",
            schema={
                "name": specs.String(description="Name of the region."),
                "weight": specs.Integer(
                    description="The region's share, as part of the sum of all "
                    "weights.",
                    default=100,
                ),
                "cap": specs.Integer(
                    description="Most nodes in the region; -1 for no limit.",
                    default=-1,
                ),
            },
        ),
    ),
}


class RegionPlacement(base.Plain):
    """In which region a node is made or removed."""

    name = "senlin.policy.region_placement"
    priority = 200
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
        """Tell why nodes can't be spread over the regions, None if they can."""
        return places.problem(properties, "regions")

    def references(self, properties: base.Properties) -> Sequence[Reference]:
        """Return the regions."""
        names = places.names(properties, "regions")
        return (Reference(kind=references.Kind.REGIONS, names=names),)

    def decide(
        self, policy: plan.Attached, facts: plan.Facts, ask: plan.Ask
    ) -> plan.Decision | Refusal:
        """Spread what comes or goes over the regions.

        A single new node whose profile names its region goes there.
        """
        if ask.kind == Kind.NODE_CREATE and facts.has_region:
            return plan.Decision()
        return places.spread(places.REGIONS, policy.properties, facts, ask)
