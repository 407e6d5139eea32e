"""How well a cluster stands, from the number of its active nodes.

The wording is that of Senlin's API: clients compare it.
"""

import dataclasses

from senlin_like.domain.enums import ClusterStatus


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """The status of a cluster and the reason that is shown with it."""

    status: ClusterStatus
    reason: str


def evaluate(
    operation: str,
    active: int,
    *,
    desired_capacity: int,
    min_size: int,
    max_size: int,
) -> Standing:
    """Say how a cluster stands after an operation.

    ``active`` counts the nodes whose status is ACTIVE; a ``max_size`` below
    0 is no limit. ``operation`` is the kind of the action, or the verb of a
    cluster operation, and begins the reason.
    """
    if active < min_size:
        status, finding = ClusterStatus.ERROR, f"below min_size ({min_size})"
    elif active < desired_capacity:
        status = ClusterStatus.WARNING
        finding = f"below desired_capacity ({desired_capacity})"
    elif max_size < 0 or active <= max_size:
        status = ClusterStatus.ACTIVE
        finding = f"equal or above desired_capacity ({desired_capacity})"
    else:
        status, finding = ClusterStatus.WARNING, f"above max_size ({max_size})"
    return Standing(
        status=status, reason=f"{operation}: number of active nodes is {finding}."
    )
