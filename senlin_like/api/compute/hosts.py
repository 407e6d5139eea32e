"""Compute hosts below the compute root: what clients need to find hosts.

They are read only, and show what the cloud's driver tells of hosts.
"""

from collections.abc import Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.api import field_types, queries
from senlin_like.api.call import Call
from senlin_like.api.compute import host_fields
from senlin_like.api.compute import microversions as nova
from senlin_like.api.compute.host_fields import COMPUTE_SERVICE, HYPERVISOR
from senlin_like.api.microversions import Version
from senlin_like.api.operation import Gives, Operation, operation
from senlin_like.api.queries import Parameter
from senlin_like.api.tree import Place
from senlin_like.drivers.hosts import Host
from senlin_like.operations import hosts
from senlin_like.rbac import hosts as rules

#: The program of all hosts.
BINARY = "nova-compute"
#: What Nova calls the zone of hosts that have none.
NO_ZONE = "nova"
#: Most digits of a limit.
_MOST_DIGITS = 9


class ComputeServices(Place):
    """``/os-services``."""

    @operation(
        Operation(
            name="list",
            resource=COMPUTE_SERVICE,
            rule=rules.LIST_SERVICES,
            gives=Gives.RAW,
            parameters=(
                Parameter(name="binary", text="Name of the program."),
                Parameter(name="host", text="Name of the host."),
            ),
        )
    )
    def get(self, call: Call) -> dict[str, Any]:
        """List the compute services of all hosts."""
        records = [_service(host, call.version) for host in hosts.list_all(call.deps)]
        for name in ("binary", "host"):
            wanted = _asked(call, name)
            if wanted:
                records = [record for record in records if record[name] == wanted]
        return {
            "services": [COMPUTE_SERVICE.view(one, call.version) for one in records]
        }


class HypervisorDetails(Place):
    """``/os-hypervisors/detail``."""

    @operation(
        Operation(
            name="list",
            resource=HYPERVISOR,
            rule=rules.LIST_HYPERVISORS,
            gives=Gives.RAW,
            parameters=(
                Parameter(
                    name="limit",
                    text="The most items of a page.",
                    since=nova.HYPERVISOR_PAGES,
                ),
                Parameter(
                    name="marker",
                    text="The last item seen.",
                    since=nova.HYPERVISOR_PAGES,
                ),
                Parameter(
                    name="hypervisor_hostname_pattern",
                    text="Part of the host's name.",
                    since=nova.SERVICE_UUIDS,
                ),
            ),
        )
    )
    def get(self, call: Call) -> dict[str, Any]:
        """List all compute hosts as hypervisors."""
        found = _matching(call, hosts.list_all(call.deps))
        limit, records = _page(
            call, [_hypervisor(host, call.version) for host in found]
        )
        shown = records[:limit]
        body: dict[str, Any] = {
            "hypervisors": [HYPERVISOR.view(one, call.version) for one in shown]
        }
        if len(shown) < len(records):
            link = queries.next_link(
                call.base_url + call.path, call.query, str(shown[-1]["id"]), limit
            )
            body["hypervisors_links"] = [{"rel": "next", "href": link}]
        return body


class Hypervisors(Place):
    """``/os-hypervisors``, which has only the details of all."""

    def __init__(self) -> None:
        super().__init__(children={"detail": HypervisorDetails()})


def _service(host: Host, version: Version) -> dict[str, Any]:
    return {
        "id": _id(host, version),
        "binary": BINARY,
        "host": host.name,
        "zone": host.zone or NO_ZONE,
        "state": host.state,
        "status": host.status,
        "disabled_reason": host.disabled_reason,
        "updated_at": host.updated_at,
        "forced_down": False,
    }


def _hypervisor(host: Host, version: Version) -> dict[str, Any]:
    identity = _id(host, version)
    return {
        **host_fields.NOT_KNOWN,
        "id": identity,
        "hypervisor_hostname": host.name,
        "state": host.state,
        "status": host.status,
        "service": {
            "id": identity,
            "host": host.name,
            "disabled_reason": host.disabled_reason,
        },
        "running_vms": host.servers,
        "cpu_info": {} if version >= nova.CPU_OBJECT else "{}",
    }


def _id(host: Host, version: Version) -> int | str:
    """Return the identity of a host, which is that of its service as well."""
    return host.id if version >= nova.SERVICE_UUIDS else host.number


def _asked(call: Call, name: str, since: Version = nova.INITIAL) -> str:
    """Return the value of a parameter; nothing if the version doesn't know it."""
    return call.query.get(name, [""])[-1] if call.version >= since else ""


def _matching(call: Call, found: list[Host]) -> list[Host]:
    """Return the hosts whose names have the part that is asked for, in any case.

    :raises HostNotFound: when there are none.
    """
    part = _asked(call, "hypervisor_hostname_pattern", nova.SERVICE_UUIDS)
    if not part:
        return found
    matching = [host for host in found if part.lower() in host.name.lower()]
    if not matching:
        shown = field_types.plain(part)
        raise exceptions.HostNotFound(part, f"No hypervisor matching '{shown}' found.")
    return matching


def _page(
    call: Call, records: Sequence[dict[str, Any]]
) -> tuple[int, Sequence[dict[str, Any]]]:
    """Return the most to show, and the records behind the marker.

    :raises InvalidBody: when limit or marker can't be.
    """
    limit = call.deps.settings.max_page_size
    text = _asked(call, "limit", nova.HYPERVISOR_PAGES)
    if text:
        if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
            raise exceptions.InvalidBody(
                "Invalid input for query parameters limit. Value: "
                f"{field_types.plain(text)}. It has to be a whole number."
            )
        limit = min(int(text) or limit, limit)
    marker = _asked(call, "marker", nova.HYPERVISOR_PAGES)
    if not marker:
        return limit, records
    ids = [str(record["id"]) for record in records]
    if marker not in ids:
        shown = field_types.plain(marker)
        raise exceptions.InvalidBody(f"marker [{shown}] not found")
    return limit, records[ids.index(marker) + 1 :]
