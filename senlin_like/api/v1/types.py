"""Types of profiles and policies."""

from typing import Any

from senlin_like import plugins
from senlin_like.api import fields
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
        return _shown(call.identity, call.deps.profiles.get(call.identity))


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
        return _all_of(types.PROFILE_TYPE_LISTED, call.deps.profiles, call.version)


class PolicyType(Place):
    """``/policy-types/{type_name}``."""

    @operation(
        Operation(name="show", resource=types.POLICY_TYPE, rule=policy_rules.SHOW)
    )
    def get(self, call: Call) -> dict[str, Any]:
        """Show the schema of a policy type."""
        return _shown(call.identity, call.deps.policies.get(call.identity))


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
        """List policy types."""
        return _all_of(types.POLICY_TYPE_LISTED, call.deps.policies, call.version)


def _shown(name: str, found: Any) -> dict[str, Any]:
    """Write a type as it is shown alone, with all its versions."""
    return {
        "name": name,
        "schema": found.schema(),
        "support_status": dict(found.support),
    }


def _all_of(
    table: fields.Resource, registry: plugins.Registry[Any], version: mv.Version
) -> dict[str, Any]:
    """Write all types of a registry as lists show them."""
    listed = [
        _listed(name, registry.get(name).support, version) for name in registry.names()
    ]
    return {table.plural: [table.view(one, version) for one in listed]}


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
