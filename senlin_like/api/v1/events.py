"""Events."""

from typing import Any

from senlin_like.api.call import Call
from senlin_like.api.operation import Gives, Operation, Records, operation
from senlin_like.api.resources.events import EVENT, LISTING
from senlin_like.api.tree import Place
from senlin_like.api.v1 import listing
from senlin_like.db import events as rows
from senlin_like.rbac import events as rules


class Event(Place):
    """``/events/{event_id}``."""

    @operation(Operation(name="show", resource=EVENT, rule=rules.SHOW))
    def get(self, call: Call) -> dict[str, Any]:
        """Show an event."""
        with call.deps.db.reader() as session:
            return {**rows.get(session, call.look, call.identity), "cluster": None}


class Events(Place):
    """``/events``."""

    parameter = "event_id"

    def __init__(self) -> None:
        super().__init__(item=Event())

    @operation(
        Operation(
            name="list",
            resource=EVENT,
            rule=rules.LIST,
            gives=Gives.PAGE,
            listing=LISTING,
        )
    )
    def get(self, call: Call) -> Records:
        """List events."""
        page = listing.of_clusters(call, LISTING, rows.list_page)
        for record in page.records:
            record["cluster"] = None
        return page
