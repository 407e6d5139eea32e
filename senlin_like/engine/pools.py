"""What load balancers say of nodes: how the members of their pools do."""

import dataclasses
from collections.abc import Collection, Mapping, Sequence

from senlin_like import exceptions
from senlin_like.db import bindings
from senlin_like.domain import binding_data
from senlin_like.domain.health import GOOD, Finding, Seen
from senlin_like.drivers import base as clouds
from senlin_like.drivers.balancing import Member
from senlin_like.flows.workbench import Workbench
from senlin_like.policies.balancing import base as balancing
from senlin_like.policies.load_balance import LoadBalance

NO_BALANCER = Seen(
    finding=Finding.UNKNOWN, reason="The cluster has no load balancer to be asked."
)
_NO_MEMBER = Seen(
    finding=Finding.UNKNOWN, reason="It is no member of the load balancer's pool."
)
_NO_MONITOR = Seen(
    finding=Finding.UNKNOWN, reason="The load balancer's pool has no health monitor."
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pool:
    """A pool, whose it is (user, project), and in which region."""

    id: str
    account: tuple[str, str, str | None]


def of_clusters(bench: Workbench, cluster_ids: Collection[str]) -> Mapping[str, Pool]:
    """Return the pools of clusters; those that have none are left out.

    With one statement, none if there are no clusters.
    """
    if not cluster_ids:
        return {}
    db = bench.deps.db
    with db.reader() as session:
        rows = bindings.of_type(session, cluster_ids, LoadBalance.name)
    found = {}
    for row in rows:
        data = db.vault.unseal(row.sealed_data) if row.sealed_data else {}
        if data.get("pool"):
            region = binding_data.region_of(data, None)
            account = (row.user, row.project, region)
            found[row.cluster_id] = Pool(id=data["pool"], account=account)
    return found


def members(cloud: clouds.Cloud, pool_id: str) -> Sequence[Member]:
    """Return the members of a pool; one that is gone has none."""
    try:
        return cloud.load_balancing.list_members(pool_id)
    except exceptions.CloudNotFound:
        return ()


def judge(there: Sequence[Member], node_id: str, member_id: str | None) -> Seen:
    """Tell what a pool's members say of a node.

    Only what a health monitor has found is an answer. Octavia's statuses.
    """
    tag = balancing.node_tag(node_id)
    mine = [one for one in there if one.id == member_id or tag in one.tags]
    if not mine:
        return _NO_MEMBER
    member = mine[0]
    if member.operating_status == "ONLINE":
        return GOOD
    if member.operating_status == "NO_MONITOR":
        return _NO_MONITOR
    told = f"is {member.operating_status}"
    if member.operating_status != "ERROR":
        reason = f"Its member of the load balancer {told}."
        return Seen(finding=Finding.UNKNOWN, reason=reason)
    where = f"{member.address}:{member.port}"
    reason = f"Its member {where} of the load balancer {told}."
    return Seen(finding=Finding.BAD, reason=reason)
