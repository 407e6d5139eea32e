"""Host aggregates, in the manner of Nova's API."""

import dataclasses
from typing import Any

from senlin_like import exceptions
from senlin_like.api import fields
from senlin_like.api.call import Call
from senlin_like.api.compute import microversions as nova
from senlin_like.api.compute import times
from senlin_like.api.operation import Gives, Operation, operation
from senlin_like.api.resources.aggregates import AGGREGATE as OURS
from senlin_like.api.tree import Place
from senlin_like.api.v1 import aggregates as ours
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


#: What Nova's manner declares otherwise.
_NOVA: dict[str, Any] = {"resource": AGGREGATE, "since": nova.INITIAL}


class Numbered(ours.Keyed):
    """A place below one aggregate, which only its number names here."""

    def key(self, call: Call) -> int:
        """Return the number in the path.

        :raises InvalidBody: when it is none.
        """
        try:
            return int(call.identity)
        except ValueError:
            raise exceptions.InvalidBody(
                "Invalid input received: id must be an integer"
            ) from None


class Action(Numbered, ours.Action):
    """``/os-aggregates/{aggregate_id}/action``."""

    post = ours.Action.post.redeclared(**_NOVA)


class Images(Numbered, ours.Images):
    """``/os-aggregates/{aggregate_id}/images``."""

    post = ours.Images.post.redeclared(**{**_NOVA, "since": nova.AGGREGATE_IMAGES})


class Aggregate(Numbered, ours.Aggregate):
    """``/os-aggregates/{aggregate_id}``."""

    def __init__(self) -> None:
        Place.__init__(self, children={"action": Action(), "images": Images()})

    get = ours.Aggregate.get.redeclared(**_NOVA)
    put = ours.Aggregate.put.redeclared(**_NOVA)
    delete = ours.Aggregate.delete.redeclared(**_NOVA)


class Aggregates(Place):
    """``/os-aggregates``."""

    parameter = "aggregate_id"
    post = ours.Aggregates.post.redeclared(**_NOVA)

    def __init__(self) -> None:
        super().__init__(item=Aggregate())

    @operation(
        Operation(name="list", resource=AGGREGATE, rule=rules.LIST, gives=Gives.RAW)
    )
    def get(self, call: Call) -> dict[str, Any]:
        """List aggregates; parameters of the query don't matter."""
        records = aggregates.list_all(call.deps)
        return {"aggregates": [AGGREGATE.view(one, call.version) for one in records]}
