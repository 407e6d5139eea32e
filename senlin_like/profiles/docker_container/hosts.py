"""Finds where Docker listens for the containers of a node."""

import contextlib
import ipaddress
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import containers, objects
from senlin_like.profiles import base, catalogue

#: Types of profiles whose nodes can be hosts.
TYPES = ("os.nova.server-1.0", "os.heat.stack-1.0")
#: The network whose addresses are used, if a server has one there.
NETWORK = "private"
#: The output of a stack that tells an address.
OUTPUT = "fixed_ip"


#: Refusal of a spec without a host, in a cloud that has none of its own.
UNNAMED = "Either 'host_cluster' or 'host_node' must be specified."


def names_host(properties: Mapping[str, Any]) -> bool:
    """Tell whether a spec says what containers are put on."""
    return bool(properties.get("host_node") or properties.get("host_cluster"))


class Hosts:
    """Addresses of hosts; they are remembered for a short time."""

    def __init__(self, memory: catalogue.Memory) -> None:
        self._memory = memory

    def own(self, ask: base.Ask) -> objects.ContainerHost:
        """Return the host of a node's container.

        :raises CloudNotFound: when the host, or what it is made of, is gone.
        :raises HostUnfit: when it has no address.
        :raises CloudError: when the cloud has no host of its own for a container that
            names none.
        """
        if not names_host(ask.properties):
            found = ask.cloud.containers.default_host()
            if found is None:
                raise exceptions.CloudError(UNNAMED, 409)
            return found
        if not ask.hosts:
            raise exceptions.CloudNotFound("host", ask.node.name)
        return self.at(ask.hosts[0], ask.properties["port"])

    def all(self, ask: base.Ask) -> list[objects.ContainerHost]:
        """Return all hosts that a node's container may be on, and that are there."""
        if not names_host(ask.properties):
            return [self.own(ask)]
        found = []
        for one in ask.hosts:
            with contextlib.suppress(exceptions.CloudNotFound):
                found.append(self.at(one, ask.properties["port"]))
        return found

    def at(self, host: base.Host, port: int) -> objects.ContainerHost:
        """Return where Docker listens on a node.

        :raises CloudNotFound: when what the node is made of is gone.
        :raises HostUnfit: when it has no address.
        """
        if not host.physical_id:
            raise exceptions.CloudNotFound("host", host.node_id)
        address = self._memory.recall(host.physical_id)
        if address is None:
            address = _address(host, host.physical_id)
            self._memory.keep(host.physical_id, address)
        return objects.ContainerHost(address=address, port=port)

    def is_gone(self, ask: base.Ask) -> bool:
        """Look again whether the host is there, after it couldn't be reached."""
        self._memory.forget()
        try:
            self.own(ask)
        except exceptions.CloudNotFound:
            return True
        return False


def _address(host: base.Host, physical_id: str) -> str:
    if host.type.startswith("os.heat.stack"):
        outputs = host.cloud.orchestration.get_stack(physical_id).outputs
        address = outputs.get(OUTPUT)
        if not address:
            raise containers.HostUnfit(
                f"Stack {physical_id} can't be a host: it has no output '{OUTPUT}'."
            )
        return _literal(address, f"Stack {physical_id}")
    found = _fixed_addresses(host.cloud.compute.get_server(physical_id))
    if not found:
        raise containers.HostUnfit(
            f"Server {physical_id} can't be a host: it has no fixed IPv4 address."
        )
    return _literal(found.get(NETWORK) or found[min(found)], f"Server {physical_id}")


def _literal(given: Any, what: str) -> str:
    """Return an address as it is usually written, IPv6 without brackets.

    A template can put out anything, such as a name that leads here or there.
    """
    text = str(given).strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    try:
        if "%" in text:
            raise ValueError("zones mean something on one machine only")
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise containers.HostUnfit(
            f"{what} can't be a host: '{text[:100]}' is no IP address."
        ) from error


def _fixed_addresses(server: objects.Server) -> dict[str, str]:
    """Return the first fixed IPv4 address in each network of a server."""
    found: dict[str, str] = {}
    for network, addresses in server.addresses.items():
        for address in addresses:
            is_fixed = address.get("OS-EXT-IPS:type", "fixed") == "fixed"
            if is_fixed and address.get("version", 4) == 4:
                found.setdefault(network, str(address["addr"]))
    return found
