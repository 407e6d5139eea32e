"""Nova's compute hosts, with the service's own permission: that of an administrator.

What is said of zones becomes aggregates of Nova, see ``zones``.
"""

import datetime
import logging
import uuid
from collections.abc import Collection, Mapping
from typing import Any
from urllib import parse

from senlin_like import exceptions
from senlin_like.drivers.hosts import CachedImage, CacheStatus, Host
from senlin_like.drivers.openstack import zones
from senlin_like.drivers.openstack.account import AccountView, Query

LOG = logging.getLogger(__name__)

_BINARY = "nova-compute"
#: The last version in which services and hypervisors go by numbers, and in which
#: hypervisors tell how many servers they have.
_NUMBERED = "2.52"
#: The first one in which services go by UUIDs.
_BY_UUID = "2.53"
#: The first one that brings images to hosts.
_CACHING = "2.81"


class OpenStackHosts:
    """The compute hosts of a region."""

    def __init__(self, account: AccountView) -> None:
        self._nova = account.api("compute")
        self._glance = account.api("image")

    def list_hosts(self) -> list[Host]:
        """Return all hosts, in the order of their numbers.

        Takes four calls, and one more for each further page of hypervisors.
        """
        numbers = {one["host"]: int(one["id"]) for one in self._services(_NUMBERED)}
        services = self._services(_BY_UUID)
        servers = self._servers()
        own_zones = zones.own_zones(zones.read(self._nova), services)
        found = [
            _host(one, numbers[one["host"]], servers, own_zones)
            for one in services
            if one["host"] in numbers
        ]
        return sorted(found, key=lambda host: (host.number, host.name))

    def set_zones(self, zones_by_host: Mapping[str, str]) -> None:
        """Let hosts be in these zones, host → zone, and all others in their own.

        :raises CloudError: 409 when a host is in an aggregate of the operator with
            another zone, or has servers and would change its zone; nothing is
            changed then.
        """
        there = zones.read(self._nova)
        services = self._services(_BY_UUID)
        plan = zones.Plan.of(there, services, zones_by_host)
        if plan.is_empty:
            return
        zones.check(plan, there, self._servers())
        zones.carry_out(plan, self._nova)

    def cache_image(self, host: str, image_id: str) -> None:
        """Begin to bring an image to a host; fine if it is there or on its way.

        Nova does so for aggregates only. One is made for the host, and deleted again
        at once: Nova has read by then which hosts are in it. Takes six calls.

        :raises CloudNotFound: when there is no such host or image.
        """
        self._find_image(image_id)
        aggregate = zones.create(self._nova, f"senlin-like-images-{uuid.uuid4()}")
        try:
            zones.add(self._nova, aggregate, host)
            self._nova.change(
                "POST",
                Query(
                    what=f"Bring an image to host {host}",
                    path=f"/os-aggregates/{aggregate.id}/images",
                    body={"cache": [{"id": image_id}]},
                    version=_CACHING,
                ),
            )
        finally:
            self._drop(aggregate, host)

    def look_at_images(
        self, image_ids: Collection[str]
    ) -> Mapping[tuple[str, str], CachedImage]:
        """Tell of all hosts and images that nothing is known: Nova keeps it to itself.

        Takes one call.
        """
        if not image_ids:
            return {}
        return {
            (service["host"], image_id): CachedImage(
                host=service["host"], image_id=image_id, status=CacheStatus.UNKNOWN
            )
            for service in self._services(_BY_UUID)
            for image_id in image_ids
        }

    def _drop(self, aggregate: zones.Aggregate, host: str) -> None:
        """Delete an aggregate of a host as well as that can be done now."""
        try:
            zones.remove(self._nova, aggregate, host)
            zones.delete(self._nova, aggregate)
        except exceptions.CloudError as error:
            LOG.warning(
                "Nova's aggregate '%s' is left over: %s", aggregate.name, error.message
            )

    def _services(self, version: str) -> list[dict[str, Any]]:
        query = Query(
            what="List compute services",
            path="/os-services",
            params={"binary": _BINARY},
            version=version,
        )
        found: list[dict[str, Any]] = self._nova.read(query)["services"]
        return found

    def _servers(self) -> dict[str, int]:
        """Return how many servers are on hosts, by the names of those that have one."""
        query = Query(
            what="List hypervisors",
            path="/os-hypervisors/detail",
            version=_NUMBERED,
        )
        numbers: dict[str, int] = {}
        for page in self._nova.pages(query, "hypervisors"):
            for one in page:
                host = one["service"]["host"]
                numbers[host] = numbers.get(host, 0) + int(one["running_vms"])
        return numbers

    def _find_image(self, image_id: str) -> None:
        path = f"/images/{parse.quote(image_id, safe='')}"
        query = Query(what="Find image", path=path, kind="image", identity=image_id)
        if self._glance.read(query).get("status") == "deleted":
            raise exceptions.CloudNotFound("image", image_id)


def _host(
    service: Mapping[str, Any],
    number: int,
    servers: Mapping[str, int],
    own_zones: Mapping[str, str],
) -> Host:
    name = service["host"]
    seen = service.get("updated_at")
    return Host(
        name=name,
        number=number,
        id=service["id"],
        zone=own_zones.get(name),
        state=service["state"],
        status=service["status"],
        servers=servers.get(name, 0),
        disabled_reason=service.get("disabled_reason"),
        updated_at=None if seen is None else _utc(seen),
    )


def _utc(text: str) -> datetime.datetime:
    """Read Nova's time, which is in UTC and doesn't say so."""
    read = datetime.datetime.fromisoformat(text)
    return read.replace(tzinfo=read.tzinfo or datetime.UTC)
