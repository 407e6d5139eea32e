"""How verbs of profile types wait: what for, and what was seen in the end."""

from collections.abc import Collection, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.profiles import base

#: Statuses of servers that are deleted, but that a cloud still shows.
DELETED = ("DELETED", "SOFT_DELETED")
#: Key in a node's data of the objects that a forced recreation has left behind.
LEFT_BEHIND = "left_behind"
#: Key in a node's data of what an update that hasn't ended well may have changed,
#: so that the object may differ from the node's profile: ``{"properties": [name]}``.
UPDATE_BEGUN = "update_begun"
#: More than any wait can take, in seconds.
_LONGEST_S = 10.0**9


def server(
    ask: base.Ask,
    server_id: str,
    *until: str,
    failed: tuple[str, ...] = ("ERROR", clouds.GONE),
    timeout_s: float | None = None,
    is_look: bool = False,
) -> base.CloudWait:
    """Describe a wait for a server; without a time, the configured one counts."""
    return base.CloudWait(
        kind=clouds.ObjectKind.SERVER,
        id=server_id,
        until=until,
        failed=failed,
        timeout_s=ask.limits.server_timeout_s if timeout_s is None else timeout_s,
        is_look=is_look,
    )


def may_have_strays(ask: base.Ask) -> bool:
    """Tell whether there may be more in the cloud than what the node's row says."""
    return (
        ask.turn.is_retry
        or not ask.node.physical_id
        or ask.node.status in ("ERROR", "CREATING", "RECOVERING")
        or bool(ask.node.data.get(LEFT_BEHIND))
    )


def begun_properties(node: base.NodeFacts) -> Collection[str]:
    """Return the properties that an update may have left half changed."""
    return list((node.data.get(UPDATE_BEGUN) or {}).get("properties") or ())


def is_over(turn: base.Turn, wait: base.CloudWait) -> bool:
    """Tell whether what was waited for has been seen, for good or bad.

    False after a crash, when what was seen is lost: then the same wait is
    asked for again.
    """
    seen = turn.seen
    if seen is None or seen.id != wait.id:
        return False
    return seen.status in wait.until or seen.status in wait.failed


def refuse_failure(turn: base.Turn, wait: base.CloudWait, what: str) -> None:
    """Turn a wait that ended badly into an error.

    ``what`` says what didn't work, as ``"Building server x"``.

    :raises CloudError: when the object was seen in a failed status.
    """
    seen = turn.seen
    if seen is not None and seen.status in wait.failed:
        raise exceptions.CloudError(describe(what, seen.status, seen.reason))


def describe(what: str, status: str, reason: str) -> str:
    """Say in one sentence what failed and, if known, why."""
    return f"{what} failed: {reason or f'it is in status {status}'}"


def timeout_of(options: Mapping[str, Any], name: str) -> float | None:
    """Read a number of seconds from options; None where it isn't given, or is 0.

    :raises CloudError: when it isn't a number from 0 up.
    """
    given = options.get(name)
    if given is None:
        return None
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 <= seconds < _LONGEST_S:
        raise exceptions.CloudError(
            f"The option '{name}' is a number of seconds from 0 up, not '{given}'.",
            400,
        )
    return seconds or None
