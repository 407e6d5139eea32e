"""Policies."""

from typing import Any

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
from senlin_like.api.resources.policies import LISTING, POLICY, VALIDATION
from senlin_like.api.tree import Place
from senlin_like.api.v1 import listing
from senlin_like.operations import policies
from senlin_like.rbac import policies as rules


class Validation(Place):
    """``/policies/validate``."""

    @operation(
        Operation(
            name="validate",
            resource=POLICY,
            rule=rules.VALIDATE,
            since=mv.VALIDATE,
            takes=Takes(wrapped=Wrapped.KEY, table=VALIDATION),
        )
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Check the spec of a policy, without storing it."""
        return policies.validate(call.deps, call.ctx, spec=call.body["spec"])


class Policy(Place):
    """``/policies/{policy_id}``."""

    @operation(Operation(name="show", resource=POLICY, rule=rules.SHOW))
    def get(self, call: Call) -> dict[str, Any]:
        """Show a policy."""
        return policies.get(call.deps, call.look, call.identity)

    @operation(
        Operation(
            name="update",
            resource=POLICY,
            rule=rules.UPDATE,
            takes=Takes(wrapped=Wrapped.KEY, table=POLICY, op=On.UPDATE),
        )
    )
    def patch(self, call: Call) -> dict[str, Any]:
        """Change the name of a policy."""
        name: str = call.body["name"]
        return policies.rename(call.deps, call.look, call.identity, name)

    @operation(
        Operation(
            name="delete",
            resource=POLICY,
            rule=rules.DELETE,
            status=204,
            gives=Gives.NOTHING,
        )
    )
    def delete(self, call: Call) -> None:
        """Delete a policy."""
        policies.delete(call.deps, call.look, call.identity)


class Policies(Place):
    """``/policies``."""

    parameter = "policy_id"

    def __init__(self) -> None:
        super().__init__(children={"validate": Validation()}, item=Policy())

    @operation(
        Operation(
            name="list",
            resource=POLICY,
            rule=rules.LIST,
            gives=Gives.PAGE,
            listing=LISTING,
        )
    )
    def get(self, call: Call) -> Records:
        """List policies."""
        asked = listing.asked(call, LISTING)
        records = policies.list_page(
            call.deps,
            listing.scope(call, asked),
            asked.page(call.deps.settings.max_page_size),
            asked.filters,
        )
        return Records(records=records, asked=asked)

    @operation(
        Operation(
            name="create",
            resource=POLICY,
            rule=rules.CREATE,
            status=201,
            takes=Takes(wrapped=Wrapped.KEY, table=POLICY),
        )
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Create a policy."""
        return policies.create(
            call.deps, call.ctx, name=call.body["name"], spec=call.body["spec"]
        )
