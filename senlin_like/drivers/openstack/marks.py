"""The mark of what Neutron makes for a node: it is the description.

Names may be changed by users, and tags can't be given in the same call with every
Neutron: what has no mark would never be found again.
"""

from collections.abc import Mapping
from typing import Any

from senlin_like.drivers import base

_BEGIN = f"{base.NODE_MARK}="


def text(node_id: str) -> str:
    """Return the description of what is made for a node."""
    return f"{_BEGIN}{node_id}"


def of(told: Mapping[str, Any]) -> str | None:
    """Return the id of the node that something was made for, None if for none."""
    description = told.get("description") or ""
    return description.removeprefix(_BEGIN) if description.startswith(_BEGIN) else None
