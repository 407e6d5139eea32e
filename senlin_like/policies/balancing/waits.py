"""How verbs wait for a load balancer, and read what was seen."""

from senlin_like import exceptions
from senlin_like.drivers import base as clouds
from senlin_like.drivers.balancing import Provisioning
from senlin_like.drivers.turns import CloudWait
from senlin_like.policies.balancing import base

_KIND = clouds.ObjectKind.LOAD_BALANCER


def ready(ask: base.Ask, load_balancer_id: str) -> CloudWait:
    """Describe the wait until a load balancer can be changed."""
    return CloudWait(
        kind=_KIND,
        id=load_balancer_id,
        until=(Provisioning.ACTIVE,),
        failed=(Provisioning.ERROR, clouds.GONE),
        timeout_s=float(ask.properties["lb_status_timeout"]),
    )


def settled(ask: base.Ask, load_balancer_id: str) -> CloudWait:
    """Describe the wait until a load balancer can be deleted."""
    return CloudWait(
        kind=_KIND,
        id=load_balancer_id,
        until=(Provisioning.ACTIVE, Provisioning.ERROR, clouds.GONE),
        timeout_s=float(ask.properties["lb_status_timeout"]),
    )


def gone(ask: base.Ask, load_balancer_id: str) -> CloudWait:
    """Describe the wait until a load balancer isn't there any more."""
    return CloudWait(
        kind=_KIND,
        id=load_balancer_id,
        until=(clouds.GONE,),
        failed=(Provisioning.ERROR,),
        timeout_s=float(ask.properties["lb_status_timeout"]),
    )


def status_after(
    ask: base.Ask, load_balancer_id: str, error: exceptions.CloudBusy
) -> str:
    """Return the status of a load balancer that refused a change as busy.

    :raises CloudBusy: when it isn't changing: then the whole cloud is busy.
    """
    seen = ask.cloud.look(_KIND, [load_balancer_id])[load_balancer_id]
    if not seen.status.startswith("PENDING_"):
        raise error
    return seen.status


def trouble(ask: base.Ask, what: str) -> str | None:
    """Say in a sentence how the last wait ended badly, None if it didn't."""
    turn = ask.turn
    if turn.has_expired:
        seconds = ask.properties["lb_status_timeout"]
        return f"{what} timed out after {seconds} seconds."
    if turn.seen is not None and turn.seen.status in (
        Provisioning.ERROR,
        clouds.GONE,
    ):
        why = turn.seen.reason or f"it is in status {turn.seen.status}"
        return f"{what} failed: {why}"
    return None
