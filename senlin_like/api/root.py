"""The whole API on one screen."""

from senlin_like.api import simulated
from senlin_like.api.call import Parts
from senlin_like.api.tree import Place
from senlin_like.api.v1 import (
    actions,
    aggregates,
    clusters,
    events,
    nodes,
    policies,
    profiles,
    receivers,
    services,
    types,
    webhooks,
)


def version_1() -> Place:
    """Return the tree below ``/v1``; its own document is shown elsewhere."""
    return Place(
        {
            "build-info": services.BuildInfo(),
            "profile-types": types.ProfileTypes(),
            "policy-types": types.PolicyTypes(),
            "profiles": profiles.Profiles(),
            "policies": policies.Policies(),
            "clusters": clusters.Clusters(),
            "nodes": nodes.Nodes(),
            "actions": actions.Actions(),
            "events": events.Events(),
            "receivers": receivers.Receivers(),
            "webhooks": webhooks.Webhooks(),
            "services": services.Services(),
            "os-aggregates": aggregates.Aggregates(),
        }
    )


def make(parts: Parts) -> Place:
    """Return the tree for one process; what it lacks isn't in it."""
    first = version_1()
    places = {"v1": first, "v1.0": first}
    controls = getattr(parts.deps.driver, "controls", None)
    if controls is not None:
        places["simulated"] = simulated.make(controls)
    return Place(places)
