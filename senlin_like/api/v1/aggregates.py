"""Host aggregates, in the manner of this service."""

from typing import Any

from senlin_like.api import aggregate_bodies as bodies
from senlin_like.api import aggregate_requests as requests
from senlin_like.api import microversions as mv
from senlin_like.api.call import Call
from senlin_like.api.operation import (
    Gives,
    Operation,
    Records,
    Takes,
    Wrapped,
    operation,
)
from senlin_like.api.resources.aggregates import AGGREGATE, LISTING
from senlin_like.api.tree import Place
from senlin_like.api.v1 import listing
from senlin_like.operations import aggregates
from senlin_like.operations.aggregates import Key
from senlin_like.rbac import aggregates as rules


class Keyed(Place):
    """A place below one aggregate."""

    def key(self, call: Call) -> Key:
        """Return by what the path names the aggregate."""
        return call.identity


class Action(Keyed):
    """``/os-aggregates/{aggregate_id}/action``."""

    @operation(
        Operation(
            name="action",
            resource=AGGREGATE,
            rule=rules.ADD_HOST,
            rules_by_key=requests.ACTION_RULES,
            takes=Takes(wrapped=Wrapped.FREE, schema=bodies.described(bodies.ACTION)),
            since=mv.AGGREGATES,
        )
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Add or remove a host of an aggregate, or change its metadata."""
        return requests.act(call, self.key(call))


class Images(Keyed):
    """``/os-aggregates/{aggregate_id}/images``."""

    @operation(
        Operation(
            name="images",
            resource=AGGREGATE,
            rule=rules.IMAGES,
            status=202,
            gives=Gives.SIGNALLED,
            takes=Takes(wrapped=Wrapped.FREE, schema=bodies.described(bodies.IMAGES)),
            since=mv.AGGREGATE_IMAGES,
        )
    )
    def post(self, call: Call) -> str:
        """Bring images to the hosts of an aggregate."""
        return requests.cache_images(call, self.key(call))


class Aggregate(Keyed):
    """``/os-aggregates/{aggregate_id}``."""

    def __init__(self) -> None:
        super().__init__(children={"action": Action(), "images": Images()})

    @operation(
        Operation(name="show", resource=AGGREGATE, rule=rules.SHOW, since=mv.AGGREGATES)
    )
    def get(self, call: Call) -> dict[str, Any]:
        """Show an aggregate."""
        return aggregates.get(call.deps, self.key(call))

    @operation(
        Operation(
            name="update",
            resource=AGGREGATE,
            rule=rules.UPDATE,
            takes=Takes(wrapped=Wrapped.FREE, schema=bodies.described(bodies.UPDATE)),
            since=mv.AGGREGATES,
        )
    )
    def put(self, call: Call) -> dict[str, Any]:
        """Change the name or availability zone of an aggregate."""
        return requests.update(call, self.key(call))

    @operation(
        Operation(
            name="delete",
            resource=AGGREGATE,
            rule=rules.DELETE,
            gives=Gives.NOTHING,
            since=mv.AGGREGATES,
        )
    )
    def delete(self, call: Call) -> None:
        """Delete an aggregate that has no hosts."""
        aggregates.delete(call.deps, call.ctx, self.key(call))


class Aggregates(Place):
    """``/os-aggregates``."""

    parameter = "aggregate_id"

    def __init__(self) -> None:
        super().__init__(item=Aggregate())

    @operation(
        Operation(
            name="list",
            resource=AGGREGATE,
            rule=rules.LIST,
            gives=Gives.PAGE,
            listing=LISTING,
            since=mv.AGGREGATES,
        )
    )
    def get(self, call: Call) -> Records:
        """List aggregates."""
        asked = listing.asked(call, LISTING)
        return Records(records=aggregates.list_all(call.deps), asked=asked)

    @operation(
        Operation(
            name="create",
            resource=AGGREGATE,
            rule=rules.CREATE,
            takes=Takes(wrapped=Wrapped.FREE, schema=bodies.described(bodies.CREATE)),
            since=mv.AGGREGATES,
        )
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Create an aggregate."""
        return requests.create(call)
