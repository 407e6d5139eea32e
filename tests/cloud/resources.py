"""Make what a user finds in the cloud, through its own APIs.

Everything is looked up first, so that making it twice changes nothing.
"""

import dataclasses
import time

import openstack
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from openstack import connection as openstack_connection
from openstack import exceptions

from tests.cloud import settings as cloud_settings
from tests.tempest import processes

HOSTS_TIMEOUT_S = 120
POLL_S = 0.5
CONTENT = b"there is no operating system\n" * 64
#: The second ones are for updates.  Names without "lab" are those that Senlin's
#: tempest plugin asks for.
IMAGES = ("lab", "lab2", "cirros-0.4.0-x86_64-disk", "new_image")
#: Who has a key called ``lab``, since keys belong to a user.
WITH_KEY = ("lab", "lab-demo", "lab-demo2")
#: Two hosts, so that one of them can be evacuated, and one alone; the others stay
#: in the zone ``nova``.
ZONES = {"az1": ("cmp1", "cmp2"), "az2": ("cmp3",)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Flavor:
    """Describe a flavor; memory in MiB, disk in GiB, no id for any."""

    name: str
    vcpus: int
    ram: int
    disk: int
    id: str | None = None


FLAVORS = (
    Flavor(name="lab.tiny", vcpus=1, ram=64, disk=1),
    Flavor(name="lab.small", vcpus=1, ram=512, disk=5),
    Flavor(name="lab.large", vcpus=4, ram=4096, disk=40),
    Flavor(name="m1.tiny", vcpus=1, ram=128, disk=1, id="1"),
    Flavor(name="new_flavor", vcpus=1, ram=256, disk=1, id="2"),
)


def connect(
    settings: cloud_settings.Settings, cloud: str = "lab"
) -> openstack_connection.Connection:
    """Return a connection as one of the users in ``clouds.yaml``."""
    known = openstack.config.OpenStackConfig(config_files=[str(settings.clouds_file)])
    return openstack_connection.Connection(config=known.get_one(cloud))


def make(settings: cloud_settings.Settings) -> None:
    """Make flavors, images, networks, keys and types.

    :raises openstack.exceptions.SDKException: when a service refuses.
    """
    admin = connect(settings)
    for name in IMAGES:
        if admin.image.find_image(name) is None:
            admin.image.create_image(
                name=name,
                visibility="public",
                disk_format="raw",
                container_format="bare",
                data=CONTENT,
            )
    for flavor in FLAVORS:
        if admin.compute.find_flavor(flavor.name) is None:
            asked = dataclasses.asdict(flavor)
            admin.compute.create_flavor(
                **{name: value for name, value in asked.items() if value is not None}
            )
    _make_networks(admin)
    for cloud in WITH_KEY:
        _make_key(connect(settings, cloud))
    if settings.has("cinder"):
        _make_volume_type(admin)
    if settings.has("octavia"):
        _make_load_balancer_flavor(admin)


def settle_hosts(settings: cloud_settings.Settings) -> None:
    """Wait until every host is up, and put the hosts into their zones.

    Hosts that an interrupted test has disabled or forced down come back.

    :raises processes.ProgramError: when a host doesn't come up in time.
    """
    admin = connect(settings)
    missing = set(settings.hosts)
    deadline = time.monotonic() + HOSTS_TIMEOUT_S
    while missing := missing - _ready_hosts(admin):
        if time.monotonic() > deadline:
            raise processes.ProgramError(f"not up: {', '.join(sorted(missing))}")
        time.sleep(POLL_S)
    known = {aggregate.name: aggregate for aggregate in admin.compute.aggregates()}
    for zone, members in ZONES.items():
        if not set(members) <= set(settings.hosts):
            continue
        aggregate = known.get(zone) or admin.compute.create_aggregate(
            name=zone, availability_zone=zone
        )
        for host in set(members) - set(aggregate.hosts or ()):
            admin.compute.add_host_to_aggregate(aggregate, host)


def _ready_hosts(admin: openstack_connection.Connection) -> set[str]:
    """Name the hosts that take servers, after freeing those that needn't be held."""
    found = list(admin.compute.services(binary="nova-compute"))
    for each in found:
        if each.is_forced_down:
            try:
                admin.compute.update_service_forced_down(
                    each, each.host, each.binary, False
                )
            except exceptions.BadRequestException:
                # Nova wants the host itself to clean up first after an evacuation.
                processes.say(f"{each.host} can't be forced up yet")
        if each.status == "disabled":
            admin.compute.enable_service(each, each.host, each.binary)
    # A host takes servers when it is mapped to its cell and known as a hypervisor.
    mapped = {one.name for one in admin.compute.hypervisors()}
    return {each.host for each in found if each.state == "up"} & mapped


def _make_networks(admin: openstack_connection.Connection) -> None:
    """Make two shared networks behind a router, and one outside of it."""
    network = admin.network
    public = network.find_network("public") or network.create_network(
        name="public",
        is_router_external=True,
        provider_network_type="flat",
        provider_physical_network="public",
    )
    if network.find_subnet("public") is None:
        network.create_subnet(
            name="public",
            network_id=public.id,
            ip_version=4,
            cidr="203.0.113.0/24",
            is_dhcp_enabled=False,
        )
    router = network.find_router("lab") or network.create_router(
        name="lab", external_gateway_info={"network_id": public.id}
    )
    for name, subnet, cidr in (
        ("lab", "lab", "10.20.0.0/16"),
        ("private", "private-subnet", "10.30.0.0/16"),
    ):
        shared = network.find_network(name) or network.create_network(
            name=name, is_shared=True
        )
        if network.find_subnet(subnet) is None:
            made = network.create_subnet(
                name=subnet, network_id=shared.id, ip_version=4, cidr=cidr
            )
            network.add_interface_to_router(router, subnet_id=made.id)


def _make_key(cloud: openstack_connection.Connection) -> None:
    """Make a key pair that nobody has the private half of."""
    if cloud.compute.find_keypair("lab") is not None:
        return
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    text = public.public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    cloud.compute.create_keypair(name="lab", public_key=text.decode())


def _make_volume_type(admin: openstack_connection.Connection) -> None:
    """Make the type of all volumes."""
    if not any(kind.name == "lab" for kind in admin.block_storage.types()):
        # Whatever it is configured to be called, the backend reports this name.
        specs = {"volume_backend_name": "fake"}
        admin.block_storage.create_type(name="lab", extra_specs=specs)


def _make_load_balancer_flavor(admin: openstack_connection.Connection) -> None:
    """Make a flavor for load balancers."""
    balancing = admin.load_balancer
    if balancing.find_flavor("lab") is not None:
        return
    profile = balancing.find_flavor_profile("lab") or balancing.create_flavor_profile(
        name="lab",
        provider_name="amphora",
        flavor_data='{"loadbalancer_topology": "SINGLE"}',
    )
    balancing.create_flavor(name="lab", flavor_profile_id=profile.id, is_enabled=True)
