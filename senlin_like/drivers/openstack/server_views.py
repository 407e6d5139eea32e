"""Turns Nova's servers into values."""

import datetime
from collections.abc import Mapping
from typing import Any

from senlin_like.drivers import base, objects

#: What isn't for showing: secrets, and what only Nova's own clients follow.
_LEFT_OUT = frozenset({"links", "adminPass", "OS-EXT-SRV-ATTR:user_data"})
_HOSTS = ("OS-EXT-SRV-ATTR:hypervisor_hostname", "OS-EXT-SRV-ATTR:host")
_ZONE = "OS-EXT-AZ:availability_zone"
_VOLUMES = "os-extended-volumes:volumes_attached"
_TASK = "OS-EXT-STS:task_state"
#: Nova's names of what it does in a hard reboot; soft ones are of what runs.
_REBOOTS = frozenset({"rebooting_hard", "reboot_pending_hard", "reboot_started_hard"})
DELETED = "DELETED"
#: What Nova says of a server in a cell that it can't ask.
UNKNOWN = "UNKNOWN"


def server(told: Mapping[str, Any]) -> objects.Server:
    """Return a server.

    Nova embeds a flavor without its id from microversion 2.47 on, and tells next
    to nothing of servers in cells that don't answer.
    """
    groups = told.get("security_groups") or ()
    addresses = told.get("addresses") or {}
    return objects.Server(
        id=told["id"],
        name=told.get("name") or "",
        status=told["status"],
        fault=fault(told),
        flavor_id=_id_of(told.get("flavor")),
        image_id=_id_of(told.get("image")),
        zone=told.get(_ZONE) or None,
        host=next((told[key] for key in _HOSTS if told.get(key)), None),
        key_name=told.get("key_name"),
        metadata=told.get("metadata") or {},
        addresses=addresses,
        security_groups=tuple(one["name"] for one in groups),
        volume_ids=tuple(one["id"] for one in told.get(_VOLUMES) or ()),
        created_at=moment(told.get("created")),
        details={key: value for key, value in told.items() if key not in _LEFT_OUT},
    )


def asked_for(
    request: objects.ServerRequest, told: Mapping[str, Any]
) -> objects.Server:
    """Return the server that a request has just been accepted for."""
    return objects.Server(
        id=told["id"],
        name=request.name,
        status="BUILD",
        flavor_id=request.flavor_id,
        image_id=request.image_id,
        zone=request.zone,
        key_name=request.key_name,
        metadata=request.metadata,
        security_groups=tuple(request.security_groups),
        details={"id": told["id"], "status": "BUILD"},
    )


def observed(told: Mapping[str, Any]) -> base.Observed:
    """Return how a server is; one that was deleted is gone.

    Nova tells a reboot from the status of servers that run only: what is off, or in
    ERROR, shows that until it is up.
    """
    status = told["status"]
    if status == DELETED:
        return base.Observed(id=told["id"], status=base.GONE)
    if told.get(_TASK) in _REBOOTS:
        return base.Observed(id=told["id"], status="HARD_REBOOT")
    return base.Observed(id=told["id"], status=status, reason=fault(told))


def fault(told: Mapping[str, Any]) -> str:
    """Return what is wrong with a server, in Nova's words."""
    if told.get("status") != "ERROR":
        return ""
    return str((told.get("fault") or {}).get("message") or "")


def is_partial(told: Mapping[str, Any]) -> bool:
    """Tell whether Nova couldn't ask the server's cell."""
    return told.get("status") == UNKNOWN and "metadata" not in told


def moment(text: str | None) -> datetime.datetime | None:
    """Read a time as Nova writes it."""
    if not text:
        return None
    found = datetime.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def _id_of(embedded: Any) -> str | None:
    # A server without an image has an empty text there.
    found = embedded.get("id") if isinstance(embedded, Mapping) else None
    return str(found) if found else None
