"""Actions."""

from typing import Any

from senlin_like import exceptions
from senlin_like.api import field_types, queries
from senlin_like.api import microversions as mv
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
from senlin_like.api.resources.actions import ACTION, FORCE, LISTING
from senlin_like.api.tree import Place
from senlin_like.api.v1 import listing
from senlin_like.db import actions as rows
from senlin_like.domain.enums import ActionStatus
from senlin_like.operations import actions
from senlin_like.rbac import actions as rules


class Action(Place):
    """``/actions/{action_id}``."""

    @operation(Operation(name="show", resource=ACTION, rule=rules.SHOW))
    def get(self, call: Call) -> dict[str, Any]:
        """Show an action."""
        with call.deps.db.reader() as session:
            return rows.get(session, call.look, call.identity)

    @operation(
        Operation(
            name="update",
            resource=ACTION,
            rule=rules.UPDATE,
            status=202,
            since=mv.ACTION_UPDATE,
            gives=Gives.SIGNALLED,
            takes=Takes(wrapped=Wrapped.KEY, table=ACTION, op=On.UPDATE),
            parameters=(FORCE,),
        )
    )
    def patch(self, call: Call) -> str:
        """Cancel an action."""
        force = queries.boolean(call.query, "force")
        status = call.body["status"]
        if status != ActionStatus.CANCELLED:
            raise exceptions.InvalidBody(
                f"Unknown status {field_types.plain(status)} for action "
                f"{call.identity}."
            )
        actions.cancel(call.deps, call.look, call.identity, force=force)
        return call.identity


class Actions(Place):
    """``/actions``."""

    parameter = "action_id"

    def __init__(self) -> None:
        super().__init__(item=Action())

    @operation(
        Operation(
            name="list",
            resource=ACTION,
            rule=rules.LIST,
            gives=Gives.PAGE,
            listing=LISTING,
        )
    )
    def get(self, call: Call) -> Records:
        """List actions."""
        return listing.of_clusters(call, LISTING, rows.list_page)
