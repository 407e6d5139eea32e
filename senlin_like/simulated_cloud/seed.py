"""What a new cloud contains: the things that clients expect to find."""

import uuid
from collections.abc import Iterator
from typing import Any

REGION = "RegionOne"

#: A name in this namespace always gives the same id, in each new cloud.
_NAMESPACE = uuid.UUID("5b2f8a4c-3d0e-4c1b-9d57-7e1f6a20c9ad")

_FLAVORS = (
    # id, name, vcpus, ram (MB), disk (GB)
    ("1", "m1.tiny", 1, 512, 1),
    ("2", "m1.small", 1, 2048, 20),
    ("3", "m1.medium", 2, 4096, 40),
    ("4", "m1.large", 4, 8192, 80),
    ("42", "new_flavor", 1, 1024, 5),
)
_IMAGES = ("cirros-0.4.0-x86_64-disk", "new_image")
_HOSTS = (("host1", "nova"), ("host2", "ZONE1"))

Item = tuple[str, str, str, dict[str, Any]]


def fixed_id(kind: str, name: str) -> str:
    """Return the id that a seeded thing has."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{name}"))


def items() -> Iterator[Item]:
    """Yield kind, id, name and attributes of all that is there at first."""
    yield "region", REGION, REGION, {}
    yield from _compute_items()
    yield from _network_items()
    yield "volume_type", fixed_id("volume_type", "lvmdriver-1"), "lvmdriver-1", {}


def _compute_items() -> Iterator[Item]:
    for name, zone in _HOSTS:
        yield "zone", zone, zone, {"region": REGION, "is_available": True}
        yield (
            "host",
            name,
            name,
            {"zone": zone, "state": "up", "status": "enabled", "effect": "error"},
        )
    for identity, name, vcpus, ram, disk in _FLAVORS:
        size = {"vcpus": vcpus, "ram": ram, "disk": disk}
        yield "flavor", identity, name, {**size, "is_disabled": False}
    for name in _IMAGES:
        yield "image", fixed_id("image", name), name, {"status": "active"}
    yield "keypair", "oskey", "oskey", {}


def _network_items() -> Iterator[Item]:
    for name, cidr, is_external in (
        ("private", "10.0.0.0/12", False),
        ("public", "172.24.0.0/16", True),
    ):
        network_id = fixed_id("network", name)
        yield "network", network_id, name, {"is_external": is_external}
        subnet = f"{name}-subnet"
        yield (
            "subnet",
            fixed_id("subnet", subnet),
            subnet,
            {"network_id": network_id, "cidr": cidr},
        )
    group_id = fixed_id("security_group", "default")
    yield "security_group", group_id, "default", {}
    flavor_id = fixed_id("load_balancer_flavor", "amphora")
    yield "load_balancer_flavor", flavor_id, "amphora", {}
