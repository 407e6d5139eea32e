"""Access rules of nodes."""

from senlin_like.rbac import base

LIST = "nodes:index"
CREATE = "nodes:create"
ADOPT = "nodes:adopt"
ADOPT_PREVIEW = "nodes:adopt_preview"
SHOW = "nodes:get"
UPDATE = "nodes:update"
DELETE = "nodes:delete"
ACTION = "nodes:action"
OPERATION = "nodes:operation"

RULES = (
    base.rule(LIST, base.READER, "List nodes.", ("GET", "/v1/nodes")),
    base.rule(CREATE, base.MEMBER, "Create a node.", ("POST", "/v1/nodes")),
    base.rule(
        ADOPT,
        base.MEMBER,
        "Make a node of something that exists.",
        ("POST", "/v1/nodes/adopt"),
    ),
    base.rule(
        ADOPT_PREVIEW,
        base.MEMBER,
        "Show the spec of something that exists.",
        ("POST", "/v1/nodes/adopt-preview"),
    ),
    base.rule(SHOW, base.READER, "Show a node.", ("GET", "/v1/nodes/{node_id}")),
    base.rule(UPDATE, base.MEMBER, "Change a node.", ("PATCH", "/v1/nodes/{node_id}")),
    base.rule(DELETE, base.MEMBER, "Delete a node.", ("DELETE", "/v1/nodes/{node_id}")),
    base.rule(
        ACTION,
        base.MEMBER,
        "Start an action on a node.",
        ("POST", "/v1/nodes/{node_id}/actions"),
    ),
    base.rule(
        OPERATION,
        base.MEMBER,
        "Do an operation to a node.",
        ("POST", "/v1/nodes/{node_id}/ops"),
    ),
)
