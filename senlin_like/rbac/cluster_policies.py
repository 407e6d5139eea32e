"""Access rules of the policies of clusters.

Who attaches, detaches or changes one starts an action on the cluster.
"""

from senlin_like.rbac import base

LIST = "cluster_policies:index"
SHOW = "cluster_policies:get"

RULES = (
    base.rule(
        LIST,
        base.READER,
        "List the policies of a cluster.",
        ("GET", "/v1/clusters/{cluster_id}/policies"),
    ),
    base.rule(
        SHOW,
        base.READER,
        "Show a policy of a cluster.",
        ("GET", "/v1/clusters/{cluster_id}/policies/{policy_id}"),
    ),
)
