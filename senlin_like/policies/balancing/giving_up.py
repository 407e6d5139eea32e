"""Removes a load balancer that can't be completed, then tells why."""

from typing import Never

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.drivers.balancing import Provisioning
from senlin_like.policies.balancing import base, waits

_REASON = "failure"
_ASKED = "asked"


def is_under_way(ask: base.Ask) -> bool:
    """Tell whether a build is on its way back."""
    return _REASON in ask.turn.memo


def begin(ask: base.Ask, record: base.Record, reason: str) -> base.Again:
    """Turn a build round; ``reason`` is what is told in the end."""
    return _delete(ask, record, reason)


def go_on(ask: base.Ask) -> base.Again:
    """See whether the load balancer is gone.

    :raises CloudError: with the reason of the build's failure, in any end.
    """
    reason = str(ask.turn.memo[_REASON])
    seen = ask.turn.seen
    if seen is not None and seen.status == clouds.GONE:
        raise exceptions.CloudError(reason)
    is_asked = bool(ask.turn.memo.get(_ASKED))
    if ask.turn.has_expired or (is_asked and seen is not None):
        _leave(ask.record, reason)
    return _delete(ask, ask.record, reason)


def _delete(ask: base.Ask, record: base.Record, reason: str) -> base.Again:
    load_balancer_id = record["loadbalancer"]
    try:
        ask.cloud.load_balancing.delete_load_balancer(load_balancer_id, cascade=True)
    except exceptions.CloudBusy as error:
        status = waits.status_after(ask, load_balancer_id, error)
        if status != Provisioning.PENDING_DELETE:
            return base.Again(
                wait=waits.settled(ask, load_balancer_id),
                record=record,
                memo={_REASON: reason},
            )
    except (exceptions.CloudUnsure, exceptions.TrustNotFound):
        raise
    except exceptions.CloudError:
        _leave(record, reason)
    return base.Again(
        wait=waits.gone(ask, load_balancer_id),
        record=record,
        memo={_REASON: reason, _ASKED: True},
    )


def _leave(record: base.Record, reason: str) -> Never:
    raise exceptions.CloudError(
        f"{reason} Load balancer {record['loadbalancer']} couldn't be deleted."
    )
