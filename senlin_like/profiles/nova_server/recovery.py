"""Brings a node's server back: REBOOT, REBUILD or RECREATE."""

from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.domain import enums
from senlin_like.drivers import base as clouds
from senlin_like.profiles import base, catalogue, recreation, waits
from senlin_like.profiles.nova_server import acting, checking, creation, deletion

_VOLUMES = "os-extended-volumes:volumes_attached"


def recover(
    names: catalogue.Names, ask: base.Ask, options: Mapping[str, Any]
) -> base.Step:
    """Bring the server back; without an operation it's made anew.

    :raises CloudError: when the operation isn't known or the cloud refuses.
    """
    operation = str(options.get("operation") or enums.RecoverOperation.RECREATE).upper()
    params = options.get("operation_params") or {}
    if operation == enums.RecoverOperation.REBOOT:
        return _reboot(ask, params)
    if operation == enums.RecoverOperation.REBUILD:
        return _rebuild(names, ask, params)
    if operation == enums.RecoverOperation.RECREATE:
        return _recreate(names, ask, options)
    raise exceptions.CloudError(
        f"A server can't be recovered by '{operation}': only by "
        f"{', '.join(enums.RecoverOperation)}.",
        400,
    )


def _own_server(ask: base.Ask) -> str:
    if not ask.node.physical_id:
        raise exceptions.CloudError("The node has no physical object.")
    return ask.node.physical_id


def _reboot(ask: base.Ask, params: Mapping[str, Any]) -> base.Step:
    """Restart the server, hard unless asked otherwise."""
    server_id = _own_server(ask)
    how = str(params.get("type") or "HARD").upper()
    if how not in ("SOFT", "HARD"):
        raise exceptions.CloudError(
            f"'{how}' must be one of the allowed values: SOFT, HARD.", 400
        )
    if "rebooting" not in ask.turn.memo:
        acting.act(ask, server_id, "reboot", {"type": how})
    # It may have been off, and may still seem so.
    wait = waits.server(ask, server_id, "ACTIVE")
    if "rebooting" not in ask.turn.memo or not waits.is_over(ask.turn, wait):
        return base.Again(wait=wait, memo={**ask.turn.memo, "rebooting": True})
    waits.refuse_failure(ask.turn, wait, f"Recovering server {server_id} (rebooting)")
    return base.Done(reason=f"Server {server_id} is ACTIVE.")


def _rebuild(
    names: catalogue.Names, ask: base.Ask, params: Mapping[str, Any]
) -> base.Step:
    """Set the server up anew from an image."""
    server_id = _own_server(ask)
    if "rebuilding" not in ask.turn.memo:
        acting.act(
            ask,
            server_id,
            "rebuild",
            rebuild_arguments(names, ask, params.get("image")),
        )
    return _until_active(ask, server_id)


def _until_active(ask: base.Ask, server_id: str) -> base.Step:
    """Wait until the server runs, after a rebuild that may leave it off."""
    wait = waits.server(ask, server_id, "ACTIVE", "SHUTOFF")
    if "rebuilding" not in ask.turn.memo or not waits.is_over(ask.turn, wait):
        return base.Again(wait=wait, memo={**ask.turn.memo, "rebuilding": True})
    waits.refuse_failure(ask.turn, wait, f"Recovering server {server_id} (rebuilding)")
    if ask.turn.seen is not None and ask.turn.seen.status == "SHUTOFF":
        # What was off before stays off when it's rebuilt.
        if "starting" not in ask.turn.memo:
            acting.act(ask, server_id, "start", {})
        return base.Again(
            wait=waits.server(ask, server_id, "ACTIVE"),
            memo={**ask.turn.memo, "starting": True},
        )
    return base.Done(reason=f"Server {server_id} is ACTIVE.")


def rebuild_arguments(
    names: catalogue.Names, ask: base.Ask, image: str | None
) -> dict[str, Any]:
    """Say what the server is to be rebuilt from: the given or its own image."""
    return {
        "image": (names.image(image).id if image else _own_image(ask)),
        "name": ask.properties.get("name") or ask.node.name,
        "admin_pass": ask.properties.get("admin_pass"),
    }


def _own_image(ask: base.Ask) -> str:
    """Find the image that the server was made from, perhaps by way of a volume.

    :raises CloudError: when there is none.
    """
    server = ask.cloud.compute.get_server(_own_server(ask))
    if server.image_id:
        return server.image_id
    for volume_id in server.volume_ids:
        image = ask.cloud.volumes.find_volume(volume_id).get("image_id")
        if image:
            return str(image)
    raise exceptions.CloudError(
        f"Server {server.id} can't be rebuilt: it has no image.", 400
    )


def _require_volumes(ask: base.Ask) -> None:
    """See that the volumes which the new server starts from outlive the old one.

    :raises CloudError: when one would be deleted with it.
    """
    named = {
        device.get("uuid")
        for device in ask.properties.get("block_device_mapping_v2") or ()
        if device.get("source_type") == "volume"
    }
    if not (named and ask.node.physical_id) or ask.turn.memo:
        return
    try:
        server = ask.cloud.compute.get_server(ask.node.physical_id)
    except exceptions.CloudNotFound:
        return
    for volume in server.details.get(_VOLUMES) or ():
        if volume.get("delete_on_termination") and volume["id"] in named:
            raise exceptions.CloudError(
                f"Server {server.id} can't be made anew: volume {volume['id']}, which "
                "it needs, would be deleted with it (delete_on_termination).",
                409,
            )


def _recreate(
    names: catalogue.Names, ask: base.Ask, options: Mapping[str, Any]
) -> base.Step:
    """Delete the server and, when it's gone, make another one."""
    _require_volumes(ask)
    halves = recreation.Halves(
        kind=clouds.ObjectKind.SERVER,
        statuses=checking.STATUSES,
        delete=deletion.delete,
        create=lambda asked, former: creation.create(names, asked, former),
    )
    return recreation.recreate(halves, ask, options)
