"""Access rules of clusters."""

from senlin_like.rbac import base

LIST = "clusters:index"
CREATE = "clusters:create"
SHOW = "clusters:get"
UPDATE = "clusters:update"
DELETE = "clusters:delete"
ACTION = "clusters:action"
OPERATION = "clusters:operation"
COLLECT = "clusters:collect"

RULES = (
    base.rule(LIST, base.READER, "List clusters.", ("GET", "/v1/clusters")),
    base.rule(CREATE, base.MEMBER, "Create a cluster.", ("POST", "/v1/clusters")),
    base.rule(
        SHOW, base.READER, "Show a cluster.", ("GET", "/v1/clusters/{cluster_id}")
    ),
    base.rule(
        UPDATE, base.MEMBER, "Change a cluster.", ("PATCH", "/v1/clusters/{cluster_id}")
    ),
    base.rule(
        DELETE,
        base.MEMBER,
        "Delete a cluster.",
        ("DELETE", "/v1/clusters/{cluster_id}"),
    ),
    base.rule(
        ACTION,
        base.MEMBER,
        "Start an action on a cluster.",
        ("POST", "/v1/clusters/{cluster_id}/actions"),
    ),
    base.rule(
        OPERATION,
        base.MEMBER,
        "Do an operation to the nodes of a cluster.",
        ("POST", "/v1/clusters/{cluster_id}/ops"),
    ),
    base.rule(
        COLLECT,
        base.READER,
        "Collect an attribute of the nodes of a cluster.",
        ("GET", "/v1/clusters/{cluster_id}/attrs/{path}"),
    ),
)
