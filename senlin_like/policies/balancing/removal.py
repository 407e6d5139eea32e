"""Removes a binding's load balancer, or leaves the user's own."""

from collections.abc import Sequence

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.drivers.balancing import Provisioning
from senlin_like.policies.balancing import base, membership, waits


def tear_down(ask: base.Ask) -> base.Step:
    """Delete all load balancers that carry the mark, with everything in them.

    From a load balancer that is the user's own, this binding's members go.

    :raises CloudError: when the cloud refuses, or it takes too long.
    """
    if ask.record.get("preexisting"):
        return membership.leave(ask)
    memo = ask.turn.memo
    if "objects" not in memo:
        return _delete_first(ask, _all_ids(ask))
    ids = list(memo["objects"])
    seen = ask.turn.seen
    if seen is not None and seen.status == clouds.GONE:
        return _delete_first(ask, ids[1:])
    if ask.turn.has_expired:
        raise exceptions.CloudError(
            str(waits.trouble(ask, f"Deleting load balancer {ids[0]}"))
        )
    if memo.get("asked") and seen is not None:
        why = seen.reason or f"it is in status {seen.status}"
        raise exceptions.CloudError(f"Deleting load balancer {ids[0]} failed: {why}")
    return _delete_first(ask, ids)


def _all_ids(ask: base.Ask) -> list[str]:
    """Return the recorded one and all that a cut-off try may have made."""
    recorded = ask.record.get("loadbalancer")
    ids = [str(recorded)] if recorded else []
    marked = ask.cloud.load_balancing.find_marked(ask.mark)
    return ids + [one.id for one in marked if one.id not in ids]


def _delete_first(ask: base.Ask, ids: Sequence[str]) -> base.Step:
    if not ids:
        return base.Done(record={}, reason="The load balancer is gone.")
    memo = {"objects": list(ids)}
    try:
        ask.cloud.load_balancing.delete_load_balancer(ids[0], cascade=True)
    except exceptions.CloudBusy as error:
        status = waits.status_after(ask, ids[0], error)
        if status != Provisioning.PENDING_DELETE:
            wait = waits.settled(ask, ids[0])
            return base.Again(wait=wait, record=ask.record, memo=memo)
    wait = waits.gone(ask, ids[0])
    return base.Again(wait=wait, record=ask.record, memo={**memo, "asked": True})
