"""Nodes."""

from typing import Any

from senlin_like import exceptions
from senlin_like.api import microversions as mv
from senlin_like.api import queries
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
from senlin_like.api.resources.actions import ACTION
from senlin_like.api.resources.node_actions import ACTIONS
from senlin_like.api.resources.nodes import (
    ADOPTION,
    DETAILS,
    FORCE,
    LISTING,
    NODE,
    PREVIEW,
)
from senlin_like.api.tree import Place
from senlin_like.api.v1 import asking, listing
from senlin_like.context import RequestContext
from senlin_like.db import clusters
from senlin_like.db import nodes as rows
from senlin_like.db.session import Session
from senlin_like.operations import adoption, node_actions, nodes
from senlin_like.operations.accepted import Accepted
from senlin_like.rbac import nodes as rules


def _actions(version: mv.Version) -> dict[str, Any]:
    """Describe the body: one key, the name of an action."""
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
            name: {"type": "object", "description": text}
            for name, text in ACTIONS.items()
        },
    }


def _operations(version: mv.Version) -> dict[str, Any]:
    """Describe the body: one key, the name of an operation."""
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": {"type": ["object", "null"]},
    }


class Actions(Place):
    """``/nodes/{node_id}/actions``."""

    @operation(
        Operation(
            name="action",
            resource=ACTION,
            rule=rules.ACTION,
            status=202,
            gives=Gives.ASKED,
            takes=Takes(wrapped=Wrapped.FREE, schema=_actions),
        )
    )
    def post(self, call: Call) -> str:
        """Start an action on a node."""
        name, params = asking.only_key(call.body, "action", ".")
        if name not in ACTIONS:
            raise asking.unknown_action(name)
        if not isinstance(params, dict):
            raise exceptions.InvalidBody("The params provided is not a map.")
        return node_actions.ask(call.deps, call.look, call.identity, name, params)


class Operations(Place):
    """``/nodes/{node_id}/ops``."""

    @operation(
        Operation(
            name="operation",
            resource=ACTION,
            rule=rules.OPERATION,
            status=202,
            since=mv.OPERATIONS,
            gives=Gives.ASKED,
            takes=Takes(wrapped=Wrapped.FREE, schema=_operations),
        )
    )
    def post(self, call: Call) -> str:
        """Do an operation to a node."""
        name, params = asking.only_key(call.body, "operation", ".")
        if params is not None and not isinstance(params, dict):
            raise exceptions.InvalidBody("The params provided is not a map.")
        return node_actions.operate(
            call.deps, call.look, call.identity, name, params or {}
        )


class Adoption(Place):
    """``/nodes/adopt``."""

    @operation(
        Operation(
            name="adopt",
            resource=NODE,
            rule=rules.ADOPT,
            since=mv.ADOPT,
            takes=Takes(wrapped=Wrapped.FLAT, table=ADOPTION),
        )
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Make a node of something that exists in the cloud."""
        return adoption.adopt(call.deps, call.ctx, call.body)


class Preview(Place):
    """``/nodes/adopt-preview``."""

    @operation(
        Operation(
            name="adopt_preview",
            resource=PREVIEW,
            rule=rules.ADOPT_PREVIEW,
            since=mv.ADOPT,
            gives=Gives.RAW,
            takes=Takes(wrapped=Wrapped.FLAT, table=PREVIEW),
        )
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Show the spec that an adoption would make."""
        spec = adoption.preview(call.deps, call.ctx, call.body)
        return {PREVIEW.singular: {"node_preview": spec}}


class Node(Place):
    """``/nodes/{node_id}``."""

    def __init__(self) -> None:
        super().__init__(
            children={
                "actions": Actions(),
                "ops": Operations(),
            }
        )

    @operation(
        Operation(name="show", resource=NODE, rule=rules.SHOW, parameters=(DETAILS,))
    )
    def get(self, call: Call) -> dict[str, Any]:
        """Show a node, with what the cloud tells if ``show_details`` is true."""
        if queries.boolean(call.query, "show_details"):
            return nodes.details(call.deps, call.look, call.identity)
        with call.deps.db.reader() as session:
            return rows.get(session, call.look, call.identity)

    @operation(
        Operation(
            name="update",
            resource=NODE,
            rule=rules.UPDATE,
            status=202,
            gives=Gives.ACCEPTED,
            takes=Takes(wrapped=Wrapped.KEY, table=NODE, op=On.UPDATE),
        )
    )
    def patch(self, call: Call) -> Accepted:
        """Change a node; the answer shows it as it was before."""
        return nodes.update(call.deps, call.look, call.identity, call.body)

    @operation(
        Operation(
            name="delete",
            resource=NODE,
            rule=rules.DELETE,
            status=202,
            gives=Gives.DELETING,
            takes=Takes(wrapped=Wrapped.FREE, schema=asking.force_schema),
            parameters=(FORCE,),
        )
    )
    def delete(self, call: Call) -> str:
        """Delete a node."""
        force = asking.is_forced(call, takes_words=True)
        return nodes.delete(call.deps, call.look, call.identity, force=force)


class Nodes(Place):
    """``/nodes``."""

    parameter = "node_id"

    def __init__(self) -> None:
        super().__init__(
            children={
                "adopt": Adoption(),
                "adopt-preview": Preview(),
            },
            item=Node(),
        )

    @operation(
        Operation(
            name="list",
            resource=NODE,
            rule=rules.LIST,
            gives=Gives.PAGE,
            listing=LISTING,
        )
    )
    def get(self, call: Call) -> Records:
        """List nodes."""
        asked = listing.asked(call, LISTING)
        with call.deps.db.reader() as session:
            for identity in asked.filters.get("cluster_id", ()):
                ctx = listing.scope(call, asked)
                cluster_id = _cluster_id(session, ctx, identity)
                asked = queries.narrowed(asked, "cluster_id", [cluster_id])
            return listing.fetched(call, session, asked, rows.list_page)

    @operation(
        Operation(
            name="create",
            resource=NODE,
            rule=rules.CREATE,
            status=202,
            gives=Gives.ACCEPTED,
            takes=Takes(wrapped=Wrapped.KEY, table=NODE),
        )
    )
    def post(self, call: Call) -> Accepted:
        """Create a node."""
        return nodes.create(call.deps, call.ctx, call.body)


def _cluster_id(session: Session, ctx: RequestContext, identity: str) -> str:
    """Find the cluster that a list is narrowed to.

    :raises InvalidBody: when there is none.
    """
    try:
        return str(clusters.get(session, ctx, identity)["id"])
    except exceptions.NotFound:
        raise exceptions.InvalidBody(
            f"Cannot find the given cluster: {identity}."
        ) from None
