"""Removes second objects that a lost engine has made for a policy of a cluster.

As ``strays`` does it for nodes: a load balancer, or a server group, that turns
up late carries the binding's mark but isn't the one that the binding uses.
Nothing is removed while it could still be taken into use (``db.policy_strays``:
``Standing``).
"""

import logging
from typing import Any

from senlin_like import exceptions
from senlin_like.db import policy_strays
from senlin_like.db.policy_strays import Standing
from senlin_like.drivers import waiting
from senlin_like.flows.workbench import PolicyRecipe, Workbench
from senlin_like.policies import base as policies

LOG = logging.getLogger(__name__)


def sweep(bench: Workbench, *, every_s: float) -> int:
    """Look at the policies whose turn it is; returns how much was removed."""
    db = bench.deps.db
    due = db.transact(lambda session: policy_strays.take(session, every_s=every_s))
    if not due:
        return 0
    # A watch ends with a look that began after its time and saw to everything.
    swept = [(row, _sweep_binding(bench, row.BindingWatch)) for row in due]
    done = [
        row.BindingWatch.binding_id
        for row, removed in swept
        if row.is_hopeless or (row.is_over and removed is not None)
    ]
    if done:
        db.transact(lambda session: policy_strays.forget(session, done))
    return sum(removed or 0 for _row, removed in swept)


def _sweep_binding(bench: Workbench, watch: Any) -> int | None:
    """Return how much was removed; None when it has to be looked at again."""
    recipe = _recipe(bench, watch)
    if recipe is None:
        return 0
    data = _kept(bench, watch)
    if data is None:
        return None
    removed = 0
    try:
        ask = _ask(bench, watch, recipe, data)
        for object_id in recipe.type.strays(ask, watch.since):
            # Looked at once more: it may have been taken into use meanwhile.
            if _kept(bench, watch) != data:
                return None
            LOG.warning(
                "Removing %s: a lost engine made it for policy %s of cluster %s",
                object_id,
                watch.policy_id,
                watch.cluster_id,
            )
            recipe.type.remove_stray(ask, object_id)
            removed += 1
    except exceptions.CloudError as error:
        LOG.warning(
            "Policy %s of cluster %s can't be swept now: %s",
            watch.policy_id,
            watch.cluster_id,
            error.message,
        )
        return None
    return removed


def _recipe(bench: Workbench, watch: Any) -> PolicyRecipe | None:
    """Return the policy, None if it can't have made anything."""
    try:
        recipe = bench.policy(watch.policy_id, watch.policy_type, watch.sealed_policy)
    except exceptions.NotFound:
        LOG.warning("Policies of type %s can't be swept", watch.policy_type)
        return None
    return recipe if recipe.type.has_hooks else None


def _kept(bench: Workbench, watch: Any) -> dict[str, Any] | None:
    """Return what the binding keeps, nothing if it is gone; None: not settled."""
    with bench.deps.db.reader() as session:
        how, sealed = policy_strays.standing(
            session, watch.cluster_id, watch.binding_id
        )
    if how is Standing.UNSETTLED:
        return None
    return dict(bench.deps.db.vault.unseal(sealed)) if sealed else {}


def _ask(
    bench: Workbench, watch: Any, recipe: PolicyRecipe, data: dict[str, Any]
) -> policies.HookAsk:
    profile = bench.recipe(watch.profile_id, watch.profile_type, watch.sealed_profile)
    return policies.HookAsk(
        cloud=bench.cloud(watch.user, watch.project, profile.region),
        binding_id=watch.binding_id,
        policy_id=watch.policy_id,
        data=data,
        properties=recipe.properties,
        cluster=policies.ClusterFacts(
            id=watch.cluster_id,
            name="",
            profile_type=watch.profile_type,
            profile_properties=profile.properties,
            data={},
            nodes=(),
        ),
        turn=waiting.Turn(),
    )
