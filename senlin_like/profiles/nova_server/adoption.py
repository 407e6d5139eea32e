"""Describes a server that somebody else has made, and marks it as a node's."""

from collections.abc import Mapping
from typing import Any

from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.profiles import base, marks


def describe(
    cloud: clouds.Cloud, identity: str, overrides: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the properties that an existing server was made with.

    What the overrides say goes first.

    :raises CloudError: when the server can't be read.
    """
    server = cloud.compute.get_server(identity)
    properties: dict[str, Any] = {
        "auto_disk_config": server.details.get("OS-DCF:diskConfig", "AUTO") == "AUTO",
        "flavor": server.flavor_id,
        "metadata": {
            key: value for key, value in server.metadata.items() if key not in marks.ALL
        },
        "name": server.name,
    }
    optional = {
        "availability_zone": server.zone,
        "block_device_mapping_v2": _volumes(server),
        "config_drive": _as_boolean(server.details.get("config_drive")),
        "image": server.image_id,
        "key_name": server.key_name,
        "networks": [{"network": name} for name in sorted(server.addresses)],
        "security_groups": list(dict.fromkeys(server.security_groups)),
    }
    properties |= {key: value for key, value in optional.items() if value}
    return properties | dict(overrides)


def find(cloud: clouds.Cloud, identity: str) -> base.Existing:
    """Tell whose mark a server carries.

    :raises CloudError: when the server can't be read.
    """
    server = cloud.compute.get_server(identity)
    return base.Existing(id=server.id, node_id=server.metadata.get(clouds.NODE_MARK))


def mark(cloud: clouds.Cloud, server_id: str, node: base.NodeFacts) -> None:
    """Put a node's marks on a server in place of those it carries.

    :raises CloudError: when that isn't possible.
    """
    wanted = marks.of_node(node)
    cloud.compute.set_metadata(server_id, wanted)
    others = [key for key in marks.ALL if key not in wanted]
    if others:
        cloud.compute.delete_metadata(server_id, others)


def _as_boolean(told: Any) -> bool:
    """Read Nova's ``config_drive``, which is a word or empty."""
    return str(told).lower() == "true"


def _volumes(server: objects.Server) -> list[dict[str, Any]]:
    """Describe the volumes that a server has; without an image it starts from one.

    Their size is none that could be asked for, so it is 0.
    """
    told = server.details.get("os-extended-volumes:volumes_attached") or ()
    going = {one["id"] for one in told if one.get("delete_on_termination")}
    volumes: list[dict[str, Any]] = []
    for index, volume_id in enumerate(server.volume_ids):
        volume = {
            "uuid": volume_id,
            "source_type": "volume",
            "destination_type": "volume",
            "volume_size": 0,
        }
        if volume_id in going:
            volume["delete_on_termination"] = True
        place = {} if server.image_id else {"boot_index": index}
        volumes.append(volume | place)
    return volumes
