"""Makes the request for a server out of a spec and a node."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.profiles import base, catalogue, marks


def build(
    names: catalogue.Names, ask: base.Ask, port_ids: Sequence[str]
) -> objects.ServerRequest:
    """Make the request for a node's server.

    :raises CloudError: when the flavor is disabled, or a flavor, an image or
        a volume can't be found or used.
    """
    wanted = ask.properties
    return objects.ServerRequest(
        name=wanted.get("name") or ask.node.name,
        flavor_id=usable_flavor(names, wanted["flavor"]),
        image_id=image_id(names, wanted.get("image")),
        metadata=user_metadata(wanted) | marks.of_node(ask.node),
        networks=[{"port": port_id} for port_id in port_ids],
        key_name=wanted.get("key_name"),
        zone=zone(ask),
        security_groups=() if port_ids else tuple(wanted.get("security_groups") or ()),
        block_devices=[
            block_device(names, ask.cloud, device)
            for device in wanted.get("block_device_mapping_v2") or ()
        ],
        personality=[dict(file) for file in wanted.get("personality") or ()],
        scheduler_hints=scheduler_hints(ask),
        user_data=encode(wanted["user_data"]) if wanted.get("user_data") else None,
        admin_pass=wanted.get("admin_pass"),
        config_drive=wanted.get("config_drive"),
        disk_config=disk_config(wanted),
    )


def usable_flavor(names: catalogue.Names, name: str) -> str:
    """Return the id of a flavor.

    :raises CloudError: when it is disabled.
    """
    flavor = names.flavor(name)
    if flavor.is_disabled:
        raise exceptions.CloudError(f"The specified flavor '{name}' is disabled", 400)
    return flavor.id


def image_id(names: catalogue.Names, name: str | None) -> str | None:
    """Return the id of an image, None if none is wanted."""
    return names.image(name).id if name else None


def user_metadata(properties: Mapping[str, Any]) -> dict[str, str]:
    """Return the user's metadata as the texts that a cloud wants.

    The marks are this service's: a user's value for them is left out.
    """
    return {
        str(key): _as_text(value)
        for key, value in (properties.get("metadata") or {}).items()
        if key not in marks.ALL
    }


def _as_text(value: Any) -> str:
    """Give a value of the user's metadata as a text; JSON where it's none."""
    return value if isinstance(value, str) else json.dumps(value)


def placement(node: base.NodeFacts) -> Mapping[str, Any]:
    """Return where policies want the node to be."""
    chosen = node.data.get("placement")
    return chosen if isinstance(chosen, Mapping) else {}


def zone(ask: base.Ask) -> str | None:
    """Return the zone that the server is to be in; that of a policy goes first."""
    chosen = placement(ask.node).get("zone") or ask.properties.get("availability_zone")
    return str(chosen) if chosen else None


def scheduler_hints(ask: base.Ask) -> dict[str, Any]:
    """Return the user's hints, with the server group that a policy chose."""
    hints = dict(ask.properties.get("scheduler_hints") or {})
    group = placement(ask.node).get("servergroup")
    return hints | {"group": group} if group else hints


def disk_config(properties: Mapping[str, Any]) -> str | None:
    """Say in Nova's words whether the root disk is fitted to the flavor."""
    automatic = properties.get("auto_disk_config")
    if automatic is None:
        return None
    return "AUTO" if automatic else "MANUAL"


def encode(text: str) -> str:
    """Encode a text as base64, the form that Nova takes."""
    return base64.b64encode(text.encode()).decode("ascii")


def block_device(
    names: catalogue.Names, cloud: clouds.Cloud, wanted: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe one disk in Nova's form, with ids instead of names.

    :raises CloudError: when its volume isn't available.
    """
    device = {key: value for key, value in wanted.items() if value is not None}
    if device.get("volume_type"):
        device["volume_type"] = names.volume_type(device["volume_type"])
    source, identity = device.get("source_type"), device.get("uuid")
    if not identity:
        return device
    if source == "image":
        device["uuid"] = names.image(identity).id
    elif source == "snapshot":
        device["uuid"] = cloud.volumes.find_snapshot(identity)
    elif source == "volume":
        volume = cloud.volumes.find_volume(identity)
        if volume["status"] != "available":
            raise exceptions.CloudError(
                f"The volume {identity} must be available, it is {volume['status']}.",
                400,
            )
        device["uuid"] = str(volume["id"])
    return device
