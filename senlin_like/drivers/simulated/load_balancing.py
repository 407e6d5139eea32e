"""Load balancers of the simulated cloud."""

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any

from senlin_like.drivers import balancing
from senlin_like.drivers.simulated.account import AccountView
from senlin_like.simulated_cloud import (
    balancer_details,
    balancer_parts,
    balancers,
    pool_members,
)
from senlin_like.simulated_cloud.balancer_parts import LISTENER, MONITOR, POOL, NewPart


class SimulatedLoadBalancing:
    """Load balancers, and what they are made of."""

    def __init__(self, account: AccountView) -> None:
        self._account = account
        self._world = account.world
        self._owner = account.owner

    def find_load_balancer(self, identity: str) -> str:
        """Find a load balancer and return its id."""
        with self._account.call("load_balancing.find_load_balancer", identity):
            return balancers.find(self._world, self._owner, identity).id

    def find_flavor(self, identity: str) -> str:
        """Find a flavor of load balancers and return its id."""
        with self._account.call("load_balancing.find_flavor", identity):
            picture = self._account.world.picture
            return picture.get("load_balancer_flavor", identity).id

    def find_marked(self, mark: str) -> list[balancing.LoadBalancer]:
        """Return the load balancers that carry a mark, the oldest first."""
        with self._account.call("load_balancing.find_marked", mark):
            found = balancers.find_marked(self._world, self._owner, mark)
            return [_load_balancer(record) for record in found]

    def create_load_balancer(
        self, request: balancing.LoadBalancerRequest
    ) -> balancing.LoadBalancer:
        """Ask for a load balancer; it builds on its own."""
        with self._account.call(
            "load_balancing.create_load_balancer", request.name
        ) as call:
            new = balancers.NewLoadBalancer(**dataclasses.asdict(request))
            return _load_balancer(
                balancers.create(self._world, self._owner, new, call.error_status)
            )

    def get_load_balancer(self, load_balancer_id: str) -> balancing.LoadBalancer:
        """Return one load balancer with the ids of its listeners and pools."""
        with self._account.call("load_balancing.get_load_balancer", load_balancer_id):
            return _load_balancer(
                balancers.get(self._world, self._owner, load_balancer_id)
            )

    def delete_load_balancer(
        self, load_balancer_id: str, *, cascade: bool = False
    ) -> None:
        """Ask for a load balancer to be deleted; not an error if it is gone."""
        with self._account.call(
            "load_balancing.delete_load_balancer", load_balancer_id
        ) as call:
            balancers.delete(
                self._world,
                self._owner,
                load_balancer_id,
                cascade=cascade,
                fault=call.error_status,
            )

    def create_listener(self, request: balancing.ListenerRequest) -> str:
        """Make a listener and return its id."""
        return self._create(LISTENER, request.load_balancer_id, request)

    def delete_listener(self, listener_id: str) -> None:
        """Delete a listener; not an error if it is gone."""
        self._delete(LISTENER, listener_id)

    def create_pool(self, request: balancing.PoolRequest) -> str:
        """Make the pool of a listener and return its id."""
        return self._create(POOL, request.listener_id, request)

    def get_pool(self, pool_id: str) -> balancing.Pool:
        """Return one pool."""
        with self._account.call("load_balancing.get_pool", pool_id):
            part = balancer_parts.get(self._world, self._owner, POOL, pool_id)
            return balancing.Pool(
                id=part.id,
                load_balancer_id=part.load_balancer_id,
                monitor_id=part.child_ids[0] if part.child_ids else None,
            )

    def delete_pool(self, pool_id: str) -> None:
        """Delete a pool with its monitor and members; not an error if it is gone."""
        self._delete(POOL, pool_id)

    def create_monitor(self, request: balancing.MonitorRequest) -> str:
        """Make the health monitor of a pool and return its id."""
        return self._create(MONITOR, request.pool_id, request)

    def delete_monitor(self, monitor_id: str) -> None:
        """Delete a health monitor; not an error if it is gone."""
        self._delete(MONITOR, monitor_id)

    def list_members(self, pool_id: str) -> list[balancing.Member]:
        """Return the members of a pool."""
        with self._account.call("load_balancing.list_members", pool_id):
            found = pool_members.list_all(self._world, self._owner, pool_id)
            return [balancing.Member(**dataclasses.asdict(record)) for record in found]

    def put_members(
        self,
        pool_id: str,
        members: Sequence[balancing.MemberRequest],
        *,
        additive: bool,
    ) -> None:
        """Make and change members, in one call however many they are."""
        with self._account.call("load_balancing.put_members", pool_id) as call:
            pool_members.put(
                self._world,
                self._owner,
                pool_id,
                [
                    pool_members.NewMember(**dataclasses.asdict(member))
                    for member in members
                ],
                additive=additive,
                fault=call.error_status,
            )

    def delete_member(self, pool_id: str, member_id: str) -> None:
        """Take one member out of a pool; not an error if it is gone."""
        with self._account.call("load_balancing.delete_member", pool_id) as call:
            pool_members.delete(
                self._world, self._owner, pool_id, member_id, call.error_status
            )

    def _create(self, kind: str, parent_id: str, request: Any) -> str:
        with self._account.call(f"load_balancing.create_{kind}", request.name) as call:
            fields = dataclasses.asdict(request)
            new = NewPart(
                kind=kind,
                parent_id=parent_id,
                name=fields.pop("name"),
                attributes=fields,
            )
            return balancer_parts.create(
                self._world, self._owner, new, call.error_status
            )

    def _delete(self, kind: str, part_id: str) -> None:
        with self._account.call(f"load_balancing.delete_{kind}", part_id):
            balancer_parts.delete(self._world, self._owner, kind, part_id)


def _load_balancer(record: balancer_details.LoadBalancer) -> balancing.LoadBalancer:
    return balancing.LoadBalancer(
        id=record.id,
        name=record.name,
        status=record.status,
        operating_status=record.operating_status,
        created_at=datetime.datetime.fromtimestamp(record.created_at, datetime.UTC),
        vip_address=record.vip_address,
        vip_port_id=record.vip_port_id,
        listener_ids=record.listener_ids,
        pool_ids=record.pool_ids,
    )
