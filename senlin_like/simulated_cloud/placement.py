"""On which host a server goes, and which zones hosts are in."""

import dataclasses
from collections.abc import Collection, Mapping

from senlin_like import exceptions
from senlin_like.simulated_cloud.catalogue import Picture, Thing

NO_HOST = "No valid host was found."


def check_zone(picture: Picture, name: str, region: str) -> None:
    """See to it that servers can be asked for in a zone.

    :raises CloudError: when there is no such zone, or it isn't available.
    """
    if not is_available(picture, name, region):
        raise exceptions.CloudError(
            f"The requested availability zone '{name}' is not available.", 400
        )


def is_available(picture: Picture, name: str, region: str) -> bool:
    """Tell whether a zone exists in a region and is available.

    A zone that only aggregates have is there as long as a host of the region is
    in it, and one whose hosts have all been taken away by them is not.
    """
    zone = _find_zone(picture, name, region)
    if zone is not None and not zone.attributes["is_available"]:
        return False
    if name in zones_of_hosts(picture, region).values():
        return True
    return zone is not None and not _has_own_hosts(picture, name)


def available_zones(picture: Picture, region: str) -> list[str]:
    """Return the names of a region's zones that are available."""
    known = {*picture.of("zone"), *zones_of_hosts(picture, region).values()}
    return sorted(name for name in known if is_available(picture, name, region))


def zones_of_hosts(picture: Picture, region: str) -> dict[str, str]:
    """Return the zone that each host of a region is in, by the host's id.

    That is the zone that an aggregate gives it, or else its own.
    """
    return {
        host.id: zone_of(picture, host)
        for host in picture.of("host").values()
        if region_of(picture, host) == region
    }


def zone_of(picture: Picture, host: Thing) -> str:
    """Return the zone that a host is in: an aggregate's, or else its own."""
    key = (region_of(picture, host) or "", host.name)
    return picture.host_zones.get(key, str(host.attributes["zone"]))


def region_of(picture: Picture, host: Thing) -> str | None:
    """Return the region of a host: that of its own zone, if there is such a zone."""
    zone = picture.find("zone", host.attributes["zone"])
    return None if zone is None else str(zone.attributes["region"])


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wish:
    """Which hosts a server may be on, besides those of its zone.

    ``only``: no others, None for no limit; ``avoid``: not those; ``prefer``:
    rather those; ``weights``: the smaller, the rather, 0 where it has none.
    """

    only: Collection[str] | None = None
    avoid: Collection[str] = ()
    prefer: Collection[str] = ()
    weights: Mapping[str, int] = dataclasses.field(default_factory=dict)


#: Any host will do.
ANY = Wish()


def choose(
    picture: Picture, zone: str | None, region: str, turn: int, wish: Wish = ANY
) -> Thing | None:
    """Choose a host; one after the other, so that servers are spread.

    None when no host takes servers now.
    """
    zones = zones_of_hosts(picture, region)
    closed = {one for one in set(zones.values()) if _is_closed(picture, one, region)}
    fit = [
        host
        for host in picture.of("host").values()
        if host.attributes["state"] == "up"
        and host.attributes["status"] == "enabled"
        and host.id not in wish.avoid
        and (wish.only is None or host.id in wish.only)
        and host.id in zones
        and zones[host.id] not in closed
        and zone in (None, zones[host.id])
    ]
    fit = [host for host in fit if host.id in wish.prefer] or fit
    least = min((wish.weights.get(host.id, 0) for host in fit), default=0)
    fit = [host for host in fit if wish.weights.get(host.id, 0) == least]
    return fit[turn % len(fit)] if fit else None


def broken_hosts(picture: Picture) -> Mapping[str, str]:
    """Return the hosts that are down with all their servers in ERROR."""
    return {
        host.id: f"Host '{host.name}' is down."
        for host in picture.of("host").values()
        if host.attributes["state"] == "down" and host.attributes["effect"] == "error"
    }


def is_reachable(picture: Picture, host_id: str | None) -> bool:
    """Tell whether a host does what it is told."""
    host = picture.of("host").get(host_id or "")
    return host is None or host.attributes["state"] == "up"


def _find_zone(picture: Picture, name: str, region: str) -> Thing | None:
    """Return the zone of a region that the catalogue has."""
    zone = picture.find("zone", name)
    here = zone is not None and zone.attributes["region"] == region
    return zone if here else None


def _has_own_hosts(picture: Picture, name: str) -> bool:
    hosts = picture.of("host").values()
    return any(host.attributes["zone"] == name for host in hosts)


def _is_closed(picture: Picture, name: str, region: str) -> bool:
    zone = _find_zone(picture, name, region)
    return zone is not None and not zone.attributes["is_available"]
