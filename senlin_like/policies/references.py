"""What policies name in the cloud, and whether it is there."""

import dataclasses
import enum
from collections.abc import Callable, Sequence

from senlin_like import exceptions
from senlin_like.domain.spec_types import show
from senlin_like.drivers import base as clouds


class Kind(enum.StrEnum):
    """What is named; the values are the words of refusals."""

    AVAILABILITY_ZONE = "availability_zone"
    FLAVOR = "flavor_id"
    IMAGE = "image"
    LOAD_BALANCER = "loadbalancer"
    NETWORK = "network"
    REGIONS = "regions"
    SUBNET = "subnet"
    ZONES = "zones"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reference:
    """Things of one kind, by id or name."""

    kind: Kind
    names: tuple[str, ...]


def one(kind: Kind, name: str | None) -> tuple[Reference, ...]:
    """Give a reference to one thing; none where it isn't named."""
    return (Reference(kind=kind, names=(name,)),) if name else ()


def find_missing(cloud: clouds.Cloud, references: Sequence[Reference]) -> str | None:
    """Look for all that is referred to, tell what isn't there, None if all is.

    The texts are those of Senlin's API. Takes one call for each reference.
    """
    for reference in references:
        missing = _missing(cloud, reference)
        if missing:
            is_list = reference.kind in (Kind.REGIONS, Kind.ZONES)
            shown = show(missing if is_list else missing[0])
            return f"The specified {reference.kind} '{shown}' could not be found."
    return None


def _missing(cloud: clouds.Cloud, reference: Reference) -> list[str]:
    """Return the names that nothing has, in order."""
    match reference.kind:
        case Kind.REGIONS:
            known = set(cloud.list_regions())
        case Kind.ZONES | Kind.AVAILABILITY_ZONE:
            known = set(cloud.compute.list_zones())
        case _:
            find = _finder(cloud, reference.kind)
            known = {name for name in reference.names if _is_there(find, name)}
    return sorted(set(reference.names) - known)


def _finder(cloud: clouds.Cloud, kind: Kind) -> Callable[[str], object]:
    """Return the look-up of a kind that can't be listed."""
    finders: dict[Kind, Callable[[str], object]] = {
        Kind.FLAVOR: cloud.load_balancing.find_flavor,
        Kind.IMAGE: cloud.images.find_image,
        Kind.LOAD_BALANCER: cloud.load_balancing.find_load_balancer,
        Kind.NETWORK: cloud.network.find_network,
        Kind.SUBNET: cloud.network.find_subnet,
    }
    return finders[kind]


def _is_there(find: Callable[[str], object], name: str) -> bool:
    try:
        find(name)
    except exceptions.CloudNotFound:
        return False
    return True
