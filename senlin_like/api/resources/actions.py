"""Actions: what was asked for, and how far it has come."""

from senlin_like.api import fields, queries
from senlin_like.api import microversions as mv
from senlin_like.api.field_types import BOOL, STRING
from senlin_like.api.fields import INTEGER, OBJECT, TEXT, TIME, Field, On
from senlin_like.domain.enums import ActionStatus, Kind

ACTION = fields.Resource(
    "action",
    "actions",
    (
        Field(name="id", text="ID of the action.", shows=fields.ID),
        Field(name="name", text="Name of the action.", shows=TEXT),
        Field(name="action", text="Kind of the action.", shows=TEXT),
        Field(
            name="target",
            text="ID of the cluster or node, UUID of the aggregate.",
            shows=TEXT,
        ),
        Field(
            name="cluster_id",
            text="ID of the cluster that it belongs to; empty for none.",
            shows=fields.TEXT_OR_EMPTY,
            since=mv.ACTION_CLUSTER_ID,
        ),
        Field(name="cause", text="Who made it.", shows=TEXT),
        Field(
            name="owner",
            text="ID of the engine that is at work on it.",
            shows=fields.nullable(TEXT),
        ),
        Field(name="interval", text="Always -1.", shows=INTEGER),
        Field(
            name="start_time",
            text="When work on it began, in seconds since 1970.",
            shows=fields.SECONDS,
        ),
        Field(
            name="end_time",
            text="When it ended, in seconds since 1970.",
            shows=fields.SECONDS,
        ),
        Field(name="timeout", text="Seconds that it may take.", shows=INTEGER),
        Field(
            name="status",
            text="How far it has come; CANCELLED to cancel it.",
            on=On.UPDATE | On.SHOW,
            takes=STRING,
            shows=TEXT,
            required=On.UPDATE,
            null=fields.NOWHERE,
        ),
        Field(name="status_reason", text="Why, or what it waits for.", shows=TEXT),
        Field(name="inputs", text="What it works with.", shows=OBJECT),
        Field(name="outputs", text="What has come of it.", shows=OBJECT),
        Field(
            name="depends_on",
            text="IDs of the actions that it waits for.",
            shows=fields.IDS,
        ),
        Field(
            name="depended_by",
            text="IDs of the actions that wait for it.",
            shows=fields.IDS,
        ),
        Field(name="data", text="What was decided in it, and why.", shows=OBJECT),
        Field(name="created_at", text="When it was asked for.", shows=TIME),
        Field(name="updated_at", text="When it was changed last.", shows=TIME),
        *fields.owner_fields(),
        Field(
            name="force",
            text="Without effect; the parameter of the query counts.",
            on=On.UPDATE,
            takes=BOOL,
        ),
    ),
)

FORCE = queries.Parameter(
    name="force",
    text="Whether to take it from its engine at once; in the body it has no effect.",
    is_flag=True,
    since=mv.ACTION_UPDATE,
)

LISTING = queries.Listing(
    filters=(
        queries.Filter(name="name", text="Name of the actions."),
        queries.Filter(name="action", text="Kind of the actions.", values=tuple(Kind)),
        queries.Filter(
            name="status", text="Status of the actions.", values=tuple(ActionStatus)
        ),
        queries.Filter(
            name="target", text="ID of their cluster or node, UUID of their aggregate."
        ),
        queries.Filter(
            name="cluster_id",
            text="ID, name or short id of their cluster.",
            since=mv.ACTION_CLUSTER_ID,
        ),
    ),
    sort_keys=("name", "target", "action", "created_at", "status"),
)
