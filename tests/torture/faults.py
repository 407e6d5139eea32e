"""What goes wrong in the cloud while engines die."""

from collections.abc import Collection, Iterator
from typing import Any

from tests.torture import wardrobe

FAULTS = (
    {"effect": "done_but_timeout", "method": "compute.*", "probability": 0.04},
    {"effect": "busy", "method": "compute.*", "probability": 0.04},
    {"effect": "timeout", "method": "network.*", "probability": 0.02},
    {"effect": "slow", "method": "compute.*", "probability": 0.5, "seconds": 0.4},
)
BALANCER_FAULTS = (
    {"effect": "done_but_timeout", "method": "load_*.*", "probability": 0.04},
    {"effect": "busy", "method": "load_*.*", "probability": 0.04},
    {"effect": "slow", "method": "load_*.*", "probability": 0.5, "seconds": 0.4},
)
HOOK_FAULTS = (
    {"effect": "done_but_timeout", "method": "messaging.post", "probability": 0.06},
    {"effect": "error", "method": "messaging.post", "probability": 0.06},
    {"effect": "busy", "method": "messaging.*", "probability": 0.04},
    {"effect": "slow", "method": "messaging.*", "probability": 0.5, "seconds": 0.4},
)
#: Only what hosts don't have to be asked again for.
HOST_FAULTS = (
    {"effect": "done_but_timeout", "method": "hosts.cache_image", "probability": 0.05},
    {"effect": "busy", "method": "hosts.l*", "probability": 0.05},
    {"effect": "done_but_timeout", "method": "hosts.set_zones", "probability": 0.05},
    {"effect": "busy", "method": "hosts.set_zones", "probability": 0.05},
    {"effect": "slow", "method": "hosts.*", "probability": 0.2, "seconds": 0.3},
)


def of_kinds(kinds: Collection[str]) -> Iterator[dict[str, Any]]:
    """Return the rules for a torture with these kinds."""
    yield from FAULTS
    if wardrobe.BALANCING in kinds:
        yield from BALANCER_FAULTS
    if wardrobe.HOOKS in kinds:
        yield from HOOK_FAULTS
    if wardrobe.AGGREGATES in kinds:
        yield from HOST_FAULTS
