"""Access rules of compute hosts, below the compute root."""

from senlin_like.rbac import base

LIST_HYPERVISORS = "os_hypervisors:index"
LIST_SERVICES = "os_services:index"

RULES = (
    base.rule(
        LIST_HYPERVISORS,
        base.ADMIN,
        "List the compute hosts, in the manner of Nova's hypervisors.",
        ("GET", "/compute/v2.1/os-hypervisors/detail"),
    ),
    base.rule(
        LIST_SERVICES,
        base.ADMIN,
        "List the compute services of the hosts.",
        ("GET", "/compute/v2.1/os-services"),
    ),
)
