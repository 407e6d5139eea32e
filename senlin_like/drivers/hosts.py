"""Compute hosts as the cloud's operator sees them: zones, and images kept there.

This side of a driver works with the service's own permission, whoever asks.
Calls may raise what ``drivers/base.py`` lists.
"""

import dataclasses
import datetime
import enum
from collections.abc import Collection, Mapping
from typing import Protocol


@dataclasses.dataclass(frozen=True, kw_only=True)
class Host:
    """A host and its compute service.

    ``zone`` is the host's own availability zone, which counts where no aggregate
    gives it one; None if it has none. ``state`` is ``up`` or ``down``,
    ``status`` is ``enabled`` or ``disabled``. ``number`` and ``id`` name the
    compute service, ``servers`` is how many servers are on the host.
    """

    name: str
    number: int
    id: str
    zone: str | None
    state: str
    status: str
    servers: int
    disabled_reason: str | None = None
    updated_at: datetime.datetime | None = None

    @property
    def is_up(self) -> bool:
        """Tell whether the host does what it is told now."""
        return self.state == "up"


class CacheStatus(enum.StrEnum):
    """How far an image is on a host; UNKNOWN where the cloud doesn't tell."""

    MISSING = "missing"
    CACHING = "caching"
    CACHED = "cached"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True, kw_only=True)
class CachedImage:
    """An image on a host; ``reason`` is for people where it failed."""

    host: str
    image_id: str
    status: CacheStatus
    reason: str = ""


class Hosts(Protocol):
    """The compute hosts of the driver's region."""

    def list_hosts(self) -> list[Host]:
        """Return all hosts, in the order of their numbers."""

    def set_zones(self, zones: Mapping[str, str]) -> None:
        """Let hosts be in these zones, host → zone, and all others in their own.

        Replaces what was set before; hosts that aren't there don't matter.
        """

    def cache_image(self, host: str, image_id: str) -> None:
        """Begin to bring an image to a host; fine if it is there or on its way.

        One that has failed there is tried anew.

        :raises CloudNotFound: when there is no such host or image.
        """

    def look_at_images(
        self, image_ids: Collection[str]
    ) -> Mapping[tuple[str, str], CachedImage]:
        """Tell how far images are, by host and image id; those not there are left out.

        A constant number of calls, however many hosts there are.
        """
