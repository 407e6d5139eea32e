"""Makes a binding's load balancer, exactly one, or takes the user's own."""

from collections.abc import Callable
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import balancing
from senlin_like.drivers.balancing import Provisioning
from senlin_like.policies.balancing import base, giving_up, requests, waits

_WHAT = "Building the load balancer"
_BUILDS = "builds"
_LOOKS = "looks"
_BROKEN = "broken"


def build(ask: base.Ask) -> base.Step:
    """Make load balancer, listener, pool and monitor, each when the one before is.

    What was made goes again when the rest can't be made.

    :raises CloudError: when the cloud refuses or fails something.
    """
    if ask.properties["loadbalancer"]:
        return _take(ask)
    if giving_up.is_under_way(ask):
        return giving_up.go_on(ask)
    memo, record = ask.turn.memo, dict(ask.record)
    reason = waits.trouble(ask, _WHAT) if memo.get(_BUILDS) else None
    if reason is not None:
        return giving_up.begin(ask, record, reason)
    if ask.turn.is_retry or memo.get(_LOOKS) or (record and not memo):
        found = _look(ask, record)
        if isinstance(found, base.Again):
            return found
        record = found
    return _next(ask, record)


def _next(ask: base.Ask, record: dict[str, Any]) -> base.Step:
    """Make the first thing that lacks."""
    service = ask.cloud.load_balancing
    if "loadbalancer" not in record:
        made = service.create_load_balancer(requests.load_balancer(ask))
        record |= {"loadbalancer": made.id, "vip_address": made.vip_address}
        return _built(ask, record)
    makers: list[tuple[str, Callable[[], str]]] = [
        (
            "listener",
            lambda: service.create_listener(
                requests.listener(ask, record["loadbalancer"])
            ),
        ),
        ("pool", lambda: service.create_pool(requests.pool(ask, record["listener"]))),
    ]
    if ask.properties["health_monitor"] is not None:
        makers.append(
            (
                "healthmonitor",
                lambda: service.create_monitor(requests.monitor(ask, record["pool"])),
            )
        )
    for name, make in makers:
        if name not in record:
            return _make(ask, record, name, make)
    return base.Done(
        record=record, reason=f"Load balancer {record['loadbalancer']} is ready."
    )


def _make(
    ask: base.Ask, record: dict[str, Any], name: str, make: Callable[[], str]
) -> base.Step:
    try:
        made = make()
    except exceptions.CloudBusy as error:
        waits.status_after(ask, record["loadbalancer"], error)
        return _built(ask, record)
    except (exceptions.CloudUnsure, exceptions.TrustNotFound):
        raise
    except exceptions.CloudError as error:
        return giving_up.begin(ask, record, error.message)
    return _built(ask, {**record, name: made})


def _built(ask: base.Ask, record: dict[str, Any]) -> base.Again:
    return base.Again(
        wait=waits.ready(ask, record["loadbalancer"]),
        record=record,
        memo={_BUILDS: True},
    )


def _look(ask: base.Ask, record: dict[str, Any]) -> dict[str, Any] | base.Again:
    """Return the record of what there is, or wait until it can be changed.

    A second load balancer is deleted, and so is one that has failed.

    :raises CloudError: when one that has failed can't be deleted.
    """
    service = ask.cloud.load_balancing
    found = [
        one
        for one in service.find_marked(ask.mark)
        if one.status != Provisioning.PENDING_DELETE
    ]
    for one in found:
        if one.status == Provisioning.ERROR:
            return _clear(ask, record, one.id)
    found.sort(key=lambda one: one.id != record.get("loadbalancer"))
    for extra in found[1:]:
        try:
            service.delete_load_balancer(extra.id, cascade=True)
        except exceptions.CloudBusy as error:
            waits.status_after(ask, extra.id, error)
            wait = waits.settled(ask, extra.id)
            return base.Again(wait=wait, record=record, memo={_LOOKS: True})
    if not found:
        return {}
    own = service.get_load_balancer(found[0].id)
    known = _parts(ask, own)
    return _built(ask, known) if own.status.startswith("PENDING_") else known


def _clear(ask: base.Ask, record: dict[str, Any], broken_id: str) -> base.Again:
    """Delete a load balancer that can't be changed any more, then look again."""
    if ask.turn.memo.get(_BROKEN) == broken_id:
        raise exceptions.CloudError(
            f"Load balancer {broken_id} is in status ERROR and couldn't be deleted."
        )
    ask.cloud.load_balancing.delete_load_balancer(broken_id, cascade=True)
    memo = {_LOOKS: True, _BROKEN: broken_id}
    return base.Again(wait=waits.gone(ask, broken_id), record=record, memo=memo)


def _parts(ask: base.Ask, found: balancing.LoadBalancer) -> dict[str, Any]:
    record: dict[str, Any] = {
        "loadbalancer": found.id,
        "vip_address": found.vip_address,
    }
    if found.listener_ids:
        record["listener"] = found.listener_ids[0]
    if found.pool_ids:
        record["pool"] = found.pool_ids[0]
        monitor = ask.cloud.load_balancing.get_pool(found.pool_ids[0]).monitor_id
        if monitor is not None:
            record["healthmonitor"] = monitor
    return record


def _take(ask: base.Ask) -> base.Done:
    """Use the load balancer and the pool that the user has.

    :raises CloudError: when it isn't clear which pool.
    """
    service = ask.cloud.load_balancing
    name = ask.properties["loadbalancer"]
    found = service.get_load_balancer(service.find_load_balancer(name))
    pool_id = ask.properties["pool"]["id"]
    if pool_id is None:
        if len(found.pool_ids) != 1:
            raise exceptions.CloudError(
                f"Load balancer '{name}' has {len(found.pool_ids)} pools: the 'id' "
                "for 'pool' has to say which.",
                400,
            )
        pool_id = found.pool_ids[0]
    elif pool_id not in found.pool_ids:
        raise exceptions.CloudError(
            f"Load balancer '{name}' has no pool '{pool_id}'.", 400
        )
    record = {
        "preexisting": True,
        "loadbalancer": found.id,
        "pool": pool_id,
        "vip_address": found.vip_address,
    }
    monitor = ask.properties["health_monitor"]
    if monitor is not None and monitor["id"]:
        record["healthmonitor"] = monitor["id"]
    return base.Done(record=record, reason=f"Load balancer {found.id} is used.")
