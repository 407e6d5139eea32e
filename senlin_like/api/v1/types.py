"""Types of profiles and policies."""

from typing import Any

from senlin_like import exceptions
from senlin_like.api import microversions as mv
from senlin_like.api.call import Call
from senlin_like.api.operation import Gives, Operation, operation
from senlin_like.api.resources import types
from senlin_like.api.tree import Place
from senlin_like.rbac import policy_types as policy_rules
from senlin_like.rbac import profile_types as profile_rules


class ProfileTypeOperations(Place):
    """``/profile-types/{type_name}/ops``."""

    @operation(
        Operation(
            name="ops",
            resource=types.PROFILE_TYPE,
            rule=profile_rules.OPERATIONS,
            since=mv.OPERATIONS,
            gives=Gives.RAW,
        )
    )
    def get(self, call: Call) -> dict[str, Any]:
        """Show the operations of a profile type."""
        found = call.deps.profiles.get(call.identity)
        return {"operations": found.operations()}


class ProfileType(Place):
    """``/profile-types/{type_name}``."""

    def __init__(self) -> None:
        super().__init__(children={"ops": ProfileTypeOperations()})

    @operation(
        Operation(name="show", resource=types.PROFILE_TYPE, rule=profile_rules.SHOW)
    )
    def get(self, call: Call) -> dict[str, Any]:
        """Show the schema of a profile type."""
        found = call.deps.profiles.get(call.identity)
        return {
            "name": call.identity,
            "schema": found.schema(),
            "support_status": dict(found.support),
        }


class ProfileTypes(Place):
    """``/profile-types``."""

    parameter = "type_name"

    def __init__(self) -> None:
        super().__init__(item=ProfileType())

    @operation(
        Operation(
            name="list",
            resource=types.PROFILE_TYPE_LISTED,
            rule=profile_rules.LIST,
            gives=Gives.RAW,
        )
    )
    def get(self, call: Call) -> dict[str, Any]:
        """List profile types."""
        table = types.PROFILE_TYPE_LISTED
        listed = [
            _listed(name, call.deps.profiles.get(name).support, call.version)
            for name in call.deps.profiles.names()
        ]
        return {table.plural: [table.view(one, call.version) for one in listed]}


class PolicyType(Place):
    """``/policy-types/{type_name}``."""

    @operation(
        Operation(name="show", resource=types.POLICY_TYPE, rule=policy_rules.SHOW)
    )
    def get(self, call: Call) -> dict[str, Any]:
        """Show the schema of a policy type."""
        raise exceptions.NotFound("policy_type", call.identity)


class PolicyTypes(Place):
    """``/policy-types``."""

    parameter = "type_name"

    def __init__(self) -> None:
        super().__init__(item=PolicyType())

    @operation(
        Operation(
            name="list",
            resource=types.POLICY_TYPE_LISTED,
            rule=policy_rules.LIST,
            gives=Gives.RAW,
        )
    )
    def get(self, call: Call) -> dict[str, Any]:
        """List policy types; none is installed yet."""
        return {types.POLICY_TYPE_LISTED.plural: []}


def _listed(name: str, support: Any, version: mv.Version) -> dict[str, Any]:
    """Write a type as lists show it; before 1.5 name and version are one."""
    if version < mv.TYPE_SUPPORT_STATUS:
        return {"name": name}
    bare, _, number = name.rpartition("-")
    return {
        "name": bare,
        "version": number,
        "support_status": {number: support.get(number, [])},
    }
