"""Access rules of build information."""

from senlin_like.rbac import base

SHOW = "build_info:build_info"

RULES = (
    base.rule(
        SHOW,
        base.READER,
        "Show the revisions of the service.",
        ("GET", "/v1/build-info"),
    ),
)
