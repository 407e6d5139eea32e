"""Attaching, detaching and changing policies of clusters: what may be asked."""

from collections.abc import Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import bindings, policies
from senlin_like.db.session import Session
from senlin_like.operations import references
from senlin_like.operations.deps import Deps

Params = Mapping[str, Any]


def attach(
    session: Session, deps: Deps, ctx: RequestContext, cluster: Any, params: Params
) -> dict[str, Any]:
    """Check a request to attach a policy; returns the action's inputs.

    :raises Invalid: when the cluster's project has no such policy.
    """
    del deps
    policy_id = find(session, ctx, cluster, params["policy_id"])
    return {"policy_id": policy_id, "enabled": params.get("enabled", True)}


def detach(
    session: Session, deps: Deps, ctx: RequestContext, cluster: Any, params: Params
) -> dict[str, Any]:
    """Check a request to detach a policy; returns the action's inputs.

    :raises Invalid: when the cluster's project has no such policy.
    :raises BindingNotFound: when it isn't attached.
    """
    del deps
    return {"policy_id": _attached(session, ctx, cluster, params["policy_id"])}


def update(
    session: Session, deps: Deps, ctx: RequestContext, cluster: Any, params: Params
) -> dict[str, Any]:
    """Check a request to change how a policy is attached; returns the inputs.

    :raises Invalid: when the cluster's project has no such policy.
    :raises BindingNotFound: when it isn't attached.
    """
    inputs = detach(session, deps, ctx, cluster, params)
    return inputs | {key: params[key] for key in ("enabled",) if key in params}


def find(session: Session, ctx: RequestContext, cluster: Any, identity: str) -> str:
    """Return the id of a policy that the cluster may have: one of its project.

    :raises Invalid: when there is none.
    :raises MultipleChoices: when a name or short id fits several.
    """
    with references.specified("policy", identity):
        policy = policies.find_hold(session, ctx, identity)
        if policy["project"] != cluster.project:
            raise exceptions.NotFound("policy", identity)
    return str(policy["id"])


def _attached(session: Session, ctx: RequestContext, cluster: Any, named: str) -> str:
    policy_id = find(session, ctx, cluster, named)
    if bindings.load(session, cluster.id, policy_id) is None:
        raise exceptions.BindingNotFound(named, cluster.id)
    return policy_id
