"""How Octavia is asked, and what its refusals mean.

It says "immutable" with the same status for a load balancer that is changing,
which is over in a moment, and for one that is broken. It says "forbidden" of
what another project has. Whatever is refused then has to be looked at once more.
"""

import dataclasses
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from senlin_like import exceptions
from senlin_like.drivers.balancing import Provisioning
from senlin_like.drivers.openstack import lookups
from senlin_like.drivers.openstack.account import AccountView, Query
from senlin_like.drivers.openstack.lookups import Collection

LOAD_BALANCER = Collection(
    kind="load_balancer",
    path="/lbaas/loadbalancers",
    listed="loadbalancers",
    item="loadbalancer",
)
LISTENER = Collection(
    kind="listener", path="/lbaas/listeners", listed="listeners", item="listener"
)
POOL = Collection(kind="pool", path="/lbaas/pools", listed="pools", item="pool")
MONITOR = Collection(
    kind="health_monitor",
    path="/lbaas/healthmonitors",
    listed="healthmonitors",
    item="healthmonitor",
)
FLAVOR = Collection(
    kind="load_balancer_flavor",
    path="/lbaas/flavors",
    listed="flavors",
    item="flavor",
)

#: The key of the tag that says which binding a load balancer is made for.
KEY = "cluster_binding_id"
_IMMUTABLE = re.compile("is immutable|Invalid state")
_IS_CHANGING = "Invalid state PENDING_"
#: What a provider refuses is a server error, but nothing of it stays.
_PROVIDER_REFUSES = "reports error:"
_IS_TAKEN = re.compile("already (allocated|in use)|Conflict")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Target:
    """What a call is about: an item of a collection."""

    collection: Collection
    id: str

    @property
    def path(self) -> str:
        """Return the path of the item."""
        return self.collection.of(self.id)


def tag_of(mark: str) -> str:
    """Return the tag that carries a mark."""
    return f"{KEY}={mark}"


class Octavia:
    """Octavia, as an account sees it: what its own project has."""

    def __init__(self, account: AccountView) -> None:
        self._api = account.api("load_balancer")
        self._project = None if account.account is None else account.account.project

    def find(self, collection: Collection, identity: str) -> dict[str, Any]:
        """Find one by id or name; flavors are everybody's.

        :raises CloudNotFound: when there is none.
        :raises CloudError: when several have the name.
        """
        if collection is not FLAVOR and self._project is not None:
            params = {"project_id": self._project}
            collection = dataclasses.replace(collection, params=params)
        return lookups.find(self._api, collection, identity, self._project)

    def pages(
        self, collection: Collection, what: str, params: list[tuple[str, str]]
    ) -> Iterator[list[Any]]:
        """List what the project has of a collection, page by page."""
        if self._project is not None:
            params = [*params, ("project_id", self._project)]
        query = Query(what=what, path=collection.path, params=params)
        return self._api.pages(query, collection.listed)

    def members(self, pool_id: str) -> Iterator[list[Any]]:
        """List the members of a pool, page by page.

        :raises CloudNotFound: when the project has no such pool.
        """
        target = Target(collection=POOL, id=pool_id)
        query = Query(
            what=f"Listing the members of pool {pool_id}",
            path=f"{target.path}/members",
            kind=POOL.kind,
            identity=pool_id,
        )
        try:
            yield from self._api.pages(query, "members")
        except exceptions.CloudError as error:
            self._raise_what_it_means(error, target)
            raise

    def get(self, target: Target) -> dict[str, Any]:
        """Return one item.

        :raises CloudNotFound: when the project has no such item.
        """
        query = Query(
            what=f"Reading {target.collection.kind} {target.id}",
            path=target.path,
            kind=target.collection.kind,
            identity=target.id,
        )
        try:
            return dict(self._api.read(query)[target.collection.item])
        except exceptions.CloudError as error:
            self._raise_what_it_means(error, target)
            raise

    def change(self, method: str, query: Query, target: Target) -> Any:
        """Ask for a change; ``target`` is the existing item that it concerns.

        :raises CloudNotFound: when the project has no such item.
        :raises CloudBusy: while its load balancer is changing.
        :raises CloudError: when that has failed, or the change is refused.
        """
        about = dataclasses.replace(
            query, kind=target.collection.kind, identity=target.id
        )
        try:
            return self._api.change(method, about)
        except exceptions.CloudError as error:
            self._raise_what_it_means(error, target)
            raise

    def create(self, query: Query) -> Any:
        """Ask for a load balancer.

        :raises CloudError: when it is refused, also by the provider.
        """
        try:
            return self._api.change("POST", query)
        except exceptions.CloudUnsure as error:
            refused = _refused(error)
            if refused is None:
                raise
            raise refused from error

    def owns(self, target: Target) -> bool:
        """Tell whether an item is there and the project's own."""
        what = f"Looking for {target.collection.kind} {target.id}"
        pages = self.pages(target.collection, what, [("id", target.id)])
        return any(one["id"] == target.id for page in pages for one in page)

    def _raise_what_it_means(
        self, error: exceptions.CloudError, target: Target
    ) -> None:
        """Raise what an error comes to, if that isn't what it says."""
        refused = _refused(error)
        if refused is not None:
            raise refused from error
        if error.status == HTTPStatus.FORBIDDEN and not self.owns(target):
            raise exceptions.CloudNotFound(target.collection.kind, target.id) from error
        if error.status == HTTPStatus.CONFLICT and _IMMUTABLE.search(error.message):
            if _IS_CHANGING not in error.message and self._is_broken(target):
                raise exceptions.CloudError(
                    f"{error.message}: its load balancer is in status ERROR.",
                    HTTPStatus.CONFLICT,
                ) from error
            raise exceptions.CloudBusy(f"{error.message}: immutable now") from error

    def _is_broken(self, target: Target) -> bool:
        """Tell whether the load balancer that an item is part of has failed."""
        try:
            told = self.get(target)
            if target.collection is MONITOR:
                pool = Target(collection=POOL, id=told["pools"][0]["id"])
                target, told = pool, self.get(pool)
            if target.collection is not LOAD_BALANCER:
                owner = told["loadbalancers"][0]["id"]
                told = self.get(Target(collection=LOAD_BALANCER, id=owner))
        except exceptions.CloudNotFound:
            return False
        return bool(told["provisioning_status"] == Provisioning.ERROR)


def _refused(error: exceptions.CloudError) -> exceptions.CloudError | None:
    """Return the refusal of a provider, if an error is one."""
    if not isinstance(error, exceptions.CloudUnsure):
        return None
    if _PROVIDER_REFUSES not in error.message:
        return None
    is_taken = _IS_TAKEN.search(error.message)
    status = HTTPStatus.CONFLICT if is_taken else HTTPStatus.INTERNAL_SERVER_ERROR
    return exceptions.CloudError(error.message, status)
