"""Access rules of policies."""

from senlin_like.rbac import base

LIST = "policies:index"
CREATE = "policies:create"
SHOW = "policies:get"
UPDATE = "policies:update"
DELETE = "policies:delete"
VALIDATE = "policies:validate"

RULES = (
    base.rule(LIST, base.READER, "List policies.", ("GET", "/v1/policies")),
    base.rule(CREATE, base.MEMBER, "Create a policy.", ("POST", "/v1/policies")),
    base.rule(SHOW, base.READER, "Show a policy.", ("GET", "/v1/policies/{policy_id}")),
    base.rule(
        UPDATE,
        base.MEMBER,
        "Change the name of a policy.",
        ("PATCH", "/v1/policies/{policy_id}"),
    ),
    base.rule(
        DELETE,
        base.MEMBER,
        "Delete a policy.",
        ("DELETE", "/v1/policies/{policy_id}"),
    ),
    base.rule(
        VALIDATE,
        base.MEMBER,
        "Check the spec of a policy.",
        ("POST", "/v1/policies/validate"),
    ),
)
