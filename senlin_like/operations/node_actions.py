"""Actions that a user asks for on a node."""

from collections.abc import Callable, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import nodes, profiles
from senlin_like.db.session import Session
from senlin_like.domain.enums import Kind
from senlin_like.operations import actions, recovery
from senlin_like.operations import credentials as permissions
from senlin_like.operations import nodes as node_operations
from senlin_like.operations.deps import Deps

Params = Mapping[str, Any]
Inputs = dict[str, Any]


def ask(
    deps: Deps, ctx: RequestContext, identity: str, name: str, params: Params
) -> str:
    """Ask for an action by its name in the API; returns the action's id.

    :raises NotFound: when there is no such node for the caller.
    :raises Invalid: when the name or a parameter isn't right.
    :raises Conflict: when other actions stand in the way.
    """
    if name not in _ASKED:
        raise exceptions.Invalid(f"Unrecognized action '{name}' specified")
    kind, read = _ASKED[name]
    permissions.ensure(deps, ctx)

    def work(session: Session) -> str:
        node = nodes.find_lock(session, ctx, identity)
        inputs = read(session, deps, node, params)
        return node_operations.request(session, deps, ctx, kind, node._mapping, inputs)

    action_id = deps.db.transact(work)
    actions.settled(deps, action_id)
    return action_id


def operate(
    deps: Deps,
    ctx: RequestContext,
    identity: str,
    operation: str,
    params: Params | None,
) -> str:
    """Ask for an operation of the node's profile type; returns the action's id.

    :raises NotFound: when there is no such node for the caller.
    :raises Invalid: when the operation or a parameter isn't right.
    """
    permissions.ensure(deps, ctx)

    def work(session: Session) -> str:
        node = nodes.find_lock(session, ctx, identity)
        profile = profiles.load(session, [node.profile_id])[node.profile_id]
        profile_type = deps.profiles.get(profile["type"])
        checked = profile_type.check_operation(operation, params or {})
        asked = actions.Asked(
            kind=Kind.NODE_OPERATION,
            target=node.id,
            cluster_id=node.cluster_id,
            inputs={"operation": operation, "params": checked},
            name=f"node_{operation}_{node.id[:8]}",
            timeout=deps.settings.default_action_timeout,
        )
        return actions.request(session, deps, ctx, asked)

    action_id = deps.db.transact(work)
    actions.settled(deps, action_id)
    return action_id


def _recover(session: Session, deps: Deps, node: Any, params: Params) -> Inputs:
    inputs = recovery.inputs_of(params, recovery.NODE_KEYS)
    recovery.refuse_foreign(session, deps, node.profile_id, inputs)
    return inputs


def _check(session: Session, deps: Deps, node: Any, params: Params) -> Inputs:
    del session, deps, node
    return dict(params)


_ASKED: Mapping[str, tuple[Kind, Callable[[Session, Deps, Any, Params], Inputs]]] = {
    "check": (Kind.NODE_CHECK, _check),
    "recover": (Kind.NODE_RECOVER, _recover),
}
