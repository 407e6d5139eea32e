"""The verbs as hooks of a policy type: what they keep, and for which nodes."""

from collections.abc import Iterable

from senlin_like import exceptions
from senlin_like.domain.enums import NodeStatus
from senlin_like.drivers import turns
from senlin_like.policies import base as policies
from senlin_like.policies.balancing import base, building, membership, removal

#: Key of a node's data: the id of its member.
MEMBER = "lb_member"
#: Key of a cluster's data: policy id → what clients connect to.
BALANCERS = "loadbalancers"

_MEMBERS = "members"
_AWAY = frozenset({NodeStatus.INIT, NodeStatus.CREATING, NodeStatus.DELETING})


def attach(ask: policies.HookAsk) -> policies.Step:
    """Build the load balancer, then let all nodes that have a server be members.

    :raises CloudError: when the cloud refuses, or a node can't be a member.
    """
    if ask.turn.memo.get("at") != _MEMBERS:
        step = building.build(_inner(ask))
        if isinstance(step, base.Again):
            return _again(ask, step, at="build")
        patch = policies.Patch(data=_changes(ask, step.record))
        return policies.Again(wait=None, memo={"at": _MEMBERS}, patch=patch)
    nodes = [node for node in ask.cluster.nodes if node.physical_id is not None]
    step = membership.reconcile(_inner(ask), _targets(nodes))
    if isinstance(step, base.Again):
        return _again(ask, step, at=_MEMBERS)
    if step.failed:
        first = next(iter(step.failed.values()))
        raise exceptions.CloudError(
            f"Failed in adding nodes into lb pool ({len(step.failed)} failed; "
            f"first: {first})"
        )
    known = ask.cluster.data.get(BALANCERS) or {}
    shown = {**known, ask.policy_id: {"vip_address": ask.data.get("vip_address")}}
    return policies.Done(
        reason="The nodes are members of the load balancer.",
        patch=policies.Patch(
            data=_changes(ask, step.record),
            cluster={BALANCERS: shown},
            nodes=_marks(nodes, step),
        ),
    )


def detach(ask: policies.HookAsk) -> policies.Step:
    """Remove the load balancer, or from the user's own the members.

    :raises CloudError: when the cloud refuses, or it takes too long.
    """
    step = removal.tear_down(_inner(ask))
    if isinstance(step, base.Again):
        return _again(ask, step, at="removal")
    known = dict(ask.cluster.data.get(BALANCERS) or {})
    known.pop(ask.policy_id, None)
    return policies.Done(
        reason=step.reason,
        patch=policies.Patch(
            data=dict.fromkeys(ask.data),
            cluster={BALANCERS: known or None},
            nodes=_marks(ask.cluster.nodes, None),
        ),
    )


def drain(ask: policies.HookAsk) -> policies.Step:
    """Give the members of nodes that are about to go the weight 0.

    :raises CloudError: when the cloud refuses, or it takes too long.
    """
    try:
        step = membership.drain(_inner(ask), _targets(_leaving(ask)))
    except exceptions.CloudNotFound:
        return policies.Done(reason="There is no pool to be drained.")
    if isinstance(step, base.Again):
        return _again(ask, step, at="drain")
    return policies.Done(reason=step.reason)


def leave(ask: policies.HookAsk) -> policies.Step:
    """Take the members of nodes that are about to go out of the pool.

    :raises CloudError: when the cloud refuses, or it takes too long.
    """
    step = membership.remove(_inner(ask), _targets(_leaving(ask)))
    if isinstance(step, base.Again):
        return _again(ask, step, at="leave")
    marks = _marks(_leaving(ask), None)
    return policies.Done(reason=step.reason, patch=policies.Patch(nodes=marks))


def join(ask: policies.HookAsk) -> policies.Step:
    """Let exactly the nodes that stay be members, each as it should be.

    A node that another action is about to delete keeps what it has until that
    action takes it out; one in error stays a member, but doesn't become one.

    :raises CloudError: when the cloud refuses, or it takes too long.
    """
    wanted, going = _staying(ask)
    step = membership.reconcile(_inner(ask), _targets(wanted), _targets(going))
    if isinstance(step, base.Again):
        return _again(ask, step, at="join")
    marks = {**_marks(_leaving(ask), None), **_marks(wanted, step)}
    return policies.Done(
        reason=step.reason,
        patch=policies.Patch(nodes=marks),
        failed=step.failed,
        members=frozenset(step.members),
    )


def drifted(ask: policies.HookAsk) -> str | None:
    """Tell what ``join`` would change, None if nothing.

    :raises CloudError: when the cloud can't be asked, or the pool is gone.
    """
    wanted, going = _staying(ask)
    return membership.drift(_inner(ask), _targets(wanted), _targets(going))


def _staying(
    ask: policies.HookAsk,
) -> tuple[list[policies.NodeFacts], list[policies.NodeFacts]]:
    """Return the nodes that are to be members, and those that keep what they have."""
    stays = [node for node in ask.cluster.nodes if node.id not in ask.leaving]
    wanted = [node for node in stays if _is_member(ask, node)]
    going = [node for node in stays if node not in wanted and node.data.get(MEMBER)]
    return wanted, going


def _is_member(ask: policies.HookAsk, node: policies.NodeFacts) -> bool:
    if node.physical_id is None:
        return False
    if node.id in ask.present:
        return True
    if node.status == NodeStatus.ERROR:
        return bool(node.data.get(MEMBER))
    return node.status not in _AWAY


def _leaving(ask: policies.HookAsk) -> list[policies.NodeFacts]:
    return [node for node in ask.cluster.nodes if node.id in ask.leaving]


def _targets(nodes: Iterable[policies.NodeFacts]) -> list[base.Target]:
    return [
        base.Target(
            node_id=node.id,
            name=node.name,
            server_id=node.physical_id,
            member_id=node.data.get(MEMBER),
        )
        for node in nodes
    ]


def _marks(
    nodes: Iterable[policies.NodeFacts], step: base.Done | None
) -> dict[str, dict[str, str | None]]:
    """Return the data of those nodes whose member isn't what they say."""
    members = step.members if step is not None else {}
    return {
        node.id: {MEMBER: members.get(node.id)}
        for node in nodes
        if node.data.get(MEMBER) != members.get(node.id)
    }


def _inner(ask: policies.HookAsk) -> base.Ask:
    return base.Ask(
        cloud=ask.cloud,
        mark=ask.binding_id,
        cluster_name=ask.cluster.name,
        properties=ask.properties,
        record=ask.data,
        turn=turns.Turn(
            memo=ask.turn.memo.get("inner", {}),
            seen=ask.turn.seen,
            is_retry=ask.turn.is_retry,
            has_expired=ask.turn.has_expired,
        ),
    )


def _again(ask: policies.HookAsk, step: base.Again, *, at: str) -> policies.Again:
    return policies.Again(
        wait=step.wait,
        memo={"at": at, "inner": dict(step.memo)},
        patch=policies.Patch(data=_changes(ask, step.record)),
    )


def _changes(ask: policies.HookAsk, record: base.Record) -> dict[str, object]:
    """Return how what is kept becomes the record; empty if it is that."""
    if dict(ask.data) == dict(record):
        return {}
    return {**dict.fromkeys(ask.data), **record}
