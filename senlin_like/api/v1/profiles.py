"""Profiles."""

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
from senlin_like.api.resources.profiles import LISTING, PROFILE, VALIDATION
from senlin_like.api.tree import Place
from senlin_like.api.v1 import listing
from senlin_like.operations import profiles
from senlin_like.rbac import profiles as rules


class Validation(Place):
    """``/profiles/validate``."""

    @operation(
        Operation(
            name="validate",
            resource=PROFILE,
            rule=rules.VALIDATE,
            since=mv.VALIDATE,
            takes=Takes(wrapped=Wrapped.KEY, table=VALIDATION),
        )
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Check the spec of a profile, without storing it."""
        return profiles.validate(call.deps, call.ctx, spec=call.body["spec"])


class Profile(Place):
    """``/profiles/{profile_id}``."""

    @operation(Operation(name="show", resource=PROFILE, rule=rules.SHOW))
    def get(self, call: Call) -> dict[str, Any]:
        """Show a profile."""
        return profiles.get(call.deps, call.look, call.identity)

    @operation(
        Operation(
            name="update",
            resource=PROFILE,
            rule=rules.UPDATE,
            takes=Takes(wrapped=Wrapped.KEY, table=PROFILE, op=On.UPDATE),
        )
    )
    def patch(self, call: Call) -> dict[str, Any]:
        """Change the name or the metadata of a profile."""
        return profiles.update(call.deps, call.look, call.identity, call.body)

    @operation(
        Operation(
            name="delete",
            resource=PROFILE,
            rule=rules.DELETE,
            status=204,
            gives=Gives.NOTHING,
        )
    )
    def delete(self, call: Call) -> None:
        """Delete a profile that no cluster or node has."""
        profiles.delete(call.deps, call.look, call.identity)


class Profiles(Place):
    """``/profiles``."""

    parameter = "profile_id"

    def __init__(self) -> None:
        super().__init__(children={"validate": Validation()}, item=Profile())

    @operation(
        Operation(
            name="list",
            resource=PROFILE,
            rule=rules.LIST,
            gives=Gives.PAGE,
            listing=LISTING,
        )
    )
    def get(self, call: Call) -> Records:
        """List profiles."""
        asked = listing.asked(call, LISTING)
        records = profiles.list_page(
            call.deps,
            listing.scope(call, asked),
            asked.page(call.deps.settings.max_page_size),
            asked.filters,
        )
        return Records(records=records, asked=asked)

    @operation(
        Operation(
            name="create",
            resource=PROFILE,
            rule=rules.CREATE,
            status=201,
            takes=Takes(wrapped=Wrapped.KEY, table=PROFILE),
        )
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Create a profile."""
        return profiles.create(
            call.deps,
            call.ctx,
            name=call.body["name"],
            spec=call.body["spec"],
            metadata=call.body.get("metadata") or {},
        )
