"""What may be asked of the policies of clusters."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.context import RequestContext
from senlin_like.db import bindings, clusters, policies
from senlin_like.domain import binding_data
from senlin_like.operations.deps import Deps

Record = dict[str, Any]


def list_of(
    deps: Deps,
    ctx: RequestContext,
    cluster: str,
    filters: Mapping[str, Any],
    sort: Sequence[tuple[str, str]],
) -> list[Record]:
    """Return the policies that are attached to a cluster.

    ``filters``: ``enabled``, ``policy_name``, ``policy_type``, each with the
    value wanted; ``sort``: ``enabled`` alone, with ``asc`` or ``desc``.

    :raises NotFound: when there is no such cluster for the caller.
    """
    with deps.db.reader() as session:
        cluster_id = clusters.get_id(session, ctx, cluster)
        rows = bindings.list_of(session, cluster_id, filters, sort)
    return [opened(deps, row) for row in rows]


def get(deps: Deps, ctx: RequestContext, cluster: str, policy: str) -> Record:
    """Return one policy of a cluster.

    :raises NotFound: when there is no such cluster or policy for the caller.
    :raises BindingNotFound: when the policy isn't attached.
    """
    with deps.db.reader() as session:
        cluster_id = clusters.get_id(session, ctx, cluster)
        policy_id = policies.get(session, ctx, policy)["id"]
        row = bindings.find(session, cluster_id, policy_id)
    if row is None:
        raise exceptions.BindingNotFound(policy, cluster)
    return opened(deps, row)


def opened(deps: Deps, row: Mapping[str, Any]) -> Record:
    """Replace the sealed data of a binding by the data, None if it has none."""
    visible = {key: value for key, value in row.items() if key != "sealed_data"}
    sealed = row["sealed_data"]
    data = binding_data.of_type(deps.db.vault.unseal(sealed)) if sealed else {}
    visible["data"] = data or None
    return visible
