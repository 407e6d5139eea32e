"""Networks, ports and public addresses of the simulated cloud."""

from collections.abc import Mapping, Sequence

from senlin_like.drivers import objects
from senlin_like.drivers.simulated.account import AccountView
from senlin_like.simulated_cloud import floating_ips, ports, records


class SimulatedNetwork:
    """Networks, ports and public addresses. Finding is by id or name."""

    def __init__(self, account: AccountView) -> None:
        self._account = account
        self._world = account.world
        self._owner = account.owner

    def find_network(self, identity: str) -> str:
        """Find a network and return its id."""
        return self._find("network", identity)

    def find_subnet(self, identity: str) -> str:
        """Find a subnet and return its id."""
        return self._find("subnet", identity)

    def get_subnet(self, identity: str) -> objects.Subnet:
        """Find a subnet and return what is known of it."""
        with self._account.call("network.get_subnet", identity):
            picture = self._world.picture
            subnet = picture.get("subnet", identity)
            network_id = subnet.attributes["network_id"]
            network = picture.find("network", network_id)
            return objects.Subnet(
                id=subnet.id,
                network_id=network_id,
                network_name=network.name if network else network_id,
                ip_version=4,
                cidr=subnet.attributes["cidr"],
            )

    def find_security_group(self, identity: str) -> str:
        """Find a security group and return its id."""
        return self._find("security_group", identity)

    def find_port(self, identity: str) -> objects.Port:
        """Find a port."""
        with self._account.call("network.find_port", identity):
            return _port(ports.find(self._world, self._owner, identity))

    def find_ports_marked(self, node_id: str) -> list[objects.Port]:
        """Return the ports that were made for a node."""
        with self._account.call("network.find_ports_marked", node_id):
            found = ports.find_marked(self._world, self._owner, node_id)
            return [_port(record) for record in found]

    def create_port(
        self,
        network_id: str,
        *,
        node_id: str,
        fixed_ips: Sequence[Mapping[str, str]] = (),
        security_group_ids: Sequence[str] | None = None,
        vnic_type: str | None = None,
    ) -> objects.Port:
        """Make a port that carries the mark of a node."""
        with self._account.call("network.create_port", node_id):
            new = ports.NewPort(
                network_id=network_id,
                mark=node_id,
                fixed_ips=fixed_ips,
                security_group_ids=security_group_ids,
                vnic_type=vnic_type,
            )
            return _port(ports.create(self._world, self._owner, new))

    def update_port(self, port_id: str, *, security_group_ids: Sequence[str]) -> None:
        """Give a port other security groups."""
        with self._account.call("network.update_port", port_id):
            ports.update(
                self._world,
                self._owner,
                port_id,
                security_group_ids=security_group_ids,
            )

    def delete_port(self, port_id: str) -> None:
        """Delete a port; not an error if it is gone."""
        with self._account.call("network.delete_port", port_id):
            ports.delete(self._world, self._owner, port_id)

    def find_floating_ip(self, address: str) -> objects.FloatingIp | None:
        """Find a public address."""
        with self._account.call("network.find_floating_ip", address):
            found = floating_ips.find(self._world, self._owner, address)
            return None if found is None else _floating_ip(found)

    def find_floating_ips_marked(self, node_id: str) -> list[objects.FloatingIp]:
        """Return the public addresses that were made for a node."""
        with self._account.call("network.find_floating_ips_marked", node_id):
            found = floating_ips.find_marked(self._world, self._owner, node_id)
            return [_floating_ip(record) for record in found]

    def create_floating_ip(
        self,
        network_id: str,
        *,
        port_id: str,
        node_id: str,
        address: str | None = None,
    ) -> objects.FloatingIp:
        """Make a public address that leads to a port and carries a node's mark."""
        with self._account.call("network.create_floating_ip", port_id):
            return _floating_ip(
                floating_ips.create(
                    self._world,
                    self._owner,
                    network_id,
                    port_id=port_id,
                    address=address,
                    mark=node_id,
                )
            )

    def associate_floating_ip(self, floating_ip_id: str, port_id: str | None) -> None:
        """Lead a public address to a port, or to none."""
        with self._account.call("network.associate_floating_ip", floating_ip_id):
            floating_ips.associate(self._world, self._owner, floating_ip_id, port_id)

    def delete_floating_ip(self, floating_ip_id: str) -> None:
        """Give a public address back; not an error if it is gone."""
        with self._account.call("network.delete_floating_ip", floating_ip_id):
            floating_ips.delete(self._world, self._owner, floating_ip_id)

    def _find(self, kind: str, identity: str) -> str:
        with self._account.call(f"network.find_{kind}", identity):
            return self._world.picture.get(kind, identity).id


def _port(record: records.Port) -> objects.Port:
    return objects.Port(
        id=record.id,
        network_id=record.network_id,
        status=record.status,
        fixed_ips=record.fixed_ips,
        security_group_ids=record.security_group_ids,
        device_id=record.device_id,
        name=record.name,
    )


def _floating_ip(record: records.FloatingIp) -> objects.FloatingIp:
    return objects.FloatingIp(
        id=record.id,
        address=record.address,
        network_id=record.network_id,
        status=record.status,
        port_id=record.port_id,
    )
