"""Compute hosts of the simulated cloud."""

import datetime
from collections.abc import Collection, Mapping

from senlin_like.drivers.hosts import CachedImage, CacheStatus, Host
from senlin_like.drivers.simulated.account import AccountView
from senlin_like.simulated_cloud import hosts, image_caches


class SimulatedHosts:
    """The compute hosts of one region."""

    def __init__(self, account: AccountView) -> None:
        self._account = account
        self._world = account.world
        self._region = account.owner.region

    def list_hosts(self) -> list[Host]:
        """Return all hosts, in the order of their numbers."""
        with self._account.call("hosts.list_hosts"):
            found = hosts.list_services(self._world, self._region)
            return [_host(service) for service in found]

    def set_zones(self, zones: Mapping[str, str]) -> None:
        """Let hosts be in these zones, host → zone, and all others in their own."""
        with self._account.call("hosts.set_zones"):
            hosts.set_zones(self._world, self._region, zones)

    def cache_image(self, host: str, image_id: str) -> None:
        """Begin to bring an image to a host; fine if it is there or on its way.

        Fault rules know the call by ``host/image_id``; with ``error_status`` it is
        the image that fails, after its time. A host that is down refuses as one
        that can't be reached: nothing was done, and asking again is no use until
        it is up.

        :raises HostUnreachable: when the host is down.
        """
        with self._account.call("hosts.cache_image", f"{host}/{image_id}") as call:
            image_caches.start(
                self._world, self._region, host, image_id, fault=call.error_status
            )

    def look_at_images(
        self, image_ids: Collection[str]
    ) -> Mapping[tuple[str, str], CachedImage]:
        """Tell how far images are, by host and image id; those not there are left out.

        A host that is down has what it had; what was on its way there has failed.
        """
        with self._account.call("hosts.look_at_images"):
            found = image_caches.look(self._world, self._region, image_ids)
            return {
                (one["host"], one["image_id"]): CachedImage(
                    host=one["host"],
                    image_id=one["image_id"],
                    status=CacheStatus(one["status"]),
                    reason=one["reason"],
                )
                for one in found
            }


def _host(service: hosts.Service) -> Host:
    return Host(
        name=service.name,
        number=service.number,
        id=service.id,
        zone=service.zone,
        state=service.state,
        status=service.status,
        servers=service.servers,
        updated_at=datetime.datetime.fromtimestamp(service.seen_at, datetime.UTC),
    )
