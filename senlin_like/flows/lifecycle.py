"""Which children of a cluster's action wait for a lifecycle hook.

A deletion policy can name a hook that is told of each node before it goes. The
first child that does anything to such a node waits for the hook: the one that
stops it, where nodes are stopped first, else the one that removes it. It is known
by its cause; what it has to know of the hook is in its ``data``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.db import lifecycle
from senlin_like.db.session import Session
from senlin_like.domain import plan
from senlin_like.domain.enums import Cause, Kind
from senlin_like.flows.run import Run

#: Key of an action's data: the hook that is told of what it removes.
HOOKS = lifecycle.HOOKS
#: Seconds that a node may wait longer if there was no room to tell its hook.
CROWDED_S = 600
_TOUCHING = frozenset({Kind.NODE_DELETE, Kind.NODE_LEAVE, Kind.NODE_OPERATION})


def keep(run: Run, hook: plan.Hook | None) -> None:
    """Keep in a cluster action's data which hook is told of its nodes."""
    if hook is None:
        return
    key = "queue" if hook.type == "zaqar" else "url"
    run.data[HOOKS] = {
        "type": hook.type,
        "params": {key: hook.place},
        "timeout": hook.timeout_s,
        "policy_id": hook.policy_id,
    }


def adorn(run: Run, session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Let those of the new children wait for the hook that have to.

    A node is told of once, and only if it is in use and has an object.
    """
    hooks: Mapping[str, Any] | None = run.data.get(HOOKS)
    if not hooks:
        return
    touched = [row for row in rows if row["action"] in _TOUCHING]
    telling = lifecycle.well(session, [row["target"] for row in touched])
    telling -= lifecycle.told(session, run.facts.id)
    for row in touched:
        if row["target"] in telling:
            row["cause"] = Cause.DERIVED_WITH_HOOK
            row["data"] = {HOOKS: {key: hooks[key] for key in ("policy_id", "timeout")}}
            # Once to find room, once to be told, and once from the telling on.
            row["timeout"] += 3 * hooks["timeout"] + CROWDED_S


def hook_of(run: Run) -> Mapping[str, Any] | None:
    """Return ``policy_id`` and ``timeout`` of the hook that a child waits for."""
    if run.facts.cause is not Cause.DERIVED_WITH_HOOK:
        return None
    found: Mapping[str, Any] | None = run.data.get(HOOKS)
    return found
