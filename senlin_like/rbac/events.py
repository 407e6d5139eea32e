"""Access rules of events."""

from senlin_like.rbac import base

LIST = "events:index"
SHOW = "events:get"

RULES = (
    base.rule(LIST, base.READER, "List events.", ("GET", "/v1/events")),
    base.rule(SHOW, base.READER, "Show an event.", ("GET", "/v1/events/{event_id}")),
)
