"""Access rules of profiles."""

from senlin_like.rbac import base

LIST = "profiles:index"
CREATE = "profiles:create"
SHOW = "profiles:get"
UPDATE = "profiles:update"
DELETE = "profiles:delete"
VALIDATE = "profiles:validate"

RULES = (
    base.rule(LIST, base.READER, "List profiles.", ("GET", "/v1/profiles")),
    base.rule(CREATE, base.MEMBER, "Create a profile.", ("POST", "/v1/profiles")),
    base.rule(
        SHOW, base.READER, "Show a profile.", ("GET", "/v1/profiles/{profile_id}")
    ),
    base.rule(
        UPDATE,
        base.MEMBER,
        "Change name or metadata of a profile.",
        ("PATCH", "/v1/profiles/{profile_id}"),
    ),
    base.rule(
        DELETE,
        base.MEMBER,
        "Delete a profile.",
        ("DELETE", "/v1/profiles/{profile_id}"),
    ),
    base.rule(
        VALIDATE,
        base.MEMBER,
        "Check the spec of a profile.",
        ("POST", "/v1/profiles/validate"),
    ),
)
