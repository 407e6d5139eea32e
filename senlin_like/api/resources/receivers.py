"""Receivers: doors through which others start actions."""

from senlin_like.api import field_types, fields, queries
from senlin_like.api import microversions as mv
from senlin_like.api.field_types import MAP, NAME, STRING
from senlin_like.api.fields import NOWHERE, TEXT, WRITE, Field, On
from senlin_like.domain.enums import Kind, ReceiverType

CLUSTER_ACTIONS = tuple(kind for kind in Kind if kind.startswith("CLUSTER_"))

RECEIVER = fields.Resource(
    "receiver",
    "receivers",
    (
        Field(name="id", text="ID of the receiver.", shows=fields.ID),
        Field(
            name="name",
            text="Name of the receiver.",
            on=fields.ALL,
            takes=NAME,
            shows=TEXT,
            required=On.CREATE,
            null=On.UPDATE,
        ),
        Field(
            name="type",
            text="How it hears: 'webhook' or 'message'.",
            on=On.CREATE | On.SHOW,
            takes=field_types.OneOf(values=tuple(ReceiverType)),
            shows=TEXT,
            required=On.CREATE,
            null=NOWHERE,
        ),
        Field(
            name="cluster_id",
            text="ID, name or short id of a webhook's cluster; null for messages.",
            on=On.CREATE | On.SHOW,
            takes=STRING,
            shows=fields.nullable(TEXT),
        ),
        Field(
            name="action",
            text="Kind of the action that a webhook starts, any of a cluster's but "
            "CLUSTER_CREATE; null for messages, which name it.",
            on=fields.ALL,
            takes=field_types.OneOf(values=CLUSTER_ACTIONS),
            shows=fields.nullable(TEXT),
            null=On.UPDATE,
        ),
        Field(
            name="actor",
            text="Taken and ignored; a webhook acts for the owner of its cluster. The "
            "id of that permission is shown masked.",
            on=On.CREATE | On.SHOW,
            takes=MAP,
            shows=fields.OBJECT,
        ),
        Field(
            name="params",
            text="Inputs of the action; a request adds to them or overrides them. "
            "Passwords are shown masked.",
            on=WRITE | On.SHOW,
            takes=MAP,
            shows=fields.OBJECT_OR_NULL,
        ),
        Field(
            name="channel",
            text="Where it listens: 'alarm_url' of a webhook, 'queue_name' otherwise.",
            shows=fields.OBJECT,
        ),
        *fields.owner_fields(),
        Field(
            name="domain",
            text="ID of the owner's domain.",
            shows=fields.nullable(TEXT),
        ),
        Field(name="created_at", text="When it was made.", shows=fields.TIME),
        Field(name="updated_at", text="When it was changed last.", shows=fields.TIME),
    ),
)

LISTING = queries.Listing(
    filters=(
        queries.Filter(name="name", text="Name of the receivers."),
        queries.Filter(
            name="type", text="Type of the receivers.", values=tuple(ReceiverType)
        ),
        queries.Filter(name="cluster_id", text="Full id of their cluster."),
        queries.Filter(
            name="action", text="Action that they start.", values=CLUSTER_ACTIONS
        ),
        queries.Filter(
            name="user", text="ID of the user who made them.", since=mv.RECEIVER_USER
        ),
    ),
    sort_keys=("name", "type", "action", "cluster_id", "created_at", "user"),
)
