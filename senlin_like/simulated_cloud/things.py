"""Changes of the catalogue: flavors, images, zones, networks and their like."""

import ipaddress
import uuid
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import seed, tables
from senlin_like.simulated_cloud.catalogue import Picture
from senlin_like.simulated_cloud.world import World

#: What each kind has, with the values of what is left out.
KINDS: Mapping[str, Mapping[str, Any]] = {
    "region": {},
    "zone": {"region": seed.REGION, "is_available": True},
    "host": {"zone": "nova", "state": "up", "status": "enabled", "effect": "error"},
    "flavor": {"vcpus": 1, "ram": 512, "disk": 1, "is_disabled": False},
    "image": {"status": "active"},
    "keypair": {},
    "network": {"is_external": False},
    "subnet": {"network_id": "", "cidr": ""},
    "security_group": {},
    "load_balancer_flavor": {},
    "volume_type": {},
    "snapshot": {},
}
#: Kinds that are called by their name.
_NAMED = frozenset({"region", "zone", "host", "keypair"})
_TABLE = tables.CATALOGUE


def list_all(world: World, kind: str) -> list[dict[str, Any]]:
    """Return all things of a kind.

    :raises Invalid: when there is no such kind.
    """
    _check_kind(kind)
    return [
        {"id": thing.id, "name": thing.name, "attributes": dict(thing.attributes)}
        for thing in world.picture.of(kind).values()
    ]


def put(world: World, kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Add a thing, or replace the one of the same id.

    :raises Invalid: when the kind or the fields aren't right.
    """
    _check_kind(kind)
    name = fields.get("name")
    attributes = fields.get("attributes", {})
    if not isinstance(name, str) or not name:
        raise exceptions.Invalid(f"A {kind} needs a name.")
    if not isinstance(attributes, Mapping):
        raise exceptions.Invalid("The field 'attributes' is a map.")
    for attribute, value in attributes.items():
        _check_attribute(kind, attribute, value)
    attributes = {**KINDS[kind], **attributes}
    if kind == "subnet":
        _check_subnet(world.picture, attributes)
    new_id = name if kind in _NAMED else str(uuid.uuid4())
    thing = {
        "id": str(fields.get("id") or new_id),
        "name": name,
        "attributes": attributes,
    }

    def work(connection: sa.Connection) -> None:
        same = (_TABLE.c.kind == kind, _TABLE.c.id == thing["id"])
        connection.execute(_TABLE.delete().where(*same))
        connection.execute(_TABLE.insert(), {"kind": kind, **thing})

    world.change(work)
    return thing


def remove(world: World, kind: str, thing_id: str) -> None:
    """Take a thing out of the catalogue; what was made from it stays.

    :raises NotFound: when there is no such thing.
    """
    _check_kind(kind)
    same = (_TABLE.c.kind == kind, _TABLE.c.id == thing_id)
    removed = world.change(
        lambda connection: connection.execute(_TABLE.delete().where(*same)).rowcount
    )
    if not removed:
        raise exceptions.NotFound(kind, thing_id)


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise exceptions.Invalid(
            f"The catalogue has no '{kind}'; it has {', '.join(KINDS)}."
        )


def _check_attribute(kind: str, name: str, value: Any) -> None:
    if name not in KINDS[kind]:
        raise exceptions.Invalid(f"A {kind} has no attribute '{name}'.")
    if type(value) is not type(KINDS[kind][name]):
        raise exceptions.Invalid(f"{value!r} is no value for '{name}' of a {kind}.")


def _check_subnet(picture: Picture, attributes: Mapping[str, Any]) -> None:
    if attributes["network_id"] not in picture.of("network"):
        raise exceptions.Invalid("A subnet needs the 'network_id' of a network.")
    try:
        network = ipaddress.IPv4Network(attributes["cidr"])
    except ValueError as error:
        raise exceptions.Invalid(
            f"A subnet needs a range like 10.1.0.0/16: {error}."
        ) from error
    if network.num_addresses < 4:
        raise exceptions.Invalid("The range of a subnet has at least 4 addresses.")
