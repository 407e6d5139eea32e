"""Neutron: networks and ports. Public addresses have a module of their own."""

import collections
import logging
from collections.abc import Collection as Ids
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.drivers.openstack import floating_ips, lookups, marks
from senlin_like.drivers.openstack.account import AccountView, Query
from senlin_like.drivers.openstack.gathering import Gathering
from senlin_like.drivers.openstack.lookups import Collection

LOG = logging.getLogger(__name__)

_NETWORKS = Collection(
    kind="network", path="/networks", listed="networks", item="network"
)
_SUBNETS = Collection(kind="subnet", path="/subnets", listed="subnets", item="subnet")
_GROUPS = Collection(
    kind="security_group",
    path="/security-groups",
    listed="security_groups",
    item="security_group",
)
_PORTS = Collection(kind="port", path="/ports", listed="ports", item="port")


class OpenStackNetwork:
    """Networks, ports and public addresses. Finding is by id or name."""

    def __init__(
        self, account: AccountView, marked: Gathering[list[objects.Port]]
    ) -> None:
        self._marked = marked
        self._api = account.api("network")
        self._project = None if account.account is None else account.account.project

    def find_network(self, identity: str) -> str:
        """Find a network and return its id."""
        return str(self._find(_NETWORKS, identity)["id"])

    def find_subnet(self, identity: str) -> str:
        """Find a subnet and return its id."""
        return str(self._find(_SUBNETS, identity)["id"])

    def get_subnet(self, identity: str) -> objects.Subnet:
        """Find a subnet and return what is known of it; a call more for its network."""
        subnet = self._find(_SUBNETS, identity)
        network_id = str(subnet["network_id"])
        try:
            name = str(self._find(_NETWORKS, network_id)["name"])
        except exceptions.CloudNotFound:
            name = network_id
        return objects.Subnet(
            id=subnet["id"],
            network_id=network_id,
            network_name=name,
            ip_version=subnet["ip_version"],
            cidr=subnet["cidr"],
        )

    def find_security_group(self, identity: str) -> str:
        """Find a security group and return its id."""
        return str(self._find(_GROUPS, identity)["id"])

    def find_port(self, identity: str) -> objects.Port:
        """Find a port."""
        return _port(self._find(_PORTS, identity))

    def find_ports_marked(self, node_id: str) -> list[objects.Port]:
        """Return the ports that were made for a node.

        Those who ask at the same time share a call.
        """
        return self._marked.find(node_id, self._read_marked)

    def _read_marked(self, node_ids: Ids[str]) -> dict[str, list[objects.Port]]:
        params = [("description", marks.text(node_id)) for node_id in sorted(node_ids)]
        if self._project is not None:
            params.append(("project_id", self._project))
        query = Query(
            what=f"Finding the ports of {len(node_ids)} nodes",
            path=_PORTS.path,
            params=params,
        )
        found: dict[str, list[objects.Port]] = collections.defaultdict(list)
        for page in self._api.pages(query, _PORTS.listed):
            for one in page:
                found[marks.of(one) or ""].append(_port(one))
        return {node_id: found[node_id] for node_id in node_ids}

    def create_port(
        self,
        network_id: str,
        *,
        node_id: str,
        fixed_ips: Sequence[Mapping[str, str]] = (),
        security_group_ids: Sequence[str] | None = None,
        vnic_type: str | None = None,
    ) -> objects.Port:
        """Make a port that carries the mark of a node.

        The mark is its description: tags can't be given in the same call with every
        Neutron, and a port without its mark would never be found again.
        """
        port: dict[str, Any] = {
            "network_id": network_id,
            "description": marks.text(node_id),
        }
        if fixed_ips:
            port["fixed_ips"] = [dict(one) for one in fixed_ips]
        if security_group_ids is not None:
            port["security_groups"] = list(security_group_ids)
        if vnic_type is not None:
            port["binding:vnic_type"] = vnic_type
        query = Query(
            what=f"Making a port in network {network_id}",
            path=_PORTS.path,
            body={"port": port},
        )
        return _port(self._api.change("POST", query)["port"])

    def update_port(self, port_id: str, *, security_group_ids: Sequence[str]) -> None:
        """Give a port other security groups."""
        query = Query(
            what=f"Changing port {port_id}",
            path=_PORTS.of(port_id),
            body={"port": {"security_groups": list(security_group_ids)}},
            kind=_PORTS.kind,
            identity=port_id,
        )
        self._api.change("PUT", query)

    def delete_port(self, port_id: str) -> None:
        """Delete a port; not an error if it is gone."""
        query = Query(
            what=f"Deleting port {port_id}",
            path=_PORTS.of(port_id),
            kind=_PORTS.kind,
            identity=port_id,
        )
        try:
            self._api.change("DELETE", query)
        except exceptions.CloudNotFound:
            LOG.info("Port %s is gone already.", port_id)

    def find_floating_ip(self, address: str) -> objects.FloatingIp | None:
        """Find a public address."""
        return floating_ips.find(self._api, self._project, address)

    def find_floating_ips_marked(self, node_id: str) -> list[objects.FloatingIp]:
        """Return the public addresses that were made for a node."""
        return floating_ips.find_marked(self._api, self._project, marks.text(node_id))

    def create_floating_ip(
        self,
        network_id: str,
        *,
        port_id: str,
        node_id: str,
        address: str | None = None,
    ) -> objects.FloatingIp:
        """Make a public address that leads to a port and carries a node's mark."""
        wanted = {
            "floating_network_id": network_id,
            "port_id": port_id,
            "description": marks.text(node_id),
        }
        if address is not None:
            wanted["floating_ip_address"] = address
        return floating_ips.create(self._api, wanted)

    def associate_floating_ip(self, floating_ip_id: str, port_id: str | None) -> None:
        """Lead a public address to a port, or to none."""
        floating_ips.associate(self._api, floating_ip_id, port_id)

    def delete_floating_ip(self, floating_ip_id: str) -> None:
        """Give a public address back; not an error if it is gone."""
        floating_ips.delete(self._api, floating_ip_id)

    def _find(self, collection: Collection, identity: str) -> dict[str, Any]:
        return lookups.find(self._api, collection, identity, self._project)


def _port(told: Mapping[str, Any]) -> objects.Port:
    return objects.Port(
        id=told["id"],
        network_id=told["network_id"],
        status=told["status"],
        fixed_ips=tuple(dict(one) for one in told.get("fixed_ips") or ()),
        security_group_ids=tuple(told.get("security_groups") or ()),
        device_id=told.get("device_id") or None,
        name=told.get("name") or "",
    )
