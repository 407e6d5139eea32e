"""Clusters whose nodes wait for a lifecycle hook, and what is seen of it."""

from typing import Any

import sqlalchemy as sa

from senlin_like.db.models import Action, Event
from senlin_like.domain.enums import HOOK_EVENT
from senlin_like.operations import cluster_actions, clusters
from senlin_like.simulated_cloud import tables
from tests.torture import checks
from tests.torture.stage import Stage

QUEUE = "going"
TIMEOUT_S = 100


def zaqar(timeout_s: int = TIMEOUT_S) -> dict[str, Any]:
    """Give the hook of a deletion policy that is told by a queue."""
    return {"type": "zaqar", "timeout": timeout_s, "params": {"queue": QUEUE}}


def webhook(stage: Stage, timeout_s: int = TIMEOUT_S) -> dict[str, Any]:
    """Give the hook of a deletion policy that is told by a POST to the stage."""
    params = {"url": stage.ear.url()}
    return {"type": "webhook", "timeout": timeout_s, "params": params}


def complete(stage: Stage, token: str, cluster: str = "web") -> None:
    """Complete the hook that was told with a token."""
    params = {"lifecycle_action_token": token}
    cluster_actions.ask(stage.deps, stage.ctx, cluster, "complete_lifecycle", params)


def complete_all(stage: Stage, cluster: str = "web") -> None:
    """Complete all hooks that are waited for."""
    for row in waiting(stage):
        complete(stage, row.id, cluster)


def settle(stage: Stage) -> None:
    """Work until nothing is left to be done now; no time passes."""
    while stage.step():
        continue


def waiting(stage: Stage) -> list[Any]:
    """Give the actions that wait for a hook, by their place in the family."""
    found = stage.rows(Action, Action.status == "WAITING_LIFECYCLE_COMPLETION")
    return sorted(found, key=lambda row: row.sequence)


def hooked(stage: Stage) -> list[Any]:
    """Give the actions that have, or had, to wait for a hook."""
    cause = "Derived Action with Lifecycle Hook"
    return stage.rows(Action, Action.cause == cause)


def messages(stage: Stage) -> list[dict[str, Any]]:
    """Give what was put into the queue, the oldest first."""
    return [one["body"] for one in stage.controls.messages(QUEUE)]


def tokens(stage: Stage) -> list[str]:
    """Give the tokens that were told by queue or webhook, each as often as told."""
    queued = stage.controls.messages(QUEUE) if _has_queue(stage) else []
    told = [*(one["body"] for one in queued), *stage.heard]
    return [one["lifecycle_action_token"] for one in told]


def _has_queue(stage: Stage) -> bool:
    return bool(checks.cloud_rows(stage.driver.world, tables.QUEUES))


def told_at(stage: Stage) -> dict[str, float]:
    """Give the times at which tokens were put into the queue last."""
    rows = checks.cloud_rows(stage.driver.world, tables.MESSAGES)
    return {
        row.body["lifecycle_action_token"]: row.created_at
        for row in sorted(rows, key=lambda row: row.number)
    }


def events(stage: Stage) -> list[tuple[str, str]]:
    """Give phase and reason of what was told of hooks, in order."""
    rows = stage.rows(Event, Event.action == HOOK_EVENT)
    return [
        (row.status, row.status_reason)
        for row in sorted(rows, key=lambda row: row.timestamp)
    ]


def stops_first(stage: Stage, cluster: str = "web") -> None:
    """Let nodes be stopped before they go."""
    config = {"cluster.stop_node_before_delete": True}
    clusters.update(stage.deps, stage.ctx, cluster, {"config": config})
    stage.drain()


def forget_queue(stage: Stage) -> None:
    """Delete the queue with all that is in it."""

    def work(connection: sa.Connection) -> None:
        for table in (tables.MESSAGES, tables.QUEUES):
            connection.execute(table.delete())

    stage.driver.world.store.transact(work)
