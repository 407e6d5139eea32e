"""Keep the virtual addresses of Octavia's noop network driver in Neutron.

Left to itself it gives all load balancers the same address, on a port that isn't
there, and takes any subnet for real.  Nor does it remember that an amphora is on the
network of that address, and so a load balancer breaks (a ``KeyError`` in
``CalculateAmphoraDelta``) when the last member on that network goes.  With a real
port the addresses differ, and a floating one can be put on top.  Nobody listens.
"""

from typing import Any

from octavia.common import clients, data_models
from octavia.db import api as db_api
from octavia.db import repositories
from octavia.network import base
from octavia.network import data_models as network_models
from octavia.network.drivers.noop_driver import driver as noop

OWNER = "Octavia"


class LabNetworkDriver(noop.NoopNetworkDriver):
    """Does what touches virtual addresses, and pretends the rest."""

    @property
    def neutron(self) -> Any:
        return clients.NeutronAuth.get_neutron_client().network

    def get_subnet(self, subnet_id: str, context: Any = None) -> Any:
        del context
        subnet = self.neutron.find_subnet(subnet_id)
        if subnet is None:
            raise base.SubnetNotFound(f"There is no subnet {subnet_id}.")
        return network_models.Subnet(
            id=subnet.id,
            name=subnet.name,
            network_id=subnet.network_id,
            project_id=subnet.project_id,
            gateway_ip=subnet.gateway_ip,
            cidr=subnet.cidr,
            ip_version=subnet.ip_version,
            host_routes=[],
        )

    def allocate_vip(self, loadbalancer: Any) -> tuple[Any, list[Any]]:
        if loadbalancer.vip.port_id:
            port = self.neutron.get_port(loadbalancer.vip.port_id)
        else:
            port = self._make_port(loadbalancer)
        address = port.fixed_ips[0]
        vip = data_models.Vip(
            load_balancer_id=loadbalancer.id,
            port_id=port.id,
            network_id=port.network_id,
            subnet_id=address["subnet_id"],
            ip_address=address["ip_address"],
        )
        return vip, []

    def deallocate_vip(self, vip: Any) -> None:
        port = self.neutron.find_port(vip.port_id)
        # A port that the user brought stays.
        if port is not None and port.device_owner == OWNER:
            self.neutron.delete_port(port)

    def get_plugged_networks(self, compute_id: str) -> list[Any]:
        plugged = super().get_plugged_networks(compute_id)
        vip = self._vip_of(compute_id)
        if vip is None or vip.network_id in {one.network_id for one in plugged}:
            return list(plugged)
        address = network_models.FixedIP(
            subnet_id=vip.subnet_id, ip_address=vip.ip_address
        )
        interface = network_models.Interface(
            compute_id=compute_id,
            network_id=vip.network_id,
            port_id=vip.port_id,
            fixed_ips=[address],
        )
        return [*plugged, interface]

    def _make_port(self, loadbalancer: Any) -> Any:
        """Make a port with the address that was asked for, or any."""
        vip = loadbalancer.vip
        asked = {"subnet_id": vip.subnet_id, "ip_address": vip.ip_address}
        address = {name: value for name, value in asked.items() if value}
        network_id = vip.network_id or self.get_subnet(vip.subnet_id).network_id
        return self.neutron.create_port(
            name=f"octavia-lb-{loadbalancer.id}",
            project_id=loadbalancer.project_id,
            network_id=network_id,
            device_id=f"lb-{loadbalancer.id}",
            device_owner=OWNER,
            is_admin_state_up=False,
            **({"fixed_ips": [address]} if address else {}),
        )

    def _vip_of(self, compute_id: str) -> Any:
        """Return the virtual address that an amphora is for, or None."""
        session = db_api.get_session()
        with session.begin():
            amphora = repositories.AmphoraRepository().get(
                session, compute_id=compute_id
            )
            balancer = amphora.load_balancer if amphora else None
            return balancer.vip if balancer else None
