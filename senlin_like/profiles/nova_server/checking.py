"""Sees whether a node's server is as it should be."""

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.profiles import base, waits

#: Every status that Nova has: whichever is seen is the answer.
STATUSES = (
    "ACTIVE",
    "BUILD",
    "DELETED",
    "ERROR",
    "HARD_REBOOT",
    "MIGRATING",
    "PASSWORD",
    "PAUSED",
    "REBOOT",
    "REBUILD",
    "RESCUE",
    "RESIZE",
    "REVERT_RESIZE",
    "SHELVED",
    "SHELVED_OFFLOADED",
    "SHUTOFF",
    "SOFT_DELETED",
    "SUSPENDED",
    "UNKNOWN",
    "VERIFY_RESIZE",
    clouds.GONE,
)


def check(ask: base.Ask) -> base.Step:
    """See whether the server is ACTIVE.

    It is looked at together with all other objects that are waited for, so
    that a large cluster's check costs few calls.

    :raises CloudError: when the node has no server.
    :raises CloudNotFound: when the server is gone.
    """
    server_id = ask.node.physical_id
    if not server_id:
        raise exceptions.CloudError("The node has no physical object.")
    wait = waits.server(ask, server_id, *STATUSES, failed=(), is_look=True)
    seen = ask.turn.seen
    if seen is None or not waits.is_over(ask.turn, wait):
        return base.Again(wait=wait, memo={"checking": server_id})
    if seen.status in (clouds.GONE, *waits.DELETED):
        raise exceptions.CloudNotFound("Server", server_id)
    return base.Done(
        is_healthy=seen.status == "ACTIVE",
        reason=f"Server {server_id} is {seen.status}.",
    )
