"""Load balancers behind a Protocol: what they are made of, and their members.

A load balancer and all that is below it is one unit: after each change it is
``PENDING_UPDATE`` for a while, and until it is ``ACTIVE`` again every other
change is refused with ``CloudBusy``: nothing was done. One that is in
``ERROR`` refuses changes with ``CloudError``; it can still be deleted.
``Cloud.look`` with ``ObjectKind.LOAD_BALANCER`` tells the provisioning status.
"""

import dataclasses
import datetime
import enum
from collections.abc import Mapping, Sequence
from typing import Protocol


class Provisioning(enum.StrEnum):
    """How far a load balancer is, in Octavia's words."""

    PENDING_CREATE = "PENDING_CREATE"
    PENDING_UPDATE = "PENDING_UPDATE"
    PENDING_DELETE = "PENDING_DELETE"
    ACTIVE = "ACTIVE"
    ERROR = "ERROR"


@dataclasses.dataclass(frozen=True, kw_only=True)
class LoadBalancerRequest:
    """A load balancer to be made; ``mark`` is what it's found again by.

    Its address is in the subnet, or else anywhere in the network.
    """

    name: str
    mark: str
    subnet_id: str | None = None
    network_id: str | None = None
    address: str | None = None
    flavor_id: str | None = None
    zone: str | None = None
    is_up: bool = True


@dataclasses.dataclass(frozen=True, kw_only=True)
class LoadBalancer:
    """A load balancer as the cloud shows it.

    ``status`` is the provisioning status; ``operating_status`` tells how its
    members do (``ONLINE``, ``DEGRADED``, ``ERROR``, ``OFFLINE``).
    """

    id: str
    name: str
    status: str
    operating_status: str
    created_at: datetime.datetime
    vip_address: str | None = None
    vip_port_id: str | None = None
    listener_ids: tuple[str, ...] = ()
    pool_ids: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class ListenerRequest:
    """A port that a load balancer listens at.

    ``connection_limit`` -1 is no limit.
    """

    name: str
    load_balancer_id: str
    protocol: str
    port: int
    connection_limit: int = -1
    is_up: bool = True


@dataclasses.dataclass(frozen=True, kw_only=True)
class PoolRequest:
    """The pool that a listener leads to.

    ``session_persistence``: ``type``, and ``cookie_name`` with APP_COOKIE.
    """

    name: str
    listener_id: str
    protocol: str
    method: str
    session_persistence: Mapping[str, str] | None = None
    is_up: bool = True


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pool:
    """A pool as the cloud shows it."""

    id: str
    load_balancer_id: str
    monitor_id: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class MonitorRequest:
    """How a pool's members are watched; times in seconds."""

    name: str
    pool_id: str
    type: str
    delay_s: int
    timeout_s: int
    max_retries: int
    http_method: str | None = None
    url_path: str | None = None
    expected_codes: str | None = None
    is_up: bool = True


@dataclasses.dataclass(frozen=True, kw_only=True)
class MemberRequest:
    """What a member is to be; address and port tell which one it is.

    A ``weight`` of 0 drains it: who is being served stays, nobody new comes.
    """

    address: str
    port: int
    name: str = ""
    subnet_id: str | None = None
    weight: int = 1
    tags: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Member(MemberRequest):
    """A member as the cloud shows it."""

    id: str
    operating_status: str = "NO_MONITOR"

    def as_request(self) -> MemberRequest:
        """Return what has to be asked for, so that it stays as it is."""
        return MemberRequest(
            address=self.address,
            port=self.port,
            name=self.name,
            subnet_id=self.subnet_id,
            weight=self.weight,
            tags=self.tags,
        )


class LoadBalancing(Protocol):
    """Load balancers, and what they are made of. Finding is by id or name."""

    def find_load_balancer(self, identity: str) -> str:
        """Find a load balancer and return its id."""

    def find_flavor(self, identity: str) -> str:
        """Find a flavor of load balancers and return its id."""

    def find_marked(self, mark: str) -> list[LoadBalancer]:
        """Return the load balancers that carry a mark, the oldest first."""

    def create_load_balancer(self, request: LoadBalancerRequest) -> LoadBalancer:
        """Ask for a load balancer; it builds on its own."""

    def get_load_balancer(self, load_balancer_id: str) -> LoadBalancer:
        """Return one load balancer with the ids of its listeners and pools."""

    def delete_load_balancer(
        self, load_balancer_id: str, *, cascade: bool = False
    ) -> None:
        """Ask for a load balancer to be deleted; not an error if it is gone.

        With ``cascade`` all that is in it goes too; without, it has to be empty.
        """

    def create_listener(self, request: ListenerRequest) -> str:
        """Make a listener and return its id."""

    def delete_listener(self, listener_id: str) -> None:
        """Delete a listener; not an error if it is gone."""

    def create_pool(self, request: PoolRequest) -> str:
        """Make the pool of a listener and return its id."""

    def get_pool(self, pool_id: str) -> Pool:
        """Return one pool."""

    def delete_pool(self, pool_id: str) -> None:
        """Delete a pool with its monitor and members; not an error if it is gone."""

    def create_monitor(self, request: MonitorRequest) -> str:
        """Make the health monitor of a pool and return its id."""

    def delete_monitor(self, monitor_id: str) -> None:
        """Delete a health monitor; not an error if it is gone."""

    def list_members(self, pool_id: str) -> list[Member]:
        """Return the members of a pool."""

    def put_members(
        self, pool_id: str, members: Sequence[MemberRequest], *, additive: bool
    ) -> None:
        """Make and change members, in one call however many they are.

        What has the address and port of one that is there changes it. Those
        that aren't named stay with ``additive``, and go without.
        """

    def delete_member(self, pool_id: str, member_id: str) -> None:
        """Take one member out of a pool; not an error if it is gone.

        All others stay, also those that somebody adds at the same time.
        """
