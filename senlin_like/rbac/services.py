"""Access rules of the service's processes."""

from senlin_like.rbac import base

LIST = "services:index"

RULES = (
    base.rule(
        LIST, base.ADMIN, "List the processes of the service.", ("GET", "/v1/services")
    ),
)
