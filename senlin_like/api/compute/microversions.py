"""Nova's microversions, as far as they matter here, and how a request chooses one.

Outside of this module they have names.
"""

import dataclasses
import functools
import re

from senlin_like import exceptions
from senlin_like.api import microversions as mv
from senlin_like.api import version_header
from senlin_like.api.microversions import Version

SERVICE = "compute"
#: The older header, which is for this service alone.
LEGACY_HEADER = "X-OpenStack-Nova-API-Version"

INITIAL: Version = (2, 1)
FORCED_DOWN: Version = (2, 11)
CPU_OBJECT: Version = (2, 28)
HYPERVISOR_PAGES: Version = (2, 33)
AGGREGATE_UUIDS: Version = (2, 41)
SERVICE_UUIDS: Version = (2, 53)
AGGREGATE_IMAGES: Version = (2, 81)

LOWEST = INITIAL
HIGHEST = AGGREGATE_IMAGES

#: A version of this service → what it has of Nova's, the newest first.
#: openstacksdk asks for the first one if it has found the second one's document.
_OWN: tuple[tuple[Version, Version], ...] = (
    (mv.AGGREGATE_IMAGES, AGGREGATE_IMAGES),
    (mv.AGGREGATES, AGGREGATE_UUIDS),
    (mv.LOWEST, INITIAL),
)
_FORMAT = re.compile(r"[1-9][0-9]*\.([1-9][0-9]*|0)")
#: Longest part of a header that an error message repeats, in characters.
_SHOWN = 100


@dataclasses.dataclass(frozen=True, kw_only=True)
class Agreed:
    """The version in effect, and what answers call it."""

    version: Version
    text: str


class OutOfRange(exceptions.VersionOutOfRange):
    """There is no such version, in Nova's words."""

    def __init__(self, asked: str) -> None:
        lowest, highest = mv.text(LOWEST), mv.text(HIGHEST)
        super().__init__(asked, lowest, highest)
        self.message = (
            f"Version {asked} is not supported by the API. Minimum is {lowest} and "
            f"maximum is {highest}."
        )


@functools.lru_cache(maxsize=256)
def negotiate(header: str, legacy: str, *, takes_own: bool) -> Agreed:
    """Find the version that a request asks for; the lowest if it names none.

    ``header`` is the common header, ``legacy`` the older one, which counts only
    if the first doesn't name this service. ``takes_own``: versions of the
    clustering service are taken too, and stand for what they have of Nova's.

    :raises InvalidBody: when it isn't ``major.minor`` or ``latest``.
    :raises OutOfRange: when there is no such version.
    """
    asked = version_header.find(header, SERVICE) or legacy.rpartition(",")[2].strip()
    if not asked:
        return _agree(LOWEST)
    if asked == "latest":
        return _agree(HIGHEST)
    version = _parse(asked)
    if takes_own and mv.LOWEST <= version <= mv.HIGHEST:
        acts_as = next(nova for own, nova in _OWN if own <= version)
        return Agreed(version=acts_as, text=asked)
    if not LOWEST <= version <= HIGHEST:
        raise OutOfRange(asked)
    return _agree(version)


def _agree(version: Version) -> Agreed:
    return Agreed(version=version, text=mv.text(version))


def _parse(asked: str) -> Version:
    """Turn the text of a version into numbers."""
    if len(asked) > _SHOWN or not _FORMAT.fullmatch(asked):
        raise exceptions.InvalidBody(
            f"API Version String {asked[:_SHOWN]} is of invalid format. Must be of "
            "format MajorNum.MinorNum."
        )
    major, _, minor = asked.partition(".")
    return int(major), int(minor)
