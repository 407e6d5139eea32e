"""Says in Nova's words what server is to be made."""

from collections.abc import Mapping
from typing import Any

from senlin_like.drivers import objects

#: Files are injected up to this microversion; it wants ``networks`` already.
WITH_FILES = "2.56"
#: The first one in which a volume that Nova makes may be of a type.
WITH_VOLUME_TYPES = "2.67"
#: What Nova chooses by itself: the only network that there is, or a new one.
_ANY_NETWORK = "auto"
_NO_SIZE = ("volume_size", 0)


def version(request: objects.ServerRequest) -> str:
    """Return the microversion in which all that is asked for can be said."""
    typed = any(device.get("volume_type") for device in request.block_devices)
    return WITH_FILES if request.personality and not typed else WITH_VOLUME_TYPES


def body(request: objects.ServerRequest) -> dict[str, Any]:
    """Return the body of the request; what isn't asked for is left out."""
    server: dict[str, Any] = {
        "name": request.name,
        "flavorRef": request.flavor_id,
        "metadata": dict(request.metadata),
        "networks": [_network(one) for one in request.networks] or _ANY_NETWORK,
    }
    optional = {
        "imageRef": request.image_id,
        "key_name": request.key_name,
        "availability_zone": request.zone,
        "security_groups": [{"name": one} for one in request.security_groups],
        "block_device_mapping_v2": _disks(request),
        "personality": [dict(one) for one in request.personality],
        "user_data": request.user_data,
        "adminPass": request.admin_pass,
        "OS-DCF:diskConfig": request.disk_config,
    }
    server |= {key: value for key, value in optional.items() if value}
    if request.config_drive is not None:
        server["config_drive"] = request.config_drive
    whole: dict[str, Any] = {"server": server}
    if request.scheduler_hints:
        whole["OS-SCH-HNT:scheduler_hints"] = dict(request.scheduler_hints)
    return whole


def _disks(request: objects.ServerRequest) -> list[dict[str, Any]]:
    """Say which disks a server has, if any are asked for beside its image.

    Nova wants the image among them, if the server starts from it; its own clients
    put it there. A size of 0 is none: then the source has one.
    """
    disks = [
        {key: value for key, value in one.items() if (key, value) != _NO_SIZE}
        for one in request.block_devices
    ]
    starts = any(one.get("boot_index") == 0 for one in disks)
    if not disks or request.image_id is None or starts:
        return disks
    root = {
        "uuid": request.image_id,
        "source_type": "image",
        "destination_type": "local",
        "boot_index": 0,
        "delete_on_termination": True,
    }
    return [root, *disks]


def _network(wanted: Mapping[str, str]) -> dict[str, str]:
    if "port" in wanted:
        return {"port": wanted["port"]}
    return {"uuid": wanted["network"]}
