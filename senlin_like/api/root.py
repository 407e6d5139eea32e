"""The whole API on one screen."""

from senlin_like.api import simulated
from senlin_like.api.call import Parts
from senlin_like.api.compute import aggregates as compute_aggregates
from senlin_like.api.compute import hosts
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


def compute() -> Place:
    """Return the tree below ``/compute/v2.1``, in Nova's manner."""
    return Place(
        {
            "os-aggregates": compute_aggregates.Aggregates(),
            "os-hypervisors": hosts.Hypervisors(),
            "os-services": hosts.ComputeServices(),
        }
    )


def make(parts: Parts) -> Place:
    """Return the tree for one process; what it lacks isn't in it."""
    first = version_1()
    places = {"v1": first, "v1.0": first, "compute": Place({"v2.1": compute()})}
    controls = getattr(parts.deps.driver, "controls", None)
    if controls is not None:
        places["simulated"] = simulated.make(controls)
    return Place(places)
