"""What policies that spread nodes over places have alike."""

from collections.abc import Sequence
from typing import Any

from senlin_like.policies import base


def problem(properties: base.Properties, plural: str) -> str | None:
    """Tell why nodes can't be spread over the places, None if they can.

    ``plural`` names the property: each of its items has a name and a weight,
    and the weights are shares of a sum.
    """
    places: Sequence[dict[str, Any]] = properties[plural] or ()
    if not places:
        return f"the '{plural}' must name at least one place"
    for place in places:
        if not place["name"]:
            return f"the 'name' for '{plural}' must be given"
        too_small = base.too_small(place, {"weight": 0}, plural)
        if too_small:
            return too_small
    if not any(place["weight"] for place in places):
        return f"the 'weight' for '{plural}' must be > 0 at least once"
    return None


def names(properties: base.Properties, plural: str) -> tuple[str, ...]:
    """Return the names of the places."""
    return tuple(place["name"] for place in properties[plural])
