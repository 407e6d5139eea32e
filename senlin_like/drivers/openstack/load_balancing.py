"""Octavia: load balancers and their parts."""

import datetime
import logging
from collections.abc import Collection as Ids
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers import balancing, base
from senlin_like.drivers.openstack import members as pool_members
from senlin_like.drivers.openstack import octavia
from senlin_like.drivers.openstack.account import AccountView, Query
from senlin_like.drivers.openstack.lookups import Collection
from senlin_like.drivers.openstack.octavia import Octavia, Target

LOG = logging.getLogger(__name__)

_DELETED = "DELETED"


class OpenStackLoadBalancing:
    """Load balancers, and what they are made of. Finding is by id or name."""

    def __init__(self, account: AccountView) -> None:
        self._octavia = Octavia(account)

    def find_load_balancer(self, identity: str) -> str:
        """Find a load balancer and return its id."""
        return str(self._octavia.find(octavia.LOAD_BALANCER, identity)["id"])

    def find_flavor(self, identity: str) -> str:
        """Find a flavor of load balancers and return its id."""
        return str(self._octavia.find(octavia.FLAVOR, identity)["id"])

    def find_marked(self, mark: str) -> list[balancing.LoadBalancer]:
        """Return the load balancers that carry a mark, the oldest first."""
        tag = octavia.tag_of(mark)
        pages = self._octavia.pages(
            octavia.LOAD_BALANCER,
            f"Finding the load balancers with tag {tag}",
            [("tags", tag)],
        )
        # A cloud may be told not to filter: then it answers with all there are.
        found = [
            _load_balancer(one)
            for page in pages
            for one in page
            if tag in (one.get("tags") or ())
        ]
        return sorted(found, key=lambda one: (one.created_at, one.id))

    def create_load_balancer(
        self, request: balancing.LoadBalancerRequest
    ) -> balancing.LoadBalancer:
        """Ask for a load balancer; it builds on its own.

        :raises CloudNotFound: when there is no such flavor.
        """
        place = {
            "vip_subnet_id": request.subnet_id,
            "vip_network_id": None if request.subnet_id else request.network_id,
            "vip_address": request.address,
            "flavor_id": request.flavor_id,
            "availability_zone": request.zone,
        }
        wanted = {
            "name": request.name,
            "tags": [octavia.tag_of(request.mark)],
            "admin_state_up": request.is_up,
            **_said(place),
        }
        query = Query(
            what=f"Making load balancer {request.name}",
            path=octavia.LOAD_BALANCER.path,
            body={octavia.LOAD_BALANCER.item: wanted},
        )
        try:
            made = self._octavia.create(query)
        except exceptions.CloudError as error:
            is_wrong = error.status == HTTPStatus.BAD_REQUEST
            if is_wrong and request.flavor_id and "flavor_id" in error.message:
                raise exceptions.CloudNotFound(
                    octavia.FLAVOR.kind, request.flavor_id
                ) from error
            raise
        return _load_balancer(made[octavia.LOAD_BALANCER.item])

    def get_load_balancer(self, load_balancer_id: str) -> balancing.LoadBalancer:
        """Return one load balancer with the ids of its listeners and pools."""
        target = Target(collection=octavia.LOAD_BALANCER, id=load_balancer_id)
        return _load_balancer(self._octavia.get(target))

    def delete_load_balancer(
        self, load_balancer_id: str, *, cascade: bool = False
    ) -> None:
        """Ask for a load balancer to be deleted; not an error if it is gone."""
        params = {"cascade": "true"} if cascade else None
        self._delete(octavia.LOAD_BALANCER, load_balancer_id, params)

    def create_listener(self, request: balancing.ListenerRequest) -> str:
        """Make a listener and return its id."""
        wanted = {
            "name": request.name,
            "loadbalancer_id": request.load_balancer_id,
            "protocol": request.protocol,
            "protocol_port": request.port,
            "connection_limit": request.connection_limit,
            "admin_state_up": request.is_up,
        }
        owner = Target(collection=octavia.LOAD_BALANCER, id=request.load_balancer_id)
        return self._create(octavia.LISTENER, wanted, owner)

    def delete_listener(self, listener_id: str) -> None:
        """Delete a listener; not an error if it is gone."""
        self._delete(octavia.LISTENER, listener_id)

    def create_pool(self, request: balancing.PoolRequest) -> str:
        """Make the pool of a listener and return its id."""
        wanted: dict[str, Any] = {
            "name": request.name,
            "listener_id": request.listener_id,
            "protocol": request.protocol,
            "lb_algorithm": request.method,
            "admin_state_up": request.is_up,
        }
        if request.session_persistence is not None:
            wanted["session_persistence"] = _said(request.session_persistence)
        owner = Target(collection=octavia.LISTENER, id=request.listener_id)
        return self._create(octavia.POOL, wanted, owner)

    def get_pool(self, pool_id: str) -> balancing.Pool:
        """Return one pool."""
        told = self._octavia.get(Target(collection=octavia.POOL, id=pool_id))
        return balancing.Pool(
            id=told["id"],
            load_balancer_id=told["loadbalancers"][0]["id"],
            monitor_id=told.get("healthmonitor_id") or None,
        )

    def delete_pool(self, pool_id: str) -> None:
        """Delete a pool with its monitor and members; not an error if it is gone."""
        self._delete(octavia.POOL, pool_id)

    def create_monitor(self, request: balancing.MonitorRequest) -> str:
        """Make the health monitor of a pool and return its id."""
        http = {
            "http_method": request.http_method,
            "url_path": request.url_path,
            "expected_codes": request.expected_codes,
        }
        wanted = {
            "name": request.name,
            "pool_id": request.pool_id,
            "type": request.type,
            "delay": request.delay_s,
            "timeout": request.timeout_s,
            "max_retries": request.max_retries,
            "admin_state_up": request.is_up,
            **_said(http),
        }
        owner = Target(collection=octavia.POOL, id=request.pool_id)
        return self._create(octavia.MONITOR, wanted, owner)

    def delete_monitor(self, monitor_id: str) -> None:
        """Delete a health monitor; not an error if it is gone."""
        self._delete(octavia.MONITOR, monitor_id)

    def list_members(self, pool_id: str) -> list[balancing.Member]:
        """Return the members of a pool."""
        return pool_members.list_all(self._octavia, pool_id)

    def put_members(
        self,
        pool_id: str,
        members: Sequence[balancing.MemberRequest],
        *,
        additive: bool,
    ) -> None:
        """Make and change members, in one call however many they are."""
        pool_members.put(self._octavia, pool_id, members, additive=additive)

    def delete_member(self, pool_id: str, member_id: str) -> None:
        """Take one member out of a pool; not an error if it is gone."""
        pool_members.delete(self._octavia, pool_id, member_id)

    def _create(
        self, collection: Collection, wanted: Mapping[str, Any], owner: Target
    ) -> str:
        query = Query(
            what=f"Making {collection.kind} {wanted['name']}",
            path=collection.path,
            body={collection.item: wanted},
        )
        made = self._octavia.change("POST", query, owner)
        return str(made[collection.item]["id"])

    def _delete(
        self,
        collection: Collection,
        identity: str,
        params: Mapping[str, str] | None = None,
    ) -> None:
        target = Target(collection=collection, id=identity)
        query = Query(
            what=f"Deleting {collection.kind} {identity}",
            path=target.path,
            params=params,
        )
        try:
            self._octavia.change("DELETE", query, target)
        except exceptions.CloudNotFound:
            LOG.info("The %s %s is gone already.", collection.kind, identity)


def look(account: AccountView, ids: Ids[str]) -> dict[str, base.Observed]:
    """Tell how far load balancers are.

    Octavia can't list some of them by their ids. So of several those of the whole
    project are listed, with one call per page, as short as can be.
    """
    if not ids:
        return {}
    params = [("fields", "id"), ("fields", "provisioning_status")]
    if len(ids) == 1:
        params.append(("id", next(iter(ids))))
    pages = Octavia(account).pages(
        octavia.LOAD_BALANCER, "Looking at load balancers", params
    )
    seen = {one["id"]: one["provisioning_status"] for page in pages for one in page}
    return {one: _observed(one, seen.get(one, _DELETED)) for one in ids}


def _observed(identity: str, status: str) -> base.Observed:
    return base.Observed(
        id=identity, status=base.GONE if status == _DELETED else status
    )


def _said(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing."""
    return {key: value for key, value in wanted.items() if value is not None}


def _load_balancer(told: Mapping[str, Any]) -> balancing.LoadBalancer:
    created = datetime.datetime.fromisoformat(told["created_at"])
    return balancing.LoadBalancer(
        id=told["id"],
        name=told["name"],
        status=told["provisioning_status"],
        operating_status=told["operating_status"],
        created_at=created if created.tzinfo else created.replace(tzinfo=datetime.UTC),
        vip_address=told.get("vip_address"),
        vip_port_id=told.get("vip_port_id"),
        listener_ids=tuple(one["id"] for one in told.get("listeners") or ()),
        pool_ids=tuple(one["id"] for one in told.get("pools") or ()),
    )
