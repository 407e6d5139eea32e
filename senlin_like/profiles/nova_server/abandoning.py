"""Lets a server run again that an update has stopped and won't go on with.

Each turn looks at the server, lets the cloud end what is under way, and then
does the next thing that is missing. An image that the server was rebuilt with
stays; a resize that nobody has confirmed is taken back.
"""

from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.profiles import base, waits
from senlin_like.profiles.nova_server import acting, updating

_TASK = "OS-EXT-STS:task_state"
#: What tasks of the cloud lead to that begin without another status.
_ENDS = {
    "powering-off": ("SHUTOFF",),
    "powering-on": ("ACTIVE",),
    "resize_prep": ("VERIFY_RESIZE",),
    "resize_migrating": ("VERIFY_RESIZE",),
    "resize_migrated": ("VERIFY_RESIZE",),
    "resize_finish": ("VERIFY_RESIZE",),
}


def abandon_update(ask: base.Ask, begun: Mapping[str, Any]) -> base.Step:
    """Do the next thing that lets the server run again, if it ran before.

    ``begun`` is the last memo of the update.

    :raises CloudError: when the server doesn't come back.
    """
    server_id = ask.node.physical_id
    if not server_id:
        return base.Done()
    until = tuple(ask.turn.memo.get("until") or ())
    if until:
        wait = waits.server(ask, server_id, *until)
        if not waits.is_over(ask.turn, wait) and not ask.turn.has_expired:
            return base.Again(wait=wait, memo=dict(ask.turn.memo))
        waits.refuse_failure(ask.turn, wait, f"Starting server {server_id} again")
    try:
        server = ask.cloud.compute.get_server(server_id)
    except exceptions.CloudNotFound:
        return base.Done(reason="The server is gone.")
    next_step = _under_way(ask, begun, server) or _change(ask, begun, server)
    if next_step is None:
        return base.Done()
    wait = waits.server(ask, server_id, *next_step)
    return base.Again(wait=wait, memo={"until": list(next_step)})


def _under_way(
    ask: base.Ask, begun: Mapping[str, Any], server: objects.Server
) -> tuple[str, ...]:
    """Return the statuses that the cloud leads the server to now; empty if none."""
    if server.status in updating.PASSING:
        return updating.SETTLED
    led = _ENDS.get(server.details.get(_TASK) or "")
    if led is None and not ask.turn.memo and server.status == "VERIFY_RESIZE":
        # A resize that is being confirmed looks like one that isn't.
        led = tuple(begun.get("until") or ())
    return () if led is None or server.status in led else led


def _change(
    ask: base.Ask, begun: Mapping[str, Any], server: objects.Server
) -> tuple[str, ...] | None:
    """Ask for what is missing; return the statuses to wait for, None if all is well."""
    if server.status == "VERIFY_RESIZE":
        acting.act(ask, server.id, "revert_resize", {})
        return ("SHUTOFF", "ACTIVE")
    if server.status == "SHUTOFF" and not begun["stays_off"]:
        acting.act(ask, server.id, "start", {})
        return ("ACTIVE",)
    return None
