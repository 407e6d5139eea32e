"""The roles that rules are made of, and how a rule is written down."""

from oslo_policy import policy

ADMIN = "rule:context_is_admin"
READER = "rule:project_reader"
MEMBER = "rule:project_member"

#: Each role has the rights of the ones after it.
ROLES = (
    policy.RuleDefault("context_is_admin", "role:admin", "Who is an administrator."),
    policy.RuleDefault(
        "manager", "role:manager or rule:context_is_admin", "Who manages a project."
    ),
    policy.RuleDefault(
        "member", "role:member or rule:manager", "Who works in a project."
    ),
    policy.RuleDefault("reader", "role:reader or rule:member", "Who looks."),
    policy.RuleDefault(
        "project_reader",
        "rule:reader and project_id:%(project_id)s",
        "Who looks at things of the own project.",
    ),
    policy.RuleDefault(
        "project_member",
        "rule:member and project_id:%(project_id)s",
        "Who works with things of the own project.",
    ),
)


def rule(
    name: str, check: str, text: str, *routes: tuple[str, str]
) -> policy.DocumentedRuleDefault:
    """Write down one rule; ``routes`` are pairs of method and path."""
    return policy.DocumentedRuleDefault(
        name=name,
        check_str=check,
        description=text,
        operations=[{"method": method, "path": path} for method, path in routes],
        scope_types=["project"],
    )
