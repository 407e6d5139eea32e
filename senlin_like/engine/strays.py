"""Removes second objects that a lost engine has made for a node.

Only what carries the node's mark, was made since that action began and isn't
what the node uses is removed, and only while nobody works on the node.
"""

import functools
from typing import Any

from senlin_like.db import strays
from senlin_like.domain import plan
from senlin_like.engine import sweeping
from senlin_like.flows import hosting
from senlin_like.flows.workbench import Recipe, Workbench
from senlin_like.profiles import base as profiles


def sweep(bench: Workbench, *, every_s: float) -> int:
    """Look at the nodes whose turn it is; returns how many objects were removed."""
    look = functools.partial(_sweep_node, bench)
    return sweeping.sweep(bench.deps.db, strays, look, every_s=every_s)


def _sweep_node(bench: Workbench, row: Any) -> int | None:
    recipe = bench.recipe(row.profile_id, row.profile_type, row.sealed_spec)
    return sweeping.remove(
        f"node {row.node_id}",
        recipe.type,
        lambda: _ask(bench, row, recipe),
        lambda object_id: _is_still_stray(bench, row.node_id, object_id),
        since=row.since,
    )


def _ask(bench: Workbench, row: Any, recipe: Recipe) -> profiles.Ask:
    # A policy may have chosen the region; that is in the node's data.
    data = row.watched_data if row.data is None else row.data
    region = plan.region_of(data, recipe.region)
    return profiles.Ask(
        cloud=bench.cloud(row.user, row.project, region),
        node=profiles.NodeFacts(
            id=row.node_id,
            name=row.name or "",
            index=-1,
            cluster_id="",
            physical_id=row.physical_id,
            status="",
            data=row.data or {},
        ),
        properties=recipe.properties,
        turn=profiles.Turn(),
        hosts=_hosts(bench, row, recipe),
    )


def _hosts(bench: Workbench, row: Any, recipe: Recipe) -> list[profiles.Host]:
    with bench.deps.db.reader() as session:
        rows = hosting.of_node(session, row, recipe)
    return hosting.opened(bench, rows)


def _is_still_stray(bench: Workbench, node_id: str, object_id: str) -> bool | None:
    """Look once more whether the node uses something else.

    Returns None when somebody is at work on the node now.
    """
    with bench.deps.db.reader() as session:
        return strays.is_one(session, node_id, object_id)
