"""Lets nodes be members, drains them, and takes them out: one call per change.

Each verb looks at the pool, works out one change, and looks again when the
load balancer is through with it, until nothing is left to change. So it
doesn't matter where it was cut off, nor that somebody else changed the pool
at the same time. Only from a pool that others use too members go one by one.
"""

from collections.abc import Callable, Mapping, Sequence

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.drivers.balancing import Member, MemberRequest
from senlin_like.policies.balancing import addresses, base, pool, waits

#: Changes after which somebody else must be undoing them.
MAX_ROUNDS = 5
_WHAT = "Changing the members of the load balancer"

Plan = Callable[[Sequence[Member]], pool.Change | pool.Removal | None]


def reconcile(
    ask: base.Ask,
    targets: Sequence[base.Target],
    others: Sequence[base.Target] = (),
) -> base.Step:
    """Let exactly these nodes be the binding's members, none drained.

    What others have is left as it is.

    :raises CloudError: when the cloud refuses, or it takes too long.
    """
    wanted, failed = _members_of(ask, targets)
    is_others = _is_of(others)

    def plan(there: Sequence[Member]) -> pool.Change | pool.Removal | None:
        return pool.put(
            there,
            wanted,
            lambda member: _is_ours(ask, member) and not is_others(member),
            is_shared=_is_shared(ask, there),
        )

    return _converge(ask, plan, targets, failed)


def drift(
    ask: base.Ask,
    targets: Sequence[base.Target],
    others: Sequence[base.Target] = (),
) -> str | None:
    """Tell in a sentence what ``reconcile`` would change, None if nothing.

    :raises CloudError: when the cloud can't be asked, or the pool is gone.
    """
    pool_id = ask.record.get("pool")
    if pool_id is None:
        raise exceptions.CloudNotFound("pool", f"of binding {ask.mark}")
    wanted, _failed = _members_of(ask, targets)
    there = ask.cloud.load_balancing.list_members(pool_id)
    is_others = _is_of(others)
    wrong, stale = pool.compare(
        there,
        wanted,
        lambda member: _is_ours(ask, member) and not is_others(member),
    )
    members = _members_by_node(targets, there)
    known = {one.node_id: one.member_id for one in targets if one.member_id}
    lost = sum(
        members.get(node_id) != known.get(node_id) for node_id in {*members, *known}
    )
    return pool.tell(wrong, stale, lost)


def drain(ask: base.Ask, targets: Sequence[base.Target]) -> base.Step:
    """Send no new visitors to the members of some nodes.

    :raises CloudError: when the cloud refuses, or it takes too long.
    """
    is_going = _is_of(targets)
    return _converge(ask, lambda there: pool.drain(there, is_going), targets)


def remove(ask: base.Ask, targets: Sequence[base.Target]) -> base.Step:
    """Take the members of some nodes out; fine if they, or the pool, are gone.

    :raises CloudError: when the cloud refuses, or it takes too long.
    """
    is_going = _is_of(targets)
    return _leave(
        ask,
        lambda there: pool.remove(there, is_going, is_shared=_is_shared(ask, there)),
    )


def leave(ask: base.Ask) -> base.Step:
    """Take all members of the binding out, and forget the load balancer.

    :raises CloudError: when the cloud refuses, or it takes too long.
    """
    step = _leave(
        ask,
        lambda there: pool.remove(
            there,
            lambda member: _is_ours(ask, member),
            is_shared=_is_shared(ask, there),
        ),
    )
    if isinstance(step, base.Again):
        return step
    return base.Done(record={}, reason="The load balancer isn't used any more.")


def _leave(ask: base.Ask, plan: Plan) -> base.Step:
    """Change a pool that may be gone, with its load balancer."""
    seen = ask.turn.seen
    if seen is not None and seen.status == clouds.GONE:
        return base.Done(record=ask.record, reason="The load balancer is gone.")
    try:
        return _converge(ask, plan)
    except exceptions.CloudNotFound:
        return base.Done(record=ask.record, reason="The pool is gone.")


def _converge(
    ask: base.Ask,
    plan: Plan,
    targets: Sequence[base.Target] = (),
    failed: Mapping[str, str] | None = None,
) -> base.Step:
    reason = waits.trouble(ask, _WHAT)
    if reason is not None:
        raise exceptions.CloudError(reason)
    service, record = ask.cloud.load_balancing, ask.record
    there = service.list_members(record["pool"])
    change = plan(there)
    if change is None:
        return base.Done(
            record=record,
            members=_members_by_node(targets, there),
            failed=failed or {},
            reason="The pool has the members that it should have.",
        )
    memo = _counted(ask, change)
    try:
        if isinstance(change, pool.Removal):
            service.delete_member(record["pool"], change.ids[0])
        else:
            service.put_members(
                record["pool"], change.members, additive=change.additive
            )
    except exceptions.CloudBusy as error:
        waits.status_after(ask, record["loadbalancer"], error)
        memo = dict(ask.turn.memo)
    return base.Again(
        wait=waits.ready(ask, record["loadbalancer"]), record=record, memo=memo
    )


def _members_by_node(
    targets: Sequence[base.Target], there: Sequence[Member]
) -> dict[str, str]:
    """Return node id → member id of those nodes that have a member."""
    by_tag = {tag: member.id for member in there for tag in member.tags}
    tags = {target.node_id: base.node_tag(target.node_id) for target in targets}
    return {node_id: by_tag[tag] for node_id, tag in tags.items() if tag in by_tag}


def _counted(ask: base.Ask, change: pool.Change | pool.Removal) -> dict[str, int]:
    """Return the memo after one more change; those that get on don't count.

    :raises CloudError: when somebody else undoes what is done.
    """
    memo = ask.turn.memo
    left = len(change.ids) if isinstance(change, pool.Removal) else 0
    rounds = int(memo.get("rounds", 0))
    if left and left < memo.get("left", left + 1):
        return {"rounds": rounds, "left": left}
    if rounds >= MAX_ROUNDS:
        raise exceptions.CloudError(
            f"Pool {ask.record['pool']} didn't keep its members after {rounds} changes."
        )
    return {"rounds": rounds + 1} | ({"left": left} if left else {})


def _members_of(
    ask: base.Ask, targets: Sequence[base.Target]
) -> tuple[list[MemberRequest], dict[str, str]]:
    """Return what members the nodes are to be, and why some can't be one.

    Takes two calls, however many they are.
    """
    settings = ask.properties["pool"]
    subnet = ask.cloud.network.get_subnet(settings["subnet"])
    ids = [one.server_id for one in targets if one.server_id]
    known = ask.cloud.compute.list_addresses(ids) if ids else {}
    members: list[MemberRequest] = []
    failed: dict[str, str] = {}
    for target in targets:
        address = addresses.choose(known.get(target.server_id or "", {}), subnet)
        if address is None:
            failed[target.node_id] = (
                f"Node {target.name} has no server with an address in the network "
                f"'{subnet.network_name}'."
            )
            continue
        members.append(
            MemberRequest(
                address=address,
                port=settings["protocol_port"],
                name=target.name,
                subnet_id=subnet.id,
                tags=(base.binding_tag(ask.mark), base.node_tag(target.node_id)),
            )
        )
    return members, failed


def _is_ours(ask: base.Ask, member: Member) -> bool:
    return base.binding_tag(ask.mark) in member.tags


def _is_shared(ask: base.Ask, there: Sequence[Member]) -> bool:
    """Tell whether others have members in the pool, or may have some any time."""
    if ask.record.get("preexisting"):
        return True
    return not all(_is_ours(ask, member) for member in there)


def _is_of(targets: Sequence[base.Target]) -> Callable[[Member], bool]:
    """Make the check whether a member is one of some nodes."""
    tags = {base.node_tag(one.node_id) for one in targets}
    ids = {one.member_id for one in targets} - {None}
    return lambda member: member.id in ids or not tags.isdisjoint(member.tags)
