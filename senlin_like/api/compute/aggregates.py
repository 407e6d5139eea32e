"""Host aggregates, in the manner of Nova's API."""

import dataclasses
from typing import Any

from senlin_like import exceptions
from senlin_like.api import aggregate_bodies as bodies
from senlin_like.api import aggregate_requests as requests
from senlin_like.api import fields
from senlin_like.api.call import Call
from senlin_like.api.compute import microversions as nova
from senlin_like.api.compute import times
from senlin_like.api.operation import Gives, Operation, Takes, Wrapped, operation
from senlin_like.api.resources.aggregates import AGGREGATE as OURS
from senlin_like.api.tree import Place
from senlin_like.operations import aggregates
from senlin_like.rbac import aggregates as rules

_OTHERWISE: dict[str, dict[str, Any]] = {
    "uuid": {"since": nova.AGGREGATE_UUIDS},
    "created_at": {"shows": times.TIME},
    "updated_at": {"shows": times.TIME},
}
AGGREGATE = fields.Resource(
    OURS.singular,
    OURS.plural,
    tuple(
        dataclasses.replace(field, **_OTHERWISE.get(field.name, {}))
        for field in OURS.fields
    ),
)


def number(call: Call) -> int:
    """Return the id in the path: here it is a number and nothing else.

    :raises InvalidBody: when it is none.
    """
    try:
        return int(call.identity)
    except ValueError:
        raise exceptions.InvalidBody(
            "Invalid input received: id must be an integer"
        ) from None


class Action(Place):
    """``/os-aggregates/{aggregate_id}/action``."""

    @operation(
        Operation(
            name="action",
            resource=AGGREGATE,
            rule=rules.ADD_HOST,
            rules_by_key=requests.ACTION_RULES,
            takes=Takes(wrapped=Wrapped.FREE, schema=bodies.described(bodies.ACTION)),
        )
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Add or remove a host of an aggregate, or change its metadata."""
        return requests.act(call, number(call))


class Images(Place):
    """``/os-aggregates/{aggregate_id}/images``."""

    @operation(
        Operation(
            name="images",
            resource=AGGREGATE,
            rule=rules.IMAGES,
            status=202,
            gives=Gives.SIGNALLED,
            takes=Takes(wrapped=Wrapped.FREE, schema=bodies.described(bodies.IMAGES)),
            since=nova.AGGREGATE_IMAGES,
        )
    )
    def post(self, call: Call) -> str:
        """Bring images to the hosts of an aggregate."""
        return requests.cache_images(call, number(call))


class Aggregate(Place):
    """``/os-aggregates/{aggregate_id}``."""

    def __init__(self) -> None:
        super().__init__(children={"action": Action(), "images": Images()})

    @operation(Operation(name="show", resource=AGGREGATE, rule=rules.SHOW))
    def get(self, call: Call) -> dict[str, Any]:
        """Show an aggregate."""
        return aggregates.get(call.deps, number(call))

    @operation(
        Operation(
            name="update",
            resource=AGGREGATE,
            rule=rules.UPDATE,
            takes=Takes(wrapped=Wrapped.FREE, schema=bodies.described(bodies.UPDATE)),
        )
    )
    def put(self, call: Call) -> dict[str, Any]:
        """Change the name or availability zone of an aggregate."""
        return requests.update(call, number(call))

    @operation(
        Operation(
            name="delete",
            resource=AGGREGATE,
            rule=rules.DELETE,
            gives=Gives.NOTHING,
        )
    )
    def delete(self, call: Call) -> None:
        """Delete an aggregate that has no hosts."""
        aggregates.delete(call.deps, call.ctx, number(call))


class Aggregates(Place):
    """``/os-aggregates``."""

    parameter = "aggregate_id"

    def __init__(self) -> None:
        super().__init__(item=Aggregate())

    @operation(
        Operation(name="list", resource=AGGREGATE, rule=rules.LIST, gives=Gives.RAW)
    )
    def get(self, call: Call) -> dict[str, Any]:
        """List aggregates."""
        records = aggregates.list_all(call.deps)
        return {"aggregates": [AGGREGATE.view(one, call.version) for one in records]}

    @operation(
        Operation(
            name="create",
            resource=AGGREGATE,
            rule=rules.CREATE,
            takes=Takes(wrapped=Wrapped.FREE, schema=bodies.described(bodies.CREATE)),
        )
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Create an aggregate."""
        return requests.create(call)
