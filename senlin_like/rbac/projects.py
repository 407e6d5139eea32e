"""Access rule of looking beyond the own project."""

from senlin_like.rbac import base

GLOBAL = "global_project"

RULES = (
    base.rule(
        GLOBAL,
        base.ADMIN,
        "List things of all projects, with ``global_project=true``.",
        ("GET", "/v1/profiles"),
        ("GET", "/v1/clusters"),
        ("GET", "/v1/nodes"),
        ("GET", "/v1/actions"),
        ("GET", "/v1/events"),
        ("GET", "/v1/receivers"),
    ),
)
