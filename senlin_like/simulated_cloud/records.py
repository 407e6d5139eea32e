"""What the simulated cloud takes and gives: plain values."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewServer:
    """A server to be made. ``mark`` is what it can be found by later.

    ``group`` is the id of the server group that it will be in.
    """

    name: str
    flavor_id: str
    image_id: str | None
    metadata: Mapping[str, str]
    mark: str | None = None
    networks: Sequence[Mapping[str, str]] = ()
    key_name: str | None = None
    zone: str | None = None
    security_groups: Sequence[str] = ()
    block_devices: Sequence[Mapping[str, Any]] = ()
    group: str | None = None
    attributes: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Server:
    """A server; ``details`` by the names that Nova's API has."""

    id: str
    name: str
    status: str
    fault: str
    flavor_id: str
    image_id: str | None
    zone: str | None
    host: str | None
    key_name: str | None
    metadata: Mapping[str, str]
    addresses: Mapping[str, Sequence[Mapping[str, Any]]]
    security_groups: tuple[str, ...]
    volume_ids: tuple[str, ...]
    created_at: float
    details: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seen:
    """How an object was seen in a bulk look."""

    id: str
    status: str
    reason: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Port:
    """A port of a network."""

    id: str
    network_id: str
    name: str
    device_id: str | None
    fixed_ips: tuple[Mapping[str, str], ...]
    security_group_ids: tuple[str, ...]

    @property
    def status(self) -> str:
        """Tell whether it is in use."""
        return "DOWN" if self.device_id is None else "ACTIVE"


@dataclasses.dataclass(frozen=True, kw_only=True)
class FloatingIp:
    """A public address, led to a port or not."""

    id: str
    address: str
    network_id: str
    port_id: str | None

    @property
    def status(self) -> str:
        """Tell whether it leads somewhere."""
        return "DOWN" if self.port_id is None else "ACTIVE"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack of resources made from a template."""

    id: str
    name: str
    status: str
    reason: str
    tags: tuple[str, ...]
    arguments: Mapping[str, Any]
    outputs: Mapping[str, Any]
    created_at: float
    updated_at: float | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class NewContainer:
    """A container to be made. ``mark`` is what it can be found by later."""

    name: str
    image: str
    command: str | None = None
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    mark: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Container:
    """A container on a server."""

    id: str
    name: str
    image: str
    command: str | None
    labels: Mapping[str, str]
    status: str
    reason: str
    created_at: float
