"""How a server is shown: its record, with details by Nova's names."""

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from senlin_like.simulated_cloud import lifecycle, placement
from senlin_like.simulated_cloud.catalogue import Picture
from senlin_like.simulated_cloud.lifecycle import State, Status
from senlin_like.simulated_cloud.records import Server

_VM_STATES = {
    Status.BUILD: "building",
    Status.SHUTOFF: "stopped",
    Status.PAUSED: "paused",
    Status.SUSPENDED: "suspended",
    Status.RESCUE: "rescued",
    Status.ERROR: "error",
    Status.VERIFY_RESIZE: "resized",
}
_TASKS = {
    Status.BUILD: "spawning",
    Status.REBOOT: "rebooting",
    Status.HARD_REBOOT: "rebooting_hard",
    Status.REBUILD: "rebuilding",
    Status.RESIZE: "resize_migrating",
    Status.REVERT_RESIZE: "resize_reverting",
}
#: Tasks that leave the status as it is until they are done, by where they lead…
_TASKS_TO = {
    Status.SHUTOFF: "powering-off",
    Status.PAUSED: "pausing",
    Status.SUSPENDED: "suspending",
    Status.RESCUE: "rescuing",
}
#: … and those that lead back to ACTIVE, by where they come from.
_TASKS_FROM = {
    Status.SHUTOFF: "powering-on",
    Status.PAUSED: "unpausing",
    Status.SUSPENDED: "resuming",
    Status.RESCUE: "unrescuing",
}
_NO_STATE, _RUNNING, _PAUSED, _SHUTDOWN, _SUSPENDED = 0, 1, 3, 4, 7
_POWER_STATES = {
    Status.BUILD: _NO_STATE,
    Status.ERROR: _NO_STATE,
    Status.SHUTOFF: _SHUTDOWN,
    Status.PAUSED: _PAUSED,
    Status.SUSPENDED: _SUSPENDED,
}


def record(
    row: sa.Row[Any],
    picture: Picture,
    now: float,
    addresses: Mapping[str, Sequence[Mapping[str, Any]]],
    volumes: Mapping[str, bool],
) -> Server:
    """Make the record of a server from its row and what belongs to it.

    ``volumes`` tells of each attached one whether it is deleted with the server.
    """
    state = lifecycle.state_of(row, now, placement.broken_hosts(picture))
    details = {
        **_own(row, picture),
        **_status(row, state, picture, now),
        **row.attributes,
        "addresses": addresses,
        "os-extended-volumes:volumes_attached": [
            {"id": one, "delete_on_termination": goes} for one, goes in volumes.items()
        ],
    }
    return Server(
        id=row.id,
        name=row.name,
        status=state.status,
        fault=state.fault,
        flavor_id=row.flavor_id,
        image_id=row.image_id,
        zone=row.zone,
        host=row.host,
        key_name=row.key_name,
        metadata=row.metadata,
        addresses=addresses,
        security_groups=tuple(row.security_groups),
        volume_ids=tuple(volumes),
        created_at=row.created_at,
        details=details,
    )


def _own(row: sa.Row[Any], picture: Picture) -> dict[str, Any]:
    host_id = ""
    if row.host:
        host_id = hashlib.sha224(f"{row.project}{row.host}".encode()).hexdigest()
    flavor = picture.of("flavor").get(row.flavor_id)
    return {
        "OS-EXT-AZ:availability_zone": row.zone or "",
        "accessIPv4": "",
        "accessIPv6": "",
        "created": stamp(row.created_at),
        "flavor": {
            "id": row.flavor_id,
            "original_name": flavor.name if flavor else row.flavor_id,
        },
        "hostId": host_id,
        "id": row.id,
        "image": {"id": row.image_id} if row.image_id else "",
        "key_name": row.key_name,
        "locked": row.is_locked,
        "metadata": row.metadata,
        "name": row.name,
        "security_groups": [{"name": name} for name in row.security_groups],
        "tenant_id": row.project,
        "user_id": row.user_id,
    }


def _status(
    row: sa.Row[Any], state: State, picture: Picture, now: float
) -> dict[str, Any]:
    status = Status(state.status)
    is_launched = row.launched_at is not None and row.launched_at <= now
    details: dict[str, Any] = {
        "OS-EXT-STS:power_state": _POWER_STATES.get(status, _RUNNING),
        "OS-EXT-STS:task_state": _task(row, status, state),
        "OS-EXT-STS:vm_state": _VM_STATES.get(status, "active"),
        "OS-SRV-USG:launched_at": _bare(row.launched_at) if is_launched else None,
        "OS-SRV-USG:terminated_at": None,
        "host_status": "UP" if placement.is_reachable(picture, row.host) else "DOWN",
        "progress": 0 if state.is_busy else 100,
        "status": state.status,
        "updated": stamp(max(row.updated_at, min(now, row.ready_at))),
    }
    if state.fault:
        details["fault"] = {"code": 500, "message": state.fault}
    return details


def _task(row: sa.Row[Any], status: Status, state: State) -> str | None:
    if state.is_deleting:
        return "deleting"
    if not state.is_busy:
        return None
    target = Status(row.target)
    back = _TASKS_FROM.get(status) if target is Status.ACTIVE else None
    return _TASKS.get(status) or back or _TASKS_TO.get(target, "powering-off")


def stamp(seconds: float) -> str:
    """Return a time as Nova writes it."""
    return f"{_bare(seconds)}Z"


def _bare(seconds: float) -> str:
    moment = datetime.datetime.fromtimestamp(int(seconds), datetime.UTC)
    return moment.replace(tzinfo=None).isoformat()
