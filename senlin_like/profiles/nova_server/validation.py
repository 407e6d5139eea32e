"""Checks a server's properties against what the cloud has.

The texts are those of Senlin's API: clients compare them.
"""

import functools
import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.domain import spec as specs
from senlin_like.drivers import base as clouds
from senlin_like.profiles import catalogue

VNIC_TYPES = ("normal", "direct", "macvtap")


def validate(
    names: catalogue.Names, cloud: clouds.Cloud, properties: Mapping[str, Any]
) -> None:
    """Check zone, flavor, image, key pair and networks, in this order.

    :raises InvalidSpec: when one doesn't exist or can't be used.
    """
    zone = properties.get("availability_zone")
    if zone and not cloud.compute.zone_is_available(zone):
        raise exceptions.InvalidSpec(
            f"The specified availability_zone '{zone}' could not be found"
        )
    _validate_flavor(names, properties["flavor"])
    image, key_name = properties.get("image"), properties.get("key_name")
    if image:
        _found(
            lambda: names.image(image),
            f"The specified image '{image}' could not be found.",
        )
    if key_name:
        _found(
            lambda: cloud.compute.find_keypair(key_name),
            f"The specified key_name '{key_name}' could not be found.",
        )
    for entry in properties.get("networks") or ():
        validate_network(names, cloud, entry)


def _found(find: Callable[[], Any], refusal: str) -> Any:
    """Return what a look-up finds.

    :raises InvalidSpec: with the refusal, when it finds nothing.
    """
    try:
        return find()
    except exceptions.CloudNotFound as error:
        raise exceptions.InvalidSpec(refusal) from error


def _validate_flavor(names: catalogue.Names, name: str) -> None:
    flavor = _found(
        lambda: names.flavor(name),
        f"The specified flavor '{name}' could not be found.",
    )
    if flavor.is_disabled:
        raise exceptions.InvalidSpec(f"The specified flavor '{name}' is disabled")


def validate_network(
    names: catalogue.Names, cloud: clouds.Cloud, entry: Mapping[str, Any]
) -> None:
    """Check one entry of the property ``networks``.

    :raises InvalidSpec: when something that it names doesn't exist or can't
        be used, or when the entry contradicts itself.
    """
    for key in ("fixed_ip", "floating_ip"):
        _validate_address(key, entry.get(key))
    _validate_target(names, cloud, entry)
    subnet, vnic_type = entry.get("subnet"), entry.get("vnic_type")
    if subnet:
        _found(
            lambda: names.subnet(subnet),
            f"The specified subnet {subnet} could not be found.",
        )
    for group in entry.get("security_groups") or ():
        _found(
            functools.partial(names.security_group, group),
            f"The specified security group {group} could not be found.",
        )
    if vnic_type and vnic_type not in VNIC_TYPES:
        raise exceptions.InvalidSpec(
            f"The vnic_type '{vnic_type}' is not supported: it must be one of "
            f"{', '.join(VNIC_TYPES)}."
        )
    _validate_floating(names, cloud, entry)


def _validate_address(key: str, address: str | None) -> None:
    """Check that an address is one; ports know none with a zone."""
    if not address:
        return
    try:
        ipaddress.ip_address(address.partition("%")[0])
    except ValueError as error:
        raise _no_address(key, address) from error
    if "%" in address:
        raise _no_address(key, address)


def _no_address(key: str, address: str) -> exceptions.InvalidSpec:
    return exceptions.InvalidSpec(
        f"The specified {key} '{specs.show(address)}' is not an IP address."
    )


def _validate_target(
    names: catalogue.Names, cloud: clouds.Cloud, entry: Mapping[str, Any]
) -> None:
    """Check that an entry names one usable port, or a network."""
    identity, network = entry.get("port"), entry.get("network")
    if identity:
        if entry.get("fixed_ip"):
            raise exceptions.InvalidSpec(
                "The 'port' property and the 'fixed_ip' property cannot be "
                "specified at the same time"
            )
        port = _found(
            lambda: cloud.network.find_port(identity),
            f"The specified port {identity} could not be found.",
        )
        if port.status != "DOWN":
            raise exceptions.InvalidSpec(
                f"The status of the port {identity} must be DOWN"
            )
    elif not network:
        raise exceptions.InvalidSpec("One of 'port' and 'network' must be provided")
    if network:
        _found(
            lambda: names.network(network),
            f"The specified network {network} could not be found.",
        )


def _validate_floating(
    names: catalogue.Names, cloud: clouds.Cloud, entry: Mapping[str, Any]
) -> None:
    """Check that a public address can be had."""
    address, network = entry.get("floating_ip"), entry.get("floating_network")
    if network:
        _found(
            lambda: names.network(network),
            f"The floating network {network} could not be found.",
        )
    if not address:
        return
    existing = cloud.network.find_floating_ip(address)
    if existing is not None and existing.status == "ACTIVE":
        raise exceptions.InvalidSpec(f"The floating IP {address} has been used.")
    if existing is None and not network:
        raise exceptions.InvalidSpec("Must specify a network to create floating IP")
