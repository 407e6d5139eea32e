"""Removes second objects that a lost engine has made for a node.

An engine that is paused in the middle of a call may send it long after
another one has taken over: no lease can stop that. So a node whose engine was
lost while it could make something is watched for a while. Only what carries
the node's mark, was made since that action began and isn't what the node
uses is removed, and only while nobody works on the node.
"""

import logging
from typing import Any

from senlin_like import exceptions
from senlin_like.db import watches
from senlin_like.domain import plan
from senlin_like.flows.workbench import Workbench
from senlin_like.profiles import base as profiles

LOG = logging.getLogger(__name__)


def sweep(bench: Workbench, *, every_s: float) -> int:
    """Look at the nodes whose turn it is; returns how many objects were removed."""
    db = bench.deps.db
    due = db.transact(lambda session: watches.take_strays(session, every_s=every_s))
    if not due:
        return 0
    ids = [row.StrayWatch.node_id for row in due]
    with db.reader() as session:
        busy = watches.busy_targets(session, ids)
    idle = [row for row in due if row.StrayWatch.node_id not in busy]
    # A watch ends with a look that began after its time and saw to everything.
    swept = [(row, _sweep_node(bench, row)) for row in idle]
    done = [
        row.StrayWatch.node_id
        for row, removed in swept
        if row.is_hopeless or (row.is_over and removed is not None)
    ]
    if done:
        db.transact(lambda session: watches.forget_strays(session, done))
    return sum(removed or 0 for _row, removed in swept)


def _sweep_node(bench: Workbench, row: Any) -> int | None:
    """Return how many objects were removed; None when it has to look again."""
    watch = row.StrayWatch
    if row.profile_type is None:
        return 0
    recipe = bench.recipe(watch.profile_id, row.profile_type, row.sealed_spec)
    removed = 0
    try:
        ask = profiles.Ask(
            cloud=bench.cloud(
                watch.user, watch.project, plan.region_of(row.data, recipe.region)
            ),
            node=profiles.NodeFacts(
                id=watch.node_id,
                name=row.name or "",
                index=-1,
                cluster_id="",
                physical_id=row.physical_id,
                status="",
            ),
            properties=recipe.properties,
            turn=profiles.Turn(),
        )
        for object_id in recipe.type.strays(ask, watch.since):
            verdict = _is_still_stray(bench, watch.node_id, object_id)
            if verdict is None:
                return None
            if verdict:
                LOG.warning(
                    "Removing %s: a lost engine made it for node %s",
                    object_id,
                    watch.node_id,
                )
                recipe.type.remove_stray(ask, object_id)
                removed += 1
    except exceptions.CloudError as error:
        LOG.warning("Node %s can't be swept now: %s", watch.node_id, error.message)
        return None
    return removed


def _is_still_stray(bench: Workbench, node_id: str, object_id: str) -> bool | None:
    """Look once more whether the node uses something else.

    Returns None when somebody is at work on the node now.
    """
    with bench.deps.db.reader() as session:
        return watches.is_stray(session, node_id, object_id)
