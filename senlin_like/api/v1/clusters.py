"""Clusters."""

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
from senlin_like.api.resources.clusters import ATTRIBUTE, CLUSTER, FORCE, LISTING
from senlin_like.api.tree import Place
from senlin_like.api.v1 import asking, cluster_actions, cluster_policies, listing
from senlin_like.db import clusters as rows
from senlin_like.operations import clusters, collect, precaching
from senlin_like.operations.accepted import Accepted
from senlin_like.rbac import aggregates as aggregate_rules
from senlin_like.rbac import clusters as rules


class Attribute(Place):
    """``/clusters/{cluster_id}/attrs/{path}``."""

    @operation(
        Operation(
            name="collect",
            resource=ATTRIBUTE,
            rule=rules.COLLECT,
            since=mv.COLLECT,
            gives=Gives.RAW,
        )
    )
    def get(self, call: Call) -> dict[str, Any]:
        """Collect one attribute of all nodes of a cluster, by JSONPath."""
        identity, path = call.ids
        found = collect.collect(call.deps, call.look, identity, path)
        return {ATTRIBUTE.plural: found}


class Attributes(Place):
    """``/clusters/{cluster_id}/attrs``."""

    parameter = "path"

    def __init__(self) -> None:
        super().__init__(item=Attribute())


class Cluster(Place):
    """``/clusters/{cluster_id}``."""

    def __init__(self) -> None:
        super().__init__(
            children={
                "actions": cluster_actions.Actions(),
                "ops": cluster_actions.Operations(),
                "attrs": Attributes(),
                "policies": cluster_policies.ClusterPolicies(),
            }
        )

    @operation(Operation(name="show", resource=CLUSTER, rule=rules.SHOW))
    def get(self, call: Call) -> dict[str, Any]:
        """Show a cluster."""
        with call.deps.db.reader() as session:
            return rows.get(session, call.look, call.identity)

    @operation(
        Operation(
            name="update",
            resource=CLUSTER,
            rule=rules.UPDATE,
            status=202,
            gives=Gives.ACCEPTED,
            takes=Takes(wrapped=Wrapped.KEY, table=CLUSTER, op=On.UPDATE),
        )
    )
    def patch(self, call: Call) -> Accepted:
        """Change a cluster; the answer shows it as it was before."""
        if call.body.get(precaching.KEY) is not None:
            call.authorize(aggregate_rules.IMAGES)
        return clusters.update(call.deps, call.look, call.identity, call.body)

    @operation(
        Operation(
            name="delete",
            resource=CLUSTER,
            rule=rules.DELETE,
            status=202,
            gives=Gives.DELETING,
            takes=Takes(wrapped=Wrapped.FREE, schema=asking.force_schema),
            parameters=(FORCE,),
        )
    )
    def delete(self, call: Call) -> str:
        """Delete a cluster with its nodes."""
        return clusters.delete(
            call.deps,
            call.look,
            call.identity,
            force=asking.is_forced(call),
            with_dependents=asking.says_force(call),
        )


class Clusters(Place):
    """``/clusters``."""

    parameter = "cluster_id"

    def __init__(self) -> None:
        super().__init__(item=Cluster())

    @operation(
        Operation(
            name="list",
            resource=CLUSTER,
            rule=rules.LIST,
            gives=Gives.PAGE,
            listing=LISTING,
        )
    )
    def get(self, call: Call) -> Records:
        """List clusters."""
        return listing.page(call, LISTING, rows.list_page)

    @operation(
        Operation(
            name="create",
            resource=CLUSTER,
            rule=rules.CREATE,
            status=202,
            gives=Gives.ACCEPTED,
            takes=Takes(wrapped=Wrapped.KEY, table=CLUSTER),
        )
    )
    def post(self, call: Call) -> Accepted:
        """Create a cluster and its nodes."""
        return clusters.create(call.deps, call.ctx, call.body)
