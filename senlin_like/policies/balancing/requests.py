"""Turns the properties of a policy into requests to a cloud."""

from collections.abc import Mapping
from typing import Any

from senlin_like.drivers import balancing
from senlin_like.policies.balancing import base

_MAX_NAME = 255


def load_balancer(ask: base.Ask) -> balancing.LoadBalancerRequest:
    """Make the request for a load balancer; takes a call per name in it.

    :raises CloudNotFound: when a subnet, network or flavor isn't there.
    """
    vip = ask.properties["vip"]
    flavor, cloud = ask.properties["flavor_id"], ask.cloud
    subnet, network = vip["subnet"], vip["network"]
    return balancing.LoadBalancerRequest(
        name=_name(ask, "lb"),
        mark=ask.mark,
        subnet_id=cloud.network.find_subnet(subnet) if subnet else None,
        network_id=cloud.network.find_network(network) if network else None,
        address=vip["address"],
        flavor_id=cloud.load_balancing.find_flavor(flavor) if flavor else None,
        zone=ask.properties["availability_zone"],
        is_up=vip["admin_state_up"],
    )


def listener(ask: base.Ask, load_balancer_id: str) -> balancing.ListenerRequest:
    """Make the request for the listener."""
    vip = ask.properties["vip"]
    return balancing.ListenerRequest(
        name=_name(ask, "listener"),
        load_balancer_id=load_balancer_id,
        protocol=vip["protocol"],
        port=vip["protocol_port"],
        connection_limit=vip["connection_limit"],
        is_up=vip["admin_state_up"],
    )


def pool(ask: base.Ask, listener_id: str) -> balancing.PoolRequest:
    """Make the request for the pool."""
    wanted = ask.properties["pool"]
    return balancing.PoolRequest(
        name=_name(ask, "pool"),
        listener_id=listener_id,
        protocol=wanted["protocol"],
        method=wanted["lb_method"],
        session_persistence=_persistence(wanted["session_persistence"]),
        is_up=wanted["admin_state_up"],
    )


def monitor(ask: base.Ask, pool_id: str) -> balancing.MonitorRequest:
    """Make the request for the health monitor; only HTTP says what to ask for."""
    wanted = ask.properties["health_monitor"]
    http = wanted if wanted["type"] == "HTTP" else {}
    return balancing.MonitorRequest(
        name=_name(ask, "monitor"),
        pool_id=pool_id,
        type=wanted["type"],
        delay_s=wanted["delay"],
        timeout_s=wanted["timeout"],
        max_retries=wanted["max_retries"],
        http_method=http.get("http_method"),
        url_path=http.get("url_path"),
        expected_codes=http.get("expected_codes"),
        is_up=wanted["admin_state_up"],
    )


def _persistence(wanted: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Leave out what says nothing: a cloud refuses NONE and needless cookies."""
    kind = (wanted or {}).get("type")
    if wanted is None or kind in (None, "NONE"):
        return None
    persistence = {"type": str(kind)}
    if kind == "APP_COOKIE" and wanted.get("cookie_name"):
        persistence["cookie_name"] = str(wanted["cookie_name"])
    return persistence


def _name(ask: base.Ask, what: str) -> str:
    return f"senlin-{what}-{ask.cluster_name}"[:_MAX_NAME]
