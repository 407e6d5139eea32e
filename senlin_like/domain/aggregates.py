"""Rules of host aggregates: above all, no host in two availability zones.

The conflicts are those of Nova's API for host aggregates. Hosts that servers
are on don't change their zone: the servers would be in a zone that nobody has
chosen for them.
"""

import dataclasses
import enum
from collections.abc import Collection, Iterable, Mapping


class Grounds(enum.Enum):
    """Why an aggregate can't be changed."""

    ALREADY_THERE = enum.auto()
    OTHER_ZONE = enum.auto()
    IN_USE = enum.auto()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a change can't be made; ``zones`` are those that hosts are in already."""

    grounds: Grounds
    zones: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Say it for people."""
        if self.grounds is Grounds.OTHER_ZONE:
            named = ", ".join(f"'{zone}'" for zone in self.zones)
            return f"One or more hosts already in availability zone(s) [{named}]."
        return "One or more hosts contain instances in this zone."


@dataclasses.dataclass(frozen=True, kw_only=True)
class Group:
    """An aggregate, as far as zones are concerned."""

    id: int
    zone: str | None
    hosts: Collection[str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """A host: the zone that it is in without aggregates, and if it has servers."""

    own_zone: str | None
    is_in_use: bool


def zones(groups: Iterable[Group]) -> dict[str, str]:
    """Return host → the zone that aggregates give it; without those they don't."""
    return {
        host: group.zone
        for group in groups
        if group.zone is not None
        for host in group.hosts
    }


def refuse_joining(
    group: Group, host: str, standing: Standing, groups: Collection[Group]
) -> Refusal | None:
    """Tell why a host can't be added to an aggregate; None: it can."""
    if host in group.hosts:
        return Refusal(grounds=Grounds.ALREADY_THERE)
    if group.zone is None:
        return None
    others = _other_zones(group, [host], group.zone, groups)
    if others:
        return Refusal(grounds=Grounds.OTHER_ZONE, zones=others)
    present = zones(groups).get(host, standing.own_zone)
    if standing.is_in_use and present != group.zone:
        return Refusal(grounds=Grounds.IN_USE)
    return None


def refuse_leaving(
    group: Group, host: str, standing: Standing, groups: Collection[Group]
) -> Refusal | None:
    """Tell why a member host can't be taken out of an aggregate; None: it can."""
    if group.zone is None or not standing.is_in_use:
        return None
    rest = [other for other in groups if other.id != group.id]
    if zones(rest).get(host, standing.own_zone) != group.zone:
        return Refusal(grounds=Grounds.IN_USE)
    return None


def refuse_zone(
    group: Group,
    zone: str,
    standings: Mapping[str, Standing],
    groups: Collection[Group],
) -> Refusal | None:
    """Tell why an aggregate can't get a zone; None: it can.

    ``standings`` are those of the known hosts by name; one that is unknown has
    no servers.
    """
    if zone == group.zone:
        return None
    others = _other_zones(group, group.hosts, zone, groups)
    if others:
        return Refusal(grounds=Grounds.OTHER_ZONE, zones=others)
    if any(standings[host].is_in_use for host in group.hosts if host in standings):
        return Refusal(grounds=Grounds.IN_USE)
    return None


def _other_zones(
    group: Group, hosts: Collection[str], zone: str, groups: Collection[Group]
) -> tuple[str, ...]:
    """Return the zones, other than ``zone``, that other aggregates give hosts."""
    found = {
        other.zone
        for other in groups
        if other.id != group.id
        and other.zone not in (None, zone)
        and not set(other.hosts).isdisjoint(hosts)
    }
    return tuple(sorted(one for one in found if one is not None))
