"""The microversions by name, and how a request chooses one.

Old versions stay for ever. Outside of this module versions have names.
"""

import dataclasses
import functools
import re

from senlin_like import exceptions
from senlin_like.api import version_header

Version = tuple[int, int]

SERVICE = "clustering"
HEADER = "OpenStack-API-Version"

INITIAL: Version = (1, 0)
BUILD_INFO: Version = (1, 1)
COLLECT: Version = (1, 2)
VALIDATE: Version = (1, 2)
REPLACE_NODES: Version = (1, 3)
OPERATIONS: Version = (1, 4)
DESTROY_AFTER_DELETION: Version = (1, 4)
RECEIVER_USER: Version = (1, 4)
TYPE_SUPPORT_STATUS: Version = (1, 5)
PROFILE_ONLY: Version = (1, 6)
ADOPT: Version = (1, 7)
CLUSTER_CONFIG: Version = (1, 7)
FORCE_DELETE: Version = (1, 8)
COMPLETE_LIFECYCLE: Version = (1, 9)
WEBHOOK_BODY: Version = (1, 10)
SCALING_CONFLICTS: Version = (1, 11)
ACTION_UPDATE: Version = (1, 12)
NODE_TAINTED: Version = (1, 13)
ACTION_CLUSTER_ID: Version = (1, 14)
AGGREGATES: Version = (1, 15)
AGGREGATE_IMAGES: Version = (1, 16)
PRECACHING: Version = (1, 17)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """One line of the history of the API."""

    version: Version
    summary: str


HISTORY = (
    Change(version=(1, 0), summary="The first version."),
    Change(version=(1, 1), summary="No change that clients can see."),
    Change(
        version=(1, 2),
        summary="Attributes of a cluster's nodes can be collected; specs of "
        "profiles and policies can be validated without being stored.",
    ),
    Change(version=(1, 3), summary="Nodes of a cluster can be replaced by others."),
    Change(
        version=(1, 4),
        summary="Operations of profile types are listed, and can be done to nodes "
        "and clusters. Nodes that leave a cluster can be destroyed with it.",
    ),
    Change(
        version=(1, 5),
        summary="Types show their version and support status on their own.",
    ),
    Change(
        version=(1, 6),
        summary="A cluster can get a new profile without its nodes; recovery "
        "checks nodes first when asked to.",
    ),
    Change(
        version=(1, 7),
        summary="Servers that exist can be adopted; clusters have a configuration.",
    ),
    Change(version=(1, 8), summary="Clusters and nodes can be deleted by force."),
    Change(version=(1, 9), summary="Lifecycle hooks can be completed."),
    Change(version=(1, 10), summary="Webhooks take their whole body as inputs."),
    Change(
        version=(1, 11),
        summary="Scaling that conflicts or has to cool down is refused at once.",
    ),
    Change(version=(1, 12), summary="Actions can be cancelled."),
    Change(version=(1, 13), summary="Nodes can be tainted."),
    Change(version=(1, 14), summary="Actions show, and filter by, their cluster."),
    Change(
        version=(1, 15),
        summary="Compute hosts can be grouped in aggregates, as in Nova's API.",
    ),
    Change(
        version=(1, 16),
        summary="Images can be brought to the hosts of an aggregate before servers "
        "need them.",
    ),
    Change(
        version=(1, 17),
        summary="Growing or updating a cluster can wait until its image is on the "
        "hosts of an aggregate.",
    ),
)

LOWEST = HISTORY[0].version
HIGHEST = HISTORY[-1].version

_FORMAT = re.compile(r"[1-9][0-9]*\.([1-9][0-9]*|0)")
#: Longest part of a header that an error message repeats, in characters.
_SHOWN = 100


def text(version: Version) -> str:
    """Write a version as clients do."""
    return f"{version[0]}.{version[1]}"


@functools.lru_cache(maxsize=256)
def negotiate(header: str) -> Version:
    """Find the version that a header asks for; the lowest if it names none.

    ``header`` holds entries for several services, separated by commas; the
    last one for this service counts (Senlin's rule).

    :raises InvalidBody: when the entry isn't ``major.minor`` or ``latest``.
    :raises VersionOutOfRange: when the service doesn't have that version.
    """
    asked = version_header.find(header, SERVICE)
    return LOWEST if asked is None else _parse(asked)


def _parse(asked: str) -> Version:
    """Turn the text of a version into numbers and check its range."""
    if asked.lower() == "latest":
        return HIGHEST
    if len(asked) > _SHOWN or not _FORMAT.fullmatch(asked):
        raise exceptions.InvalidBody(
            f"API Version String '{asked[:_SHOWN]}' is of invalid format. It must be "
            "of format 'major.minor'."
        )
    major, _, minor = asked.partition(".")
    version = (int(major), int(minor))
    if not LOWEST <= version <= HIGHEST:
        raise exceptions.VersionOutOfRange(asked, text(LOWEST), text(HIGHEST))
    return version
