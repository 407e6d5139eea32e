"""What the calls of a cloud take and return: its objects as plain values."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any


@dataclasses.dataclass(frozen=True, kw_only=True)
class Flavor:
    """A size of servers."""

    id: str
    name: str
    is_disabled: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Image:
    """What a server is started from."""

    id: str
    name: str
    status: str = "active"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Hypervisor:
    """What a server runs on: ``state`` is up or down, ``status`` enabled or not."""

    name: str
    state: str
    status: str

    @property
    def is_well(self) -> bool:
        """Tell whether its servers can be expected to run."""
        return self.state != "down" and self.status != "disabled"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Notice:
    """Something that happened to a server without anybody of ours asking for it.

    ``event`` is a word for people (``stopped``, ``deleted``, ``failed``).
    """

    object_id: str
    event: str
    at: datetime.datetime


@dataclasses.dataclass(frozen=True, kw_only=True)
class Notices:
    """What happened since a cursor, and the cursor to go on from.

    A notice may come again with the next cursor: some are written down late.
    """

    cursor: str
    items: tuple[Notice, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Server:
    """A server as the cloud shows it.

    ``details`` holds the attributes by the names that Nova's API has
    (``OS-EXT-AZ:availability_zone``, ``addresses``, …), as far as known.
    """

    id: str
    name: str
    status: str
    fault: str = ""
    flavor_id: str | None = None
    image_id: str | None = None
    zone: str | None = None
    host: str | None = None
    key_name: str | None = None
    metadata: Mapping[str, str] = dataclasses.field(default_factory=dict)
    addresses: Mapping[str, Sequence[Mapping[str, Any]]] = dataclasses.field(
        default_factory=dict
    )
    security_groups: tuple[str, ...] = ()
    volume_ids: tuple[str, ...] = ()
    created_at: datetime.datetime | None = None
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServerRequest:
    """A server to be made.

    ``networks`` items: ``{"port": id}`` or ``{"network": id}``; ``block_devices``
    in Nova's v2 form.
    """

    name: str
    flavor_id: str
    image_id: str | None
    metadata: Mapping[str, str]
    networks: Sequence[Mapping[str, str]] = ()
    key_name: str | None = None
    zone: str | None = None
    security_groups: Sequence[str] = ()
    block_devices: Sequence[Mapping[str, Any]] = ()
    personality: Sequence[Mapping[str, str]] = dataclasses.field(default=(), repr=False)
    scheduler_hints: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    user_data: str | None = dataclasses.field(default=None, repr=False)
    admin_pass: str | None = dataclasses.field(default=None, repr=False)
    config_drive: bool | None = None
    disk_config: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServerGroup:
    """A server group, and the servers that are in it."""

    id: str
    name: str
    policies: tuple[str, ...]
    server_ids: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Subnet:
    """A subnet; ``cidr`` is its range, as ``10.0.0.0/24``."""

    id: str
    network_id: str
    network_name: str
    ip_version: int
    cidr: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Port:
    """A port of a network. ``status`` is ``DOWN`` or ``ACTIVE``."""

    id: str
    network_id: str
    status: str
    fixed_ips: tuple[Mapping[str, str], ...] = ()
    security_group_ids: tuple[str, ...] = ()
    device_id: str | None = None
    name: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FloatingIp:
    """A public address. ``status`` is ``DOWN`` or ``ACTIVE``."""

    id: str
    address: str
    network_id: str
    status: str
    port_id: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Message:
    """A message that was claimed; ``claim_id`` is needed to delete it."""

    id: str
    body: Any
    claim_id: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack as the cloud shows it."""

    id: str
    name: str
    status: str
    reason: str = ""
    tags: tuple[str, ...] = ()
    outputs: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContainerHost:
    """Where Docker listens: an IP address and a port."""

    address: str
    port: int

    def locate(self, container_id: str) -> str:
        """Return the id by which ``Cloud.look`` finds a container of this host."""
        if self == OWN_HOST:
            return container_id
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}/{container_id}"


#: The host that a cloud has of its own: only the cloud knows where it is.
OWN_HOST = ContainerHost(address="", port=0)


def host_of(locator: str) -> tuple[ContainerHost, str]:
    """Return the host and the id that ``ContainerHost.locate`` has put together."""
    place, _, container_id = locator.rpartition("/")
    if not place:
        return OWN_HOST, container_id
    address, _, port = place.rpartition(":")
    return ContainerHost(address=address.strip("[]"), port=int(port)), container_id


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContainerRequest:
    """A container to be made."""

    name: str
    image: str
    command: str | None = None
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Container:
    """A container as Docker shows it. ``reason`` says why it ended badly."""

    id: str
    name: str
    status: str
    reason: str = ""
    image: str = ""
    command: str | None = None
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    created_at: datetime.datetime | None = None
