"""Chooses the nodes that objects of other nodes are put on.

A node keeps its host, whatever happens to the host, as long as that is there.
"""

from collections.abc import Mapping
from typing import Any

from senlin_like.db import hosts
from senlin_like.db.session import Session
from senlin_like.domain import hosting as rules
from senlin_like.domain import plan
from senlin_like.flows.outcomes import Refused
from senlin_like.flows.workbench import Recipe, Workbench
from senlin_like.profiles import base as profiles


def take(session: Session, row: Any, recipe: Recipe) -> Mapping[str, Any]:
    """See to it that a node has a host, in the transaction that begins its action.

    Returns the columns of the node that change; none for most types.

    :raises Refused: when there is no host to be had.
    """
    named = recipe.type.host(recipe.properties)
    if named is None:
        return {}
    known = (row.data or {}).get(hosts.KEY)
    if known and hosts.load(session, [known]):
        return {}
    where = {"cluster_id" if named.is_cluster else "node_id": named.identity}
    for host_id in rules.rank(hosts.candidates(session, row.project, **where)):
        if hosts.put_on(session, host_id, row.id):
            return {"data": {**(row.data or {}), hosts.KEY: host_id}}
    what = "node of the cluster" if named.is_cluster else "node"
    raise Refused(
        f"There is no host: no {what} '{named.identity}' is ACTIVE and stays."
    )


def of_node(session: Session, row: Any, recipe: Recipe) -> list[Any]:
    """Return the row of a node's host, if it has one.

    For a node that is gone (``data`` None) all hosts that it could have had.
    """
    named = recipe.type.host(recipe.properties)
    if named is None:
        return []
    if row.data is not None:
        known = row.data.get(hosts.KEY)
        return list(hosts.load(session, [known])) if known else []
    if named.is_cluster:
        return list(hosts.load_cluster(session, named.identity))
    return list(hosts.load(session, [named.identity]))


def opened(bench: Workbench, rows: list[Any]) -> list[profiles.Host]:
    """Return hosts as verbs of profile types see them.

    :raises TrustNotFound: when the permission of a host's owner can't be used.
    """
    found = []
    for row in rows:
        recipe = bench.recipe(row.profile_id, row.profile_type, row.sealed_spec)
        region = plan.region_of(row.data, recipe.region)
        found.append(
            profiles.Host(
                node_id=row.id,
                physical_id=row.physical_id,
                type=row.profile_type,
                cloud=bench.cloud(row.user, row.project, region),
            )
        )
    return found
