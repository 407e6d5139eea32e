"""Access rules of host aggregates, in both modes of the API."""

from senlin_like.rbac import base

LIST = "os_aggregates:index"
CREATE = "os_aggregates:create"
SHOW = "os_aggregates:get"
UPDATE = "os_aggregates:update"
DELETE = "os_aggregates:delete"
ADD_HOST = "os_aggregates:add_host"
REMOVE_HOST = "os_aggregates:remove_host"
SET_METADATA = "os_aggregates:set_metadata"
IMAGES = "os_aggregates:images"

_ALL = "/v1/os-aggregates"
_ONE = "/v1/os-aggregates/{aggregate_id}"

RULES = (
    base.rule(LIST, base.ADMIN, "List host aggregates.", ("GET", _ALL)),
    base.rule(CREATE, base.ADMIN, "Create a host aggregate.", ("POST", _ALL)),
    base.rule(SHOW, base.ADMIN, "Show a host aggregate.", ("GET", _ONE)),
    base.rule(
        UPDATE,
        base.ADMIN,
        "Change the name or availability zone of a host aggregate.",
        ("PUT", _ONE),
    ),
    base.rule(DELETE, base.ADMIN, "Delete a host aggregate.", ("DELETE", _ONE)),
    base.rule(
        ADD_HOST,
        base.ADMIN,
        "Add a host to a host aggregate.",
        ("POST", f"{_ONE}/action"),
    ),
    base.rule(
        REMOVE_HOST,
        base.ADMIN,
        "Remove a host from a host aggregate.",
        ("POST", f"{_ONE}/action"),
    ),
    base.rule(
        SET_METADATA,
        base.ADMIN,
        "Change metadata of a host aggregate.",
        ("POST", f"{_ONE}/action"),
    ),
    base.rule(
        IMAGES,
        base.ADMIN,
        "Bring images to the hosts of a host aggregate.",
        ("POST", f"{_ONE}/images"),
    ),
)
