"""The policies that are attached to a cluster."""

from typing import Any

from senlin_like.api import field_types, queries
from senlin_like.api.call import Call
from senlin_like.api.operation import Gives, Operation, Records, operation
from senlin_like.api.resources.cluster_policies import CLUSTER_POLICY, LISTING
from senlin_like.api.tree import Place
from senlin_like.operations import bindings
from senlin_like.rbac import cluster_policies as rules


class ClusterPolicy(Place):
    """``/clusters/{cluster_id}/policies/{policy_id}``."""

    @operation(Operation(name="show", resource=CLUSTER_POLICY, rule=rules.SHOW))
    def get(self, call: Call) -> dict[str, Any]:
        """Show a policy of a cluster."""
        cluster, policy = call.ids
        return bindings.get(call.deps, call.look, cluster, policy)


class ClusterPolicies(Place):
    """``/clusters/{cluster_id}/policies``."""

    parameter = "policy_id"

    def __init__(self) -> None:
        super().__init__(item=ClusterPolicy())

    @operation(
        Operation(
            name="list",
            resource=CLUSTER_POLICY,
            rule=rules.LIST,
            gives=Gives.PAGE,
            listing=LISTING,
        )
    )
    def get(self, call: Call) -> Records:
        """List the policies of a cluster."""
        read = queries.read(call.query, LISTING, call.version)
        found = bindings.list_of(
            call.deps, call.look, call.identity, _filters(call, read), read.sort
        )
        return Records(records=found, asked=read)


def _filters(call: Call, read: queries.Asked) -> dict[str, Any]:
    """Give the one value of each filter."""
    wanted: dict[str, Any] = {name: values[0] for name, values in read.filters.items()}
    if "enabled" in wanted:
        wanted["enabled"] = queries.boolean(call.query, "enabled")
    if "policy_name" in wanted:
        field_types.NAME.read("policy_name", wanted["policy_name"], call.deps.settings)
    return wanted
