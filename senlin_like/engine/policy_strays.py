"""Removes second objects that a lost engine has made for a policy of a cluster.

A load balancer, or a server group, that turns up late carries the binding's mark
but isn't the one that the binding uses. Nothing is removed while it could still
be taken into use (``db.policy_strays``: ``Standing``).
"""

import functools
import logging
from typing import Any

from senlin_like import exceptions
from senlin_like.db import policy_strays
from senlin_like.db.policy_strays import Standing
from senlin_like.domain import binding_data
from senlin_like.drivers import turns
from senlin_like.engine import sweeping
from senlin_like.flows.workbench import PolicyRecipe, Workbench
from senlin_like.policies import base as policies

LOG = logging.getLogger(__name__)


def sweep(bench: Workbench, *, every_s: float) -> int:
    """Look at the policies whose turn it is; returns how much was removed."""
    look = functools.partial(_sweep_binding, bench)
    return sweeping.sweep(bench.deps.db, policy_strays, look, every_s=every_s)


def _sweep_binding(bench: Workbench, row: Any) -> int | None:
    recipe = _recipe(bench, row)
    if recipe is None:
        return 0
    data = _kept(bench, row)
    if data is None:
        return None
    return sweeping.remove(
        f"policy {row.policy_id} of cluster {row.cluster_id}",
        recipe.type,
        lambda: _ask(bench, row, recipe, data),
        lambda _object_id: _kept(bench, row) == data or None,
        since=row.since,
    )


def _recipe(bench: Workbench, row: Any) -> PolicyRecipe | None:
    """Return the policy, None if it can't have made anything."""
    try:
        recipe = bench.policy(row.policy_id, row.policy_type, row.sealed_policy)
    except exceptions.NotFound:
        LOG.warning("Policies of type %s can't be swept", row.policy_type)
        return None
    return recipe if recipe.type.has_hooks else None


def _kept(bench: Workbench, row: Any) -> dict[str, Any] | None:
    """Return what the binding keeps, nothing if it is gone; None: not settled."""
    with bench.deps.db.reader() as session:
        how, sealed = policy_strays.standing(session, row.cluster_id, row.binding_id)
    if how is Standing.UNSETTLED:
        return None
    return dict(bench.deps.db.vault.unseal(sealed)) if sealed else {}


def _ask(
    bench: Workbench, row: Any, recipe: PolicyRecipe, data: dict[str, Any]
) -> policies.HookAsk:
    profile = bench.recipe(row.profile_id, row.profile_type, row.sealed_profile)
    region = binding_data.region_of(data, profile.region)
    return policies.HookAsk(
        cloud=bench.cloud(row.user, row.project, region),
        binding_id=row.binding_id,
        policy_id=row.policy_id,
        data=binding_data.of_type(data),
        properties=recipe.properties,
        cluster=policies.ClusterFacts(
            id=row.cluster_id,
            name="",
            profile_type=row.profile_type,
            profile_properties=profile.properties,
            data={},
            nodes=(),
        ),
        turn=turns.Turn(),
    )
