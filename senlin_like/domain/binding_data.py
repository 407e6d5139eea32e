"""What a binding keeps: what its policy's type has made, and in which region.

The region is the service's own note. A cluster may get a profile of another
region while the policy is attached; what was made stays where it is.
"""

from collections.abc import Mapping
from typing import Any

REGION = "region_of_binding"


def begun(region: str | None) -> dict[str, Any]:
    """Return what is kept before anything is made; None is the default region."""
    return {REGION: region}


def region_of(data: Mapping[str, Any], default: str | None) -> str | None:
    """Return where things are; ``default`` if an older release has made them."""
    region: str | None = data.get(REGION, default)
    return region


def of_type(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the policy's type itself keeps."""
    return {key: value for key, value in data.items() if key != REGION}


def changed(
    data: Mapping[str, Any], patch: Mapping[str, Any], region: str | None
) -> dict[str, Any]:
    """Return what is kept after a change, all of it done in ``region``."""
    merged = {**of_type(data), **patch}
    kept = {key: one for key, one in merged.items() if one is not None}
    return {**kept, **begun(region)}
