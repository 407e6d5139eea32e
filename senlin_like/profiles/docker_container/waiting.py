"""Says waits for containers, by the words that Docker has."""

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.profiles import base

RUNNING = "running"
PAUSED = "paused"
EXITED = "exited"
#: Every status that a container may be seen in.
STATUSES = (
    "created",
    "dead",
    EXITED,
    PAUSED,
    "removing",
    "restarting",
    RUNNING,
    clouds.GONE,
    clouds.UNREACHABLE,
)


def container(
    ask: base.Ask,
    place: str,
    *until: str,
    failed: tuple[str, ...] = ("dead", clouds.GONE),
    timeout_s: float | None = None,
    is_look: bool = False,
) -> base.CloudWait:
    """Describe a wait for the container at a place."""
    return base.CloudWait(
        kind=clouds.ObjectKind.CONTAINER,
        id=place,
        until=until,
        failed=failed,
        timeout_s=ask.limits.container_timeout_s if timeout_s is None else timeout_s,
        is_look=is_look,
    )


def own(ask: base.Ask) -> str:
    """Return the id of the node's container.

    :raises CloudError: when it has none.
    """
    if not ask.node.physical_id:
        raise exceptions.CloudError("The node has no physical object.")
    return ask.node.physical_id
