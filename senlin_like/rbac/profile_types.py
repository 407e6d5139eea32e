"""Access rules of profile types."""

from senlin_like.rbac import base

LIST = "profile_types:index"
SHOW = "profile_types:get"
OPERATIONS = "profile_types:ops"

RULES = (
    base.rule(LIST, base.READER, "List profile types.", ("GET", "/v1/profile-types")),
    base.rule(
        SHOW,
        base.READER,
        "Show the schema of a profile type.",
        ("GET", "/v1/profile-types/{type_name}"),
    ),
    base.rule(
        OPERATIONS,
        base.READER,
        "Show the operations of a profile type.",
        ("GET", "/v1/profile-types/{type_name}/ops"),
    ),
)
