"""Access rules of actions."""

from senlin_like.rbac import base

LIST = "actions:index"
SHOW = "actions:get"
UPDATE = "actions:update"

RULES = (
    base.rule(LIST, base.READER, "List actions.", ("GET", "/v1/actions")),
    base.rule(SHOW, base.READER, "Show an action.", ("GET", "/v1/actions/{action_id}")),
    base.rule(
        UPDATE, base.MEMBER, "Cancel an action.", ("PATCH", "/v1/actions/{action_id}")
    ),
)
