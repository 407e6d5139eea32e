"""Receivers."""

from typing import Any

from senlin_like.api.call import Call
from senlin_like.api.fields import On
from senlin_like.api.operation import (
    Gives,
    Operation,
    Records,
    Takes,
    Wrapped,
    operation,
)
from senlin_like.api.resources.receivers import LISTING, RECEIVER
from senlin_like.api.tree import Place
from senlin_like.api.v1 import listing
from senlin_like.db import receivers as rows
from senlin_like.operations import notices, receivers
from senlin_like.rbac import receivers as rules


class Notify(Place):
    """``/receivers/{receiver_id}/notify``."""

    @operation(
        Operation(
            name="notify",
            resource=RECEIVER,
            rule=rules.NOTIFY,
            status=204,
            gives=Gives.NOTHING,
        )
    )
    def post(self, call: Call) -> None:
        """Let a receiver take what is in its queue."""
        notices.notify(call.deps, call.look, call.identity)


class Receiver(Place):
    """``/receivers/{receiver_id}``."""

    def __init__(self) -> None:
        super().__init__(children={"notify": Notify()})

    @operation(Operation(name="show", resource=RECEIVER, rule=rules.SHOW))
    def get(self, call: Call) -> dict[str, Any]:
        """Show a receiver."""
        with call.deps.db.reader() as session:
            return rows.get(session, call.look, call.identity)

    @operation(
        Operation(
            name="update",
            resource=RECEIVER,
            rule=rules.UPDATE,
            takes=Takes(wrapped=Wrapped.KEY, table=RECEIVER, op=On.UPDATE),
        )
    )
    def patch(self, call: Call) -> dict[str, Any]:
        """Change the name, the action or the parameters of a receiver."""
        return receivers.update(call.deps, call.look, call.identity, call.body)

    @operation(
        Operation(
            name="delete",
            resource=RECEIVER,
            rule=rules.DELETE,
            status=204,
            gives=Gives.NOTHING,
        )
    )
    def delete(self, call: Call) -> None:
        """Delete a receiver, and its queue."""
        receivers.delete(call.deps, call.look, call.identity)


class Receivers(Place):
    """``/receivers``."""

    parameter = "receiver_id"

    def __init__(self) -> None:
        super().__init__(item=Receiver())

    @operation(
        Operation(
            name="list",
            resource=RECEIVER,
            rule=rules.LIST,
            gives=Gives.PAGE,
            listing=LISTING,
        )
    )
    def get(self, call: Call) -> Records:
        """List receivers."""
        return listing.page(call, LISTING, rows.list_page)

    @operation(
        Operation(
            name="create",
            resource=RECEIVER,
            rule=rules.CREATE,
            status=201,
            takes=Takes(wrapped=Wrapped.KEY, table=RECEIVER),
        )
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Create a receiver."""
        return receivers.create(call.deps, call.look, call.body)
