"""Looks now and then whether load balancers have the members that they should have.

What an action has settled may change later: by somebody's hand, by a call that
an engine sends late, or because servers got other addresses. A look costs a
cluster three reads of its cloud; only what has drifted becomes an action.
"""

import logging

from senlin_like import exceptions
from senlin_like.db import health_checks, member_checks, node_state
from senlin_like.db.member_checks import Due
from senlin_like.domain import binding_data
from senlin_like.drivers import turns
from senlin_like.flows.tasks import binding
from senlin_like.flows.workbench import Workbench
from senlin_like.operations import upkeep
from senlin_like.policies import base as policies

LOG = logging.getLogger(__name__)


def look(bench: Workbench, *, every_s: float) -> int:
    """Look at the members whose turn it is; returns how many actions follow.

    ``every_s`` is the time between two looks; 0: none.
    """
    if not every_s:
        return 0
    db = bench.deps.db
    due = db.transact(lambda session: member_checks.take(session, every_s=every_s))
    requested = sum(_look_at(bench, one) for one in due)
    if requested:
        bench.deps.wake()
    return requested


def _look_at(bench: Workbench, due: Due) -> bool:
    """Look at the members of one load balancer; tell whether an action follows."""
    db, row = bench.deps.db, due.row
    with db.reader() as session:
        is_busy = bool(health_checks.work(session, [row.cluster_id]))
    if is_busy:
        db.transact(lambda one: member_checks.postpone(one, due, upkeep.PAUSE_S))
        return False
    try:
        reason = _drifted(bench, due)
    except exceptions.CloudNotFound as error:
        reason = f"Members of policy '{row.policy_name}' can't be seen to: "
        LOG.warning("Cluster %s: %s", row.cluster_id, error.message)
        upkeep.note(bench.deps, due, f"{reason}{error.message}")
        return False
    except exceptions.Error as error:
        # Nothing is known: the next look tells.
        LOG.warning(
            "Members of cluster %s can't be looked at: %s",
            row.cluster_id,
            error.message,
        )
        return False
    if reason is None:
        if row.tries:
            upkeep.note(bench.deps, due, None)
        return False
    LOG.info("Members of cluster %s have drifted: %s", row.cluster_id, reason)
    return upkeep.settle(bench.deps, due, reason) is not None


def _drifted(bench: Workbench, due: Due) -> str | None:
    """Return how members differ from what they should be, None if they don't."""
    row, vault = due.row, bench.deps.db.vault
    recipe = bench.policy(row.policy_id, row.policy_type, row.sealed_policy)
    profile = bench.recipe(row.profile_id, row.profile_type, row.sealed_profile)
    data = vault.unseal(row.sealed_data) if row.sealed_data else {}
    region = binding_data.region_of(data, profile.region)
    with bench.deps.db.reader() as session:
        nodes = node_state.with_data(session, row.cluster_id)
    ask = policies.HookAsk(
        cloud=bench.cloud(row.user, row.project, region),
        binding_id=row.binding_id,
        policy_id=row.policy_id,
        data=binding_data.of_type(data),
        properties=recipe.properties,
        cluster=policies.ClusterFacts(
            id=row.cluster_id,
            name=row.name,
            profile_type=row.profile_type,
            profile_properties=profile.properties,
            data=row.data or {},
            nodes=[binding.facts_of(node) for node in nodes],
        ),
        turn=turns.Turn(),
    )
    return recipe.type.drifted(ask)
