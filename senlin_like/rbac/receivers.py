"""Access rules of receivers."""

from senlin_like.rbac import base

LIST = "receivers:index"
CREATE = "receivers:create"
SHOW = "receivers:get"
UPDATE = "receivers:update"
DELETE = "receivers:delete"
NOTIFY = "receivers:notify"

RULES = (
    base.rule(LIST, base.READER, "List receivers.", ("GET", "/v1/receivers")),
    base.rule(CREATE, base.MEMBER, "Create a receiver.", ("POST", "/v1/receivers")),
    base.rule(
        SHOW, base.READER, "Show a receiver.", ("GET", "/v1/receivers/{receiver_id}")
    ),
    base.rule(
        UPDATE,
        base.MEMBER,
        "Change a receiver.",
        ("PATCH", "/v1/receivers/{receiver_id}"),
    ),
    base.rule(
        DELETE,
        base.MEMBER,
        "Delete a receiver.",
        ("DELETE", "/v1/receivers/{receiver_id}"),
    ),
    base.rule(
        NOTIFY,
        base.MEMBER,
        "Let a receiver look at its queue.",
        ("POST", "/v1/receivers/{receiver_id}/notify"),
    ),
)
