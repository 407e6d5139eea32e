"""``senlin.policy.loadbalance``: nodes are members of a load balancer's pool."""

import ipaddress
from collections.abc import Mapping, Sequence

from senlin_like.domain import spec as specs
from senlin_like.domain.spec_types import show
from senlin_like.policies import base, references
from senlin_like.policies.balancing import hooks, strays
from senlin_like.policies.references import Reference

_PROTOCOLS = specs.one_of("HTTP", "HTTPS", "TCP")
_LARGEST_PORT = 65_535
#: What Octavia takes.
_LEAST = {
    "vip": {"connection_limit": -1},
    "health_monitor": {"delay": 0, "timeout": 0, "max_retries": 1},
}
_MOST_RETRIES = 10

_PERSISTENCE: specs.Schema = {
    "type": specs.String(
        description="By what a client is known again.",
        constraints=specs.one_of("SOURCE_IP", "HTTP_COOKIE", "APP_COOKIE", "NONE"),
    ),
    "cookie_name": specs.String(
        description="Name of the cookie, for the type APP_COOKIE."
    ),
}
_POOL: specs.Schema = {
    "protocol": specs.String(
        description="What the nodes speak.", default="HTTP", constraints=_PROTOCOLS
    ),
    "protocol_port": specs.Integer(
        description="Port of the nodes that requests go to.", default=80
    ),
    "subnet": specs.String(
        description="Name or ID of the subnet that the nodes are reached in.",
        required=True,
    ),
    "lb_method": specs.String(
        description="Which node a request goes to.",
        default="ROUND_ROBIN",
        constraints=specs.one_of("ROUND_ROBIN", "LEAST_CONNECTIONS", "SOURCE_IP"),
    ),
    "admin_state_up": specs.Boolean(
        description="Whether the pool is in service.", default=True
    ),
    "session_persistence": specs.Map(
        description="How requests of one client go to one node.",
        default={},
        schema=_PERSISTENCE,
    ),
    "id": specs.String(description="ID of a pool that exists, to be used as it is."),
}
_VIP: specs.Schema = {
    "subnet": specs.String(
        description="Name or ID of the subnet that the address is in."
    ),
    "network": specs.String(
        description="Name or ID of the network that the address is in."
    ),
    "address": specs.String(description="The address, where it matters which."),
    "connection_limit": specs.Integer(
        description="Most connections per second; -1 for no limit.", default=-1
    ),
    "protocol": specs.String(
        description="What clients speak.", default="HTTP", constraints=_PROTOCOLS
    ),
    "protocol_port": specs.Integer(
        description="Port that clients connect to.", default=80
    ),
    "admin_state_up": specs.Boolean(
        description="Whether the address is in service.", default=True
    ),
}
_MONITOR: specs.Schema = {
    "type": specs.String(
        description="How the load balancer looks at a node.",
        default="PING",
        constraints=specs.one_of("PING", "TCP", "HTTP", "HTTPS"),
    ),
    "delay": specs.Integer(description="Seconds between two looks.", default=10),
    "timeout": specs.Integer(description="Seconds that a look may take.", default=5),
    "max_retries": specs.Integer(
        description="Failed looks after which a node is left out.", default=3
    ),
    "admin_state_up": specs.Boolean(
        description="Whether the monitor is in service.", default=True
    ),
    "http_method": specs.String(
        description="Method of requests to a node, for the type HTTP.",
        constraints=specs.one_of("GET", "POST", "PUT", "DELETE"),
    ),
    "url_path": specs.String(
        description="Path of requests to a node, for the type HTTP."
    ),
    "expected_codes": specs.String(
        description="Statuses of a good node's answers, for the type HTTP."
    ),
    "id": specs.String(description="ID of a monitor that exists, to be used as it is."),
}
PROPERTIES: specs.Schema = {
    "pool": specs.Map(description="The pool that nodes are in.", schema=_POOL),
    "vip": specs.Map(description="The address that clients use.", schema=_VIP),
    "health_monitor": specs.Map(
        description="How the load balancer finds failed nodes; without it, it doesn't.",
        schema=_MONITOR,
    ),
    "lb_status_timeout": specs.Integer(
        description="Seconds that a change of the load balancer may take.", default=300
    ),
    "loadbalancer": specs.String(
        description="Name or ID of a load balancer that exists, to be used."
    ),
    "availability_zone": specs.String(
        description="Availability zone that a new load balancer is in."
    ),
    "flavor_id": specs.String(description="ID of a new load balancer's flavor."),
}


def _unusable_place(properties: base.Properties) -> str | None:
    """Tell why nodes or clients can't be reached where it is said, or None."""
    if not properties["pool"]["subnet"].strip():
        return "the 'subnet' for 'pool' must be given"
    address = properties["vip"]["address"]
    if address is not None and not _is_address(address):
        return f"the 'address' for 'vip' must be an IP address: '{show(address)}'"
    return None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _unusable_number(properties: base.Properties) -> str | None:
    """Tell which number no load balancer takes, None if all are fine."""
    for owner, least in _LEAST.items():
        values = properties[owner] or {}
        too_small = base.too_small(values, least, owner)
        if too_small:
            return too_small
    monitor = properties["health_monitor"]
    if monitor and monitor["max_retries"] > _MOST_RETRIES:
        return f"the 'max_retries' for 'health_monitor' must be <= {_MOST_RETRIES}"
    return None


class LoadBalance(base.Plain):
    """How the nodes of a cluster share one address."""

    name = "senlin.policy.loadbalance"
    spec_schema = PROPERTIES
    priority = 500
    profile_types = ("os.nova.server-1.0",)
    has_hooks = True
    has_members = True
    support: Mapping[str, base.Statuses] = {
        "1.0": base.supported("2016.04"),
        "1.1": base.supported("2018.01"),
        "1.2": base.supported("2020.02"),
        "1.3": base.supported("2020.03"),
    }

    def problem(self, properties: base.Properties, limits: base.Limits) -> str | None:
        """Tell what a load balancer lacks or can't have, None if it is fine."""
        for name in ("pool", "vip"):
            if properties[name] is None:
                return f"Required spec item '{name}' not provided"
            if not 0 < properties[name]["protocol_port"] <= _LARGEST_PORT:
                return (
                    f"the 'protocol_port' for '{name}' must be from 1 to "
                    f"{_LARGEST_PORT}"
                )
        vip = properties["vip"]
        if not vip["subnet"] and not vip["network"]:
            return "At least one of VIP Subnet or Network must be defined."
        return (
            base.too_small(properties, {"lb_status_timeout": 1})
            or _unusable_place(properties)
            or _unusable_number(properties)
        )

    def references(self, properties: base.Properties) -> Sequence[Reference]:
        """Return subnets, flavor, network and load balancer, as far as named."""
        pool, vip = properties["pool"], properties["vip"]
        kinds = references.Kind
        return (
            *references.one(kinds.SUBNET, pool["subnet"]),
            *references.one(kinds.FLAVOR, properties["flavor_id"]),
            *references.one(kinds.SUBNET, vip["subnet"]),
            *references.one(kinds.NETWORK, vip["network"]),
            *references.one(kinds.LOAD_BALANCER, properties["loadbalancer"]),
        )

    def attach(self, ask: base.HookAsk) -> base.Step:
        """Make the load balancer, or take the user's own; all nodes are members.

        :raises CloudError: when the cloud refuses, or it takes too long.
        """
        return hooks.attach(ask)

    def detach(self, ask: base.HookAsk) -> base.Step:
        """Remove the load balancer, or from the user's own the members.

        :raises CloudError: when the cloud refuses, or it takes too long.
        """
        return hooks.detach(ask)

    def strays(self, ask: base.HookAsk, since: float) -> Sequence[str]:
        """Return ids of load balancers that carry the mark but aren't used."""
        return strays.find(ask.cloud, ask.binding_id, ask.data, since)

    def remove_stray(self, ask: base.HookAsk, object_id: str) -> None:
        """Delete a load balancer with all that is in it.

        :raises CloudBusy: while it is being built.
        """
        strays.remove(ask.cloud, object_id)

    def drain(self, ask: base.HookAsk) -> base.Step:
        """Give members that are about to go the weight 0.

        :raises CloudError: when the cloud refuses, or it takes too long.
        """
        return hooks.drain(ask)

    def leave(self, ask: base.HookAsk) -> base.Step:
        """Take members that are about to go out of the pool.

        :raises CloudError: when the cloud refuses, or it takes too long.
        """
        return hooks.leave(ask)

    def join(self, ask: base.HookAsk) -> base.Step:
        """Put the pool's members right.

        :raises CloudError: when the cloud refuses, or it takes too long.
        """
        return hooks.join(ask)

    def drifted(self, ask: base.HookAsk) -> str | None:
        """Tell which members aren't as they should be, None if all are.

        :raises CloudError: when the cloud can't be asked, or the pool is gone.
        """
        return hooks.drifted(ask)
