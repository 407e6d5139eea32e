"""Access rules of policy types."""

from senlin_like.rbac import base

LIST = "policy_types:index"
SHOW = "policy_types:get"

RULES = (
    base.rule(LIST, base.READER, "List policy types.", ("GET", "/v1/policy-types")),
    base.rule(
        SHOW,
        base.READER,
        "Show the schema of a policy type.",
        ("GET", "/v1/policy-types/{type_name}"),
    ),
)
