"""Carries out the operations that users may ask of a server."""

from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.domain import spec as specs
from senlin_like.profiles import base, catalogue, waits
from senlin_like.profiles.nova_server import acting, recovery

#: The statuses that operations lead to; none where there is nothing to see.
REACHED: Mapping[str, tuple[str, ...]] = {
    "reboot": ("ACTIVE",),
    "rebuild": ("ACTIVE", "SHUTOFF"),
    "change_password": (),
    "pause": ("PAUSED",),
    "unpause": ("ACTIVE",),
    "suspend": ("SUSPENDED",),
    "resume": ("ACTIVE",),
    "lock": (),
    "unlock": (),
    "start": ("ACTIVE",),
    "stop": ("SHUTOFF",),
    "rescue": ("RESCUE",),
    "unrescue": ("ACTIVE",),
    "evacuate": ("ACTIVE", "SHUTOFF"),
}


def check(operation: str, params: Mapping[str, Any]) -> None:
    """Check what the types of the parameters can't say.

    :raises Invalid: when a parameter is missing or can't be understood.
    """
    if operation == "change_password" and not params.get("admin_pass"):
        raise exceptions.Invalid("Required parameter 'admin_pass' not provided.")
    if operation == "evacuate":
        is_forced(params)


def is_forced(params: Mapping[str, Any]) -> bool:
    """Read the parameter ``force``, which is a text.

    :raises Invalid: when it says neither yes nor no.
    """
    return specs.Boolean().convert(params.get("force") or "false", "1.0")


def operate(
    names: catalogue.Names,
    ask: base.Ask,
    operation: str,
    params: Mapping[str, Any],
) -> base.Step:
    """Start an operation and wait until its effect is seen.

    An operation of a cut-off try whose effect is there isn't asked for again.

    :raises CloudError: when the node has no server, or the cloud refuses.
    """
    server_id = ask.node.physical_id
    if not server_id:
        raise exceptions.CloudError("The node has no physical object.")
    wait = waits.server(ask, server_id, *REACHED[operation])
    if ask.turn.memo.get("operation") != operation:
        if not _is_done_already(ask, server_id, operation):
            arguments = _arguments(names, ask, operation, params)
            acting.act(ask, server_id, operation, arguments)
        if not wait.until:
            return base.Done(reason=f"Operation '{operation}' is done.")
        return base.Again(wait=wait, memo={"operation": operation})
    if not waits.is_over(ask.turn, wait):
        return base.Again(wait=wait, memo=dict(ask.turn.memo))
    waits.refuse_failure(
        ask.turn, wait, f"Operation '{operation}' on server {server_id}"
    )
    return base.Done(reason=f"Operation '{operation}' is done.")


def _is_done_already(ask: base.Ask, server_id: str, operation: str) -> bool:
    """Tell whether a cut-off try has had its effect: clouds refuse a second one.

    Only operations that lead from one status to another can be told by it.
    """
    if not ask.turn.is_retry or operation in acting.TOLD_BY_NOTHING:
        return False
    if not REACHED[operation]:
        return False
    return ask.cloud.compute.get_server(server_id).status in REACHED[operation]


def _arguments(
    names: catalogue.Names,
    ask: base.Ask,
    operation: str,
    params: Mapping[str, Any],
) -> dict[str, Any]:
    """Say an operation's parameters in the cloud's words.

    :raises CloudError: when one is missing.
    """
    if operation == "reboot":
        return {"type": params.get("type") or "SOFT"}
    if operation == "rebuild":
        return recovery.rebuild_arguments(names, ask, None)
    if operation == "change_password":
        if not params.get("admin_pass"):
            raise exceptions.CloudError("The new password is missing.", 400)
        return {"admin_pass": params["admin_pass"]}
    if operation == "rescue":
        image = params.get("image_ref")
        return {"image": names.image(image).id if image else None}
    if operation == "evacuate":
        return {"host": params.get("host"), "force": is_forced(params)}
    return {}
