"""Turns a node's server into what a newer profile says.

Each turn looks at the server and does the next thing that is missing, so that
it doesn't matter where an earlier try was cut off.
"""

from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.profiles import base, catalogue, waits
from senlin_like.profiles.nova_server import acting, interfaces, ports, request

#: Key of a cluster's configuration: seconds that a server may take to stop.
STOP_TIMEOUT = "cluster.stop_timeout_before_update"
#: Properties that a cut-off update may leave different from the node's profile.
TRACKED = ("image", "flavor", "networks")
#: Statuses that a server leaves on its own.
PASSING = frozenset(
    {"BUILD", "REBOOT", "HARD_REBOOT", "REBUILD", "RESIZE", "REVERT_RESIZE"}
)
#: Statuses of servers that only a recovery brings back.
_LOST = ("ERROR", *waits.DELETED)
SETTLED = ("ACTIVE", "SHUTOFF", "VERIFY_RESIZE")


def update(
    names: catalogue.Names,
    ask: base.Ask,
    new: Mapping[str, Any],
    config: Mapping[str, Any],
) -> base.Step:
    """Do the next thing that brings the server closer to the new properties.

    :raises CloudError: when the node has no server, when it is in a status in
        which it can't be changed, or when the cloud refuses.
    """
    server_id = ask.node.physical_id
    if not server_id:
        raise exceptions.CloudError("The node has no physical object.")
    until = tuple(ask.turn.memo.get("until") or ())
    if until:
        wait = _wait(ask, server_id, until, config)
        if not waits.is_over(ask.turn, wait):
            return base.Again(wait=wait, memo=dict(ask.turn.memo))
        waits.refuse_failure(ask.turn, wait, f"Updating server {server_id}")
    server = ask.cloud.compute.get_server(server_id)
    if server.status in _LOST:
        raise exceptions.CloudError(
            f"Server {server_id} can't be updated: it is {server.status}.", 409
        )
    memo = {key: value for key, value in ask.turn.memo.items() if key != "until"}
    if "stays_off" not in memo:
        memo["stays_off"] = server.status == "SHUTOFF"
        begun = _to_change(ask, new)
        if begun or _needs_rest(names, ask, new, server):
            # Whoever goes on after a crash has to know whether it ran, and the
            # next update what this one may leave half done.
            patch = _beginning(begun)
            return base.Again(wait=None, memo=memo, patch=patch)
    next_step = _change_base(names, ask, new, server, memo)
    if next_step is None and server.status == "SHUTOFF" and not memo["stays_off"]:
        acting.act(ask, server_id, "start", {})
        next_step = ("ACTIVE",)
    if next_step is None:
        return _change_rest(names, ask, new, server, memo)
    return base.Again(
        wait=_wait(ask, server_id, next_step, config),
        memo={**memo, "until": list(next_step)},
    )


def _needs_rest(
    names: catalogue.Names,
    ask: base.Ask,
    new: Mapping[str, Any],
    server: objects.Server,
) -> bool:
    """Tell whether the server is to be changed in a way that needs it off."""
    if server.status not in ("ACTIVE", "SHUTOFF"):
        return False
    missing = (
        _missing_image(names, ask, new, server, {}),
        _missing_flavor(names, ask, new, server, {}),
    )
    return missing != (None, None)


def _wait(
    ask: base.Ask, server_id: str, until: tuple[str, ...], config: Mapping[str, Any]
) -> base.CloudWait:
    stopping = until == ("SHUTOFF",)
    timeout_s = waits.timeout_of(config, STOP_TIMEOUT) if stopping else None
    return waits.server(ask, server_id, *until, timeout_s=timeout_s)


def _to_change(ask: base.Ask, new: Mapping[str, Any]) -> list[str]:
    """Name the properties that have to be seen to, for this update or a former."""
    return [name for name in TRACKED if _has_changed(ask, new, name)]


def _beginning(begun: list[str]) -> base.NodePatch:
    """Note what is going to be changed, beside what a former update may have."""
    if not begun:
        return base.NodePatch()
    return base.NodePatch(data={waits.UPDATE_BEGUN: {"properties": begun}})


def _has_changed(ask: base.Ask, new: Mapping[str, Any], name: str) -> bool:
    """Tell whether the server may not have a property as it's wanted now."""
    if ask.properties.get(name) != new.get(name):
        return True
    return name in TRACKED and name in waits.begun_properties(ask.node)


def _change_base(
    names: catalogue.Names,
    ask: base.Ask,
    new: Mapping[str, Any],
    server: objects.Server,
    memo: dict[str, Any],
) -> tuple[str, ...] | None:
    """Do the next step towards the new image and flavor.

    The answer is the statuses to wait for, or None if nothing is missing.
    """
    if server.status == "VERIFY_RESIZE" and _has_changed(ask, new, "flavor"):
        acting.act(ask, server.id, "confirm_resize", {})
        return ("ACTIVE", "SHUTOFF")
    if server.status in PASSING:
        return SETTLED
    image_id = _missing_image(names, ask, new, server, memo)
    flavor_id = _missing_flavor(names, ask, new, server, memo)
    if image_id is None and flavor_id is None:
        return None
    if server.status == "ACTIVE":
        acting.act(ask, server.id, "stop", {})
        return ("SHUTOFF",)
    if server.status != "SHUTOFF":
        raise exceptions.CloudError(
            f"Server {server.id} can't be updated while it is {server.status}: it "
            "must be ACTIVE or SHUTOFF.",
            409,
        )
    if image_id is not None:
        return _rebuild(ask, new, server, image_id, memo)
    return _resize(ask, server, flavor_id or "", memo)


def _missing_image(
    names: catalogue.Names,
    ask: base.Ask,
    new: Mapping[str, Any],
    server: objects.Server,
    memo: Mapping[str, Any],
) -> str | None:
    """Return the id of the image that the server still has to be rebuilt with.

    :raises CloudError: when the image is to be taken away.
    """
    if not _has_changed(ask, new, "image"):
        return None
    if not new.get("image") and not ask.properties.get("image"):
        return None
    if not new.get("image"):
        raise exceptions.CloudError("The image of a server can't be taken away.", 400)
    wanted = names.image(new["image"]).id
    return None if wanted in (server.image_id, memo.get("rebuilt")) else wanted


def _missing_flavor(
    names: catalogue.Names,
    ask: base.Ask,
    new: Mapping[str, Any],
    server: objects.Server,
    memo: Mapping[str, Any],
) -> str | None:
    """Return the id of the flavor that the server still has to be resized to."""
    if not _has_changed(ask, new, "flavor"):
        return None
    wanted = request.usable_flavor(names, new["flavor"])
    return None if wanted in (server.flavor_id, memo.get("resized")) else wanted


def _rebuild(
    ask: base.Ask,
    new: Mapping[str, Any],
    server: objects.Server,
    image_id: str,
    memo: dict[str, Any],
) -> tuple[str, ...]:
    """Rebuild the stopped server; it stays off, or is started by some clouds."""
    arguments = {
        "image": image_id,
        "name": new.get("name") or server.name,
        "admin_pass": new.get("admin_pass"),
    }
    acting.act(ask, server.id, "rebuild", arguments)
    memo["rebuilt"] = image_id
    memo["has_password"] = bool(new.get("admin_pass"))
    return ("SHUTOFF", "ACTIVE")


def _resize(
    ask: base.Ask, server: objects.Server, flavor_id: str, memo: dict[str, Any]
) -> tuple[str, ...]:
    """Resize the stopped server; if that is refused, it runs again as it was.

    :raises CloudError: when the cloud refuses.
    """
    try:
        acting.act(ask, server.id, "resize", {"flavor": flavor_id})
    except (exceptions.CloudBusy, exceptions.CloudUnsure):
        raise
    except exceptions.CloudError:
        if not memo["stays_off"]:
            acting.act(ask, server.id, "start", {})
        raise
    memo["resized"] = flavor_id
    return ("VERIFY_RESIZE",)


def _change_rest(
    names: catalogue.Names,
    ask: base.Ask,
    new: Mapping[str, Any],
    server: objects.Server,
    memo: Mapping[str, Any],
) -> base.Done:
    """Change what doesn't need a stopped server: name, password, networks, marks."""
    compute = ask.cloud.compute
    name = new.get("name") or ask.node.name
    if _has_changed(ask, new, "name") and server.name != name:
        compute.rename_server(server.id, name)
    password = new.get("admin_pass")
    is_new = _has_changed(ask, new, "admin_pass") and not memo.get("has_password")
    if password and is_new:
        compute.act(server.id, "change_password", {"admin_pass": password})
    _change_metadata(ask, new, server)
    data: dict[str, Any] = {waits.UPDATE_BEGUN: None}
    if _has_changed(ask, new, "networks"):
        data[ports.KEY] = interfaces.change(names, ask, new, server)
    return base.Done(
        patch=base.NodePatch(data=data), reason=f"Server {server.id} is updated."
    )


def _change_metadata(
    ask: base.Ask, new: Mapping[str, Any], server: objects.Server
) -> None:
    """Change the user's metadata; our marks and what others wrote stay."""
    before = request.user_metadata(ask.properties)
    wanted = request.user_metadata(new)
    surplus = [key for key in before if key not in wanted and key in server.metadata]
    missing = {
        key: value
        for key, value in wanted.items()
        if before.get(key) != value and server.metadata.get(key) != value
    }
    if surplus:
        ask.cloud.compute.delete_metadata(server.id, surplus)
    if missing:
        ask.cloud.compute.set_metadata(server.id, missing)
