"""Events: what happened to clusters, nodes and host aggregates."""

from senlin_like.api import fields, queries
from senlin_like.api.fields import OBJECT, TEXT, TIME, Field
from senlin_like.domain import health
from senlin_like.domain.enums import HOOK_EVENT, MEMBERS_EVENT, EventLevel, Kind

_KINDS = "Kind of the action, HEALTH_CHECK, MEMBERS_CHECK or LIFECYCLE_HOOK."

EVENT = fields.Resource(
    "event",
    "events",
    (
        Field(name="id", text="ID of the event.", shows=fields.ID),
        Field(name="timestamp", text="When it happened.", shows=TIME),
        Field(
            name="oid",
            text="ID of the cluster or node, UUID of the aggregate.",
            shows=TEXT,
        ),
        Field(name="oname", text="Name of the cluster, node or aggregate.", shows=TEXT),
        Field(name="otype", text="CLUSTER, NODE or AGGREGATE.", shows=TEXT),
        Field(
            name="cluster_id",
            text="ID of the cluster; empty for none.",
            shows=fields.TEXT_OR_EMPTY,
        ),
        Field(
            name="cluster",
            text="Always null; kept for old clients.",
            shows=fields.Shown(schema={"type": "null"}),
        ),
        Field(name="level", text="How much it matters.", shows=TEXT),
        *fields.owner_fields(),
        Field(
            name="action",
            text=_KINDS,
            shows=TEXT,
        ),
        Field(name="status", text="start, progress, end or error.", shows=TEXT),
        Field(name="status_reason", text="What happened, in words.", shows=TEXT),
        Field(name="meta_data", text="More about it.", shows=OBJECT),
    ),
)

LISTING = queries.Listing(
    filters=(
        queries.Filter(
            name="oid", text="ID of the cluster or node, UUID of the aggregate."
        ),
        queries.Filter(name="oname", text="Name of the cluster, node or aggregate."),
        queries.Filter(name="otype", text="CLUSTER, NODE or AGGREGATE."),
        queries.Filter(name="cluster_id", text="ID, name or short id of the cluster."),
        queries.Filter(
            name="action",
            text=_KINDS,
            values=(*Kind, health.EVENT, MEMBERS_EVENT, HOOK_EVENT),
        ),
        queries.Filter(
            name="level",
            text="How much the events matter.",
            values=tuple(level.name for level in EventLevel),
        ),
    ),
    sort_keys=(
        "timestamp",
        "level",
        "otype",
        "oname",
        "action",
        "status",
        "oid",
        "cluster_id",
    ),
)
