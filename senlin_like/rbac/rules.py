"""All access rules in one list, for the service and for the generators."""

import itertools

from oslo_policy import policy

from senlin_like.rbac import (
    actions,
    aggregates,
    base,
    build_info,
    cluster_policies,
    clusters,
    events,
    hosts,
    nodes,
    policies,
    policy_types,
    profile_types,
    profiles,
    projects,
    receivers,
    services,
    simulated,
    webhooks,
)

RESOURCES = (
    build_info,
    profile_types,
    policy_types,
    profiles,
    policies,
    clusters,
    cluster_policies,
    nodes,
    actions,
    events,
    hosts,
    receivers,
    webhooks,
    services,
    aggregates,
    projects,
    simulated,
)


def list_rules() -> list[policy.RuleDefault]:
    """List the roles and the rules of all resources."""
    return [
        *base.ROLES,
        *itertools.chain.from_iterable(module.RULES for module in RESOURCES),
    ]
