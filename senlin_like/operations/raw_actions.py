"""Actions whose inputs nobody has read: those of webhooks and of messages.

Whether inputs make sense is seen when the action is carried out. But what they
name has to be the actor's own, as it has to be in a direct request.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import identity as identities
from senlin_like.db import nodes, profiles
from senlin_like.db.session import Session
from senlin_like.domain.enums import Kind
from senlin_like.operations import actions, cluster_policies, references
from senlin_like.operations import profiles as profile_operations
from senlin_like.operations.deps import Deps

#: Kind → the input that holds ids of nodes that may come from elsewhere.
_NODES = {Kind.CLUSTER_ADD_NODES: "nodes", Kind.CLUSTER_REPLACE_NODES: "candidates"}
_OF_POLICIES = frozenset(
    {
        Kind.CLUSTER_ATTACH_POLICY,
        Kind.CLUSTER_DETACH_POLICY,
        Kind.CLUSTER_UPDATE_POLICY,
    }
)


def request(
    session: Session,
    deps: Deps,
    actor: RequestContext,
    cluster: Any,
    asked: actions.Asked,
) -> str:
    """Make an action on a cluster that is locked; returns the action's id.

    :raises Invalid: when the inputs name what isn't in the actor's project.
    :raises Conflict: when other actions stand in the way.
    """
    named = asked.inputs.get("policy_id")
    if asked.kind in _OF_POLICIES and isinstance(named, str):
        policy_id = cluster_policies.find(session, actor, cluster, named)
        inputs = {**asked.inputs, "policy_id": policy_id}
        asked = dataclasses.replace(asked, inputs=inputs)
    if asked.kind in _NODES:
        _check_nodes(session, actor, asked.inputs.get(_NODES[asked.kind]))
    if asked.kind == Kind.CLUSTER_UPDATE:
        _check_profile(session, deps, actor, cluster, asked.inputs)
    return actions.request(session, deps, actor, asked)


def _check_nodes(session: Session, actor: RequestContext, named: Any) -> None:
    if isinstance(named, Mapping):
        named = list(named.values())
    if not isinstance(named, list):
        return  # of no use to the action either
    ids = [one for one in named if isinstance(one, str) and identities.is_storable(one)]
    if not nodes.are_visible(session, actor, ids):
        raise exceptions.Invalid("Some of the specified nodes could not be found.")


def _check_profile(
    session: Session,
    deps: Deps,
    actor: RequestContext,
    cluster: Any,
    inputs: Mapping[str, Any],
) -> None:
    """Check a new profile as a direct request would: nodes that fail are in error."""
    named = inputs.get("new_profile_id")
    if not isinstance(named, str):
        return
    with references.specified("profile", named):
        new = profiles.find_hold(session, actor, named)
    old = profiles.load(session, [cluster.profile_id])[cluster.profile_id]
    if new["id"] != named:
        raise exceptions.Invalid("The input 'new_profile_id' has to be a full id.")
    if new["type"] != old["type"]:
        raise exceptions.Invalid(
            "Cannot update a cluster to a different profile type, operation aborted."
        )
    if str(inputs.get("profile_only")).lower() != "true":
        profile_operations.check_update(deps, old, new)
