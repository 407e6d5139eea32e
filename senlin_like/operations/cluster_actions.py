"""Actions that a user asks for on a cluster."""

from collections.abc import Callable, Mapping
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import actions as rows
from senlin_like.db import cluster_state, clusters, lifecycle, nodes, profiles
from senlin_like.db.session import Session
from senlin_like.domain import capacity
from senlin_like.domain.enums import AdjustmentType, Kind
from senlin_like.operations import (
    actions,
    cluster_members,
    cluster_policies,
    precaching,
    recovery,
)
from senlin_like.operations import credentials as permissions
from senlin_like.operations.deps import Deps

Params = Mapping[str, Any]
#: Checks a request on a locked cluster and returns the action's inputs.
Check = Callable[[Session, Deps, RequestContext, Any, Params], dict[str, Any]]

#: What the names of actions begin with, where it isn't their kind.
_PREFIXES = {
    Kind.CLUSTER_ATTACH_POLICY: "attach_policy",
    Kind.CLUSTER_DETACH_POLICY: "detach_policy",
    Kind.CLUSTER_UPDATE_POLICY: "update_policy",
}
#: What can wait until an image is where new nodes may be.
_GROWING = frozenset({Kind.CLUSTER_SCALE_OUT, Kind.CLUSTER_RESIZE})
FILTER_KEYS = ("name", "profile_id", "status", "role")


def ask(
    deps: Deps, ctx: RequestContext, identity: str, name: str, params: Params
) -> str:
    """Ask for an action by its name in the API; returns the action's id.

    :raises NotFound: when there is no such cluster for the caller.
    :raises Invalid: when the name or a parameter isn't right.
    :raises Conflict: when other actions stand in the way.
    """
    if name == "complete_lifecycle":
        return complete_lifecycle(deps, ctx, identity, params)
    if name not in _ASKED:
        raise exceptions.Invalid(f"Unrecognized action '{name}' specified")
    kind, check = _ASKED[name]
    if name in _FIRST:
        _FIRST[name](params)
    permissions.ensure(deps, ctx)
    wanted = None
    if kind in _GROWING:
        wanted = precaching.look_up(deps, ctx, identity, params)

    def work(session: Session) -> tuple[str, precaching.Begun | None]:
        begun = precaching.begin(session, deps, ctx, wanted)
        cluster = clusters.find_lock(session, ctx, identity)
        try:
            inputs = check(session, deps, ctx, cluster, params)
        except exceptions.BindingNotFound as error:
            raise exceptions.Invalid(
                f"The policy '{error.identity}' is not attached to the specified "
                f"cluster '{identity}'."
            ) from error
        asked = precaching.behind(_asked(kind, cluster, inputs), begun)
        return actions.request(session, deps, ctx, asked), begun

    action_id, begun = deps.db.transact(work)
    actions.settled(deps, action_id)
    precaching.settled(deps, begun)
    return action_id


def request(
    session: Session,
    deps: Deps,
    ctx: RequestContext,
    kind: Kind,
    cluster: Any,
    inputs: Params,
) -> str:
    """Make an action on a cluster, named after its kind; returns its id.

    :raises Conflict: when other actions stand in the way.
    """
    return actions.request(session, deps, ctx, _asked(kind, cluster, inputs))


def _asked(kind: Kind, cluster: Any, inputs: Params) -> actions.Asked:
    verb = inputs["operation"] if kind == Kind.CLUSTER_OPERATION else None
    prefix = f"cluster_{verb}" if verb else _PREFIXES.get(kind, kind.lower())
    return actions.Asked(
        kind=kind,
        target=cluster.id,
        cluster_id=cluster.id,
        inputs=inputs,
        name=f"{prefix}_{cluster.id[:8]}",
        timeout=cluster.timeout,
    )


def resize(
    session: Session, deps: Deps, ctx: RequestContext, cluster: Any, params: Params
) -> dict[str, Any]:
    """Check a resize against the nodes that there are; returns the inputs.

    :raises Invalid: when the size or a limit isn't allowed.
    """
    del ctx
    is_strict = params.get("strict") is not False
    problem = capacity.check_resize(
        clusters.node_count(session, cluster.id),
        cluster_state.sizes_of(cluster),
        _change(params),
        strict=is_strict,
        max_nodes=deps.settings.max_nodes_per_cluster,
    )
    if problem:
        raise exceptions.Invalid(problem)
    number = params.get("number")
    is_share = params.get("adjustment_type") == AdjustmentType.CHANGE_IN_PERCENTAGE
    return {
        "adjustment_type": params.get("adjustment_type"),
        "number": number if number is None or is_share else int(number),
        "min_size": params.get("min_size"),
        "max_size": params.get("max_size"),
        "min_step": params.get("min_step") if is_share else None,
        "strict": is_strict,
    }


def _change(params: Params) -> capacity.Change:
    adjustment = params.get("adjustment_type")
    is_share = adjustment == AdjustmentType.CHANGE_IN_PERCENTAGE
    return capacity.Change(
        adjustment=None if adjustment is None else AdjustmentType(adjustment),
        number=params.get("number"),
        min_step=params.get("min_step") if is_share else None,
        bounds=capacity.Bounds(
            min_size=params.get("min_size"), max_size=params.get("max_size")
        ),
    )


def _check_resize_alone(params: Params) -> None:
    """Refuse what is wrong in any cluster, before the cluster is looked for."""
    adjustment = params.get("adjustment_type")
    if adjustment is not None and adjustment not in AdjustmentType.__members__:
        raise exceptions.Invalid(
            f"Value '{adjustment}' is not acceptable for field 'adjustment_type'."
        )
    problem = capacity.check_change(_change(params))
    if problem:
        raise exceptions.Invalid(problem)


def scale_out(
    session: Session, deps: Deps, ctx: RequestContext, cluster: Any, params: Params
) -> dict[str, Any]:
    """Check a request for more nodes; returns the action's inputs.

    :raises Invalid: when the operator's limit would be passed.
    """
    del session, ctx
    return _scale(deps, cluster, params.get("count"), 1)


def scale_in(
    session: Session, deps: Deps, ctx: RequestContext, cluster: Any, params: Params
) -> dict[str, Any]:
    """Check a request for fewer nodes; returns the action's inputs."""
    del session, ctx
    return _scale(deps, cluster, params.get("count"), -1)


def _scale(deps: Deps, cluster: Any, count: int | None, sign: int) -> dict[str, Any]:
    """Check the wanted size; the cluster's own limits count when it runs."""
    if count is None:
        return {}
    problem = capacity.check_size(
        cluster.desired_capacity + sign * count,
        capacity.Bounds(),
        cluster_state.sizes_of(cluster),
        strict=False,
        max_nodes=deps.settings.max_nodes_per_cluster,
    )
    if problem:
        raise exceptions.Invalid(problem)
    return {"count": count}


def _refuse_zero(direction: str) -> Callable[[Params], None]:
    def check(params: Params) -> None:
        if params.get("count") == 0:
            raise exceptions.Invalid(
                f"Count for scale-{direction} request cannot be 0."
            )

    return check


def check(
    session: Session, deps: Deps, ctx: RequestContext, cluster: Any, params: Params
) -> dict[str, Any]:
    """Take any parameters; with ``delete_check_action`` old checks are removed."""
    del deps, ctx
    if params.get("delete_check_action"):
        rows.delete_checks(session, cluster.id)
    return dict(params)


def recover(
    session: Session, deps: Deps, ctx: RequestContext, cluster: Any, params: Params
) -> dict[str, Any]:
    """Check a request to recover; returns the action's inputs.

    :raises Invalid: when a parameter isn't right.
    """
    del ctx
    inputs = recovery.inputs_of(params, recovery.CLUSTER_KEYS)
    recovery.refuse_foreign(session, deps, cluster.profile_id, inputs)
    return inputs


def complete_lifecycle(
    deps: Deps, ctx: RequestContext, identity: str, params: Params
) -> str:
    """Let an action of the cluster go on that waits for its lifecycle hook.

    Does nothing when the action waits for no hook, or doesn't any more: a hook
    may be told twice, and then completes twice. The token is an action's id;
    an action of another cluster is unknown here.

    :raises NotFound: when the cluster or the action isn't there.
    """
    token = str(params["lifecycle_action_token"])

    def work(session: Session) -> None:
        cluster = clusters.get_id(session, ctx, identity)
        if rows.cluster_of(session, ctx, token) != cluster:
            raise exceptions.NotFound("action", token)
        lifecycle.complete(session, token)

    deps.db.transact(work)
    deps.wake()
    return token


def operate(
    deps: Deps,
    ctx: RequestContext,
    identity: str,
    operation: str,
    params: Params | None,
    filters: Params | None,
) -> str:
    """Ask for an operation on those nodes that fit; returns the action's id.

    A filter's value is a text or a list of texts.

    :raises NotFound: when there is no such cluster for the caller.
    :raises Invalid: when operation, parameters or filters aren't right, or no
        node fits.
    :raises Conflict: when other actions stand in the way.
    """
    permissions.ensure(deps, ctx)

    def work(session: Session) -> str:
        cluster = clusters.find_lock(session, ctx, identity)
        profile = profiles.load(session, [cluster.profile_id])[cluster.profile_id]
        profile_type = deps.profiles.get(profile["type"])
        checked = profile_type.check_operation(operation, params or {})
        members = nodes.members(session, cluster.id, _filters(filters or {}))
        if not members:
            raise exceptions.Invalid("No node (matching the filter) could be found.")
        inputs = {
            "operation": operation,
            "params": checked,
            "nodes": [member.id for member in members],
        }
        return request(session, deps, ctx, Kind.CLUSTER_OPERATION, cluster, inputs)

    action_id = deps.db.transact(work)
    actions.settled(deps, action_id)
    return action_id


def _filters(filters: Params) -> dict[str, list[str]]:
    unknown = [key for key in filters if key not in FILTER_KEYS]
    if unknown:
        raise exceptions.Invalid(
            "\n".join(f"Filter key '{key}' is unsupported." for key in unknown)
        )
    wanted = {}
    for key, value in filters.items():
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in values):
            raise exceptions.Invalid(
                f"The value of filter '{key}' must be a text or a list of texts."
            )
        wanted[key] = values
    return wanted


_ASKED: Mapping[str, tuple[Kind, Check]] = {
    "add_nodes": (Kind.CLUSTER_ADD_NODES, cluster_members.add_nodes),
    "del_nodes": (Kind.CLUSTER_DEL_NODES, cluster_members.del_nodes),
    "replace_nodes": (Kind.CLUSTER_REPLACE_NODES, cluster_members.replace_nodes),
    "resize": (Kind.CLUSTER_RESIZE, resize),
    "scale_out": (Kind.CLUSTER_SCALE_OUT, scale_out),
    "scale_in": (Kind.CLUSTER_SCALE_IN, scale_in),
    "check": (Kind.CLUSTER_CHECK, check),
    "recover": (Kind.CLUSTER_RECOVER, recover),
    "policy_attach": (Kind.CLUSTER_ATTACH_POLICY, cluster_policies.attach),
    "policy_detach": (Kind.CLUSTER_DETACH_POLICY, cluster_policies.detach),
    "policy_update": (Kind.CLUSTER_UPDATE_POLICY, cluster_policies.update),
}
_FIRST: Mapping[str, Callable[[Params], None]] = {
    "resize": _check_resize_alone,
    "scale_out": _refuse_zero("out"),
    "scale_in": _refuse_zero("in"),
}
