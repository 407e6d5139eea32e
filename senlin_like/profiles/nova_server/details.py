"""Shows a server to those who ask for a node's details."""

from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.profiles import base, catalogue

#: Attributes that are taken over from the cloud by Nova's own names.
TAKEN = (
    "OS-DCF:diskConfig",
    "OS-EXT-STS:power_state",
    "OS-EXT-STS:task_state",
    "OS-EXT-STS:vm_state",
    "accessIPv4",
    "accessIPv6",
    "config_drive",
    "created",
    "hostId",
    "locked",
    "os-extended-volumes:volumes_attached",
    "progress",
    "updated",
)
#: Moments that show as ``-`` until they come.
MOMENTS = ("OS-SRV-USG:launched_at", "OS-SRV-USG:terminated_at")


def show(names: catalogue.Names, ask: base.Ask) -> dict[str, Any]:
    """Return what the cloud shows of a node's server, by sorted names.

    A server that can't be read gives ``{"Error": {"code", "message"}}``, a
    node without one gives nothing.
    """
    if not ask.node.physical_id:
        return {}
    try:
        server = ask.cloud.compute.get_server(ask.node.physical_id)
        return describe(server, _flavor_id(names, server))
    except exceptions.CloudError as error:
        return {"Error": {"code": error.status, "message": error.message}}


def _flavor_id(names: catalogue.Names, server: objects.Server) -> str | None:
    """Return the id of the server's flavor; some clouds tell its name only."""
    if server.flavor_id:
        return server.flavor_id
    flavor = server.details.get("flavor")
    name = flavor.get("original_name") if isinstance(flavor, Mapping) else None
    if not name:
        return None
    try:
        return names.flavor(name).id
    except exceptions.CloudNotFound:
        return str(name)


def describe(server: objects.Server, flavor_id: str | None) -> dict[str, Any]:
    """Put together what is shown of a server."""
    told = server.details
    shown = {key: told[key] for key in TAKEN if told.get(key) is not None}
    shown |= {key: told.get(key) or "-" for key in MOMENTS if key in told}
    if "OS-EXT-STS:task_state" in told:
        shown["OS-EXT-STS:task_state"] = told["OS-EXT-STS:task_state"] or "-"
    zone = server.zone or told.get("OS-EXT-AZ:availability_zone")
    if zone:
        shown["OS-EXT-AZ:availability_zone"] = zone
    if server.created_at is not None:
        shown.setdefault("created", server.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    shown |= {
        "addresses": {
            name: [dict(address) for address in addresses]
            for name, addresses in server.addresses.items()
        },
        "attached_volumes": list(server.volume_ids),
        "flavor": flavor_id,
        "id": server.id,
        "image": server.image_id or "",
        "key_name": server.key_name,
        "metadata": dict(server.metadata),
        "name": server.name,
        "security_groups": groups(server.security_groups),
        "status": server.status,
    }
    return dict(sorted(shown.items()))


def groups(given: tuple[str, ...]) -> str | list[str]:
    """Show security groups: a text for none or one, else a list, each once."""
    unique = list(dict.fromkeys(given))
    if len(unique) > 1:
        return unique
    return unique[0] if unique else ""
