"""Clusters: groups of nodes of a wanted size."""

from senlin_like.api import field_types, fields, queries
from senlin_like.api import microversions as mv
from senlin_like.api.field_types import MAP, NAME, NON_NEGATIVE, STRING
from senlin_like.api.fields import ALL, INTEGER, OBJECT, TEXT, TIME, Field, On
from senlin_like.domain.enums import ClusterStatus

CREATED = On.CREATE | On.SHOW

CLUSTER = fields.Resource(
    "cluster",
    "clusters",
    (
        Field(name="id", text="ID of the cluster.", shows=fields.ID),
        Field(
            name="name",
            text="Name of the cluster.",
            on=ALL,
            takes=NAME,
            shows=TEXT,
            required=On.CREATE,
            null=On.UPDATE,
        ),
        Field(
            name="profile_id",
            text="ID, name or short id of the profile of its nodes.",
            on=ALL,
            takes=STRING,
            shows=TEXT,
            required=On.CREATE,
            null=On.UPDATE,
        ),
        Field(name="profile_name", text="Name of that profile.", shows=TEXT),
        *fields.owner_fields(),
        Field(
            name="domain",
            text="ID of the owner's domain.",
            shows=fields.nullable(TEXT),
        ),
        Field(name="init_at", text="When it was asked for.", shows=TIME),
        Field(name="created_at", text="When its creation had ended.", shows=TIME),
        Field(name="updated_at", text="When it was changed last.", shows=TIME),
        Field(
            name="min_size",
            text="The fewest nodes that it may have.",
            on=CREATED,
            takes=field_types.Capacity(),
            shows=INTEGER,
        ),
        Field(
            name="max_size",
            text="The most nodes that it may have; -1 for no limit.",
            on=CREATED,
            takes=field_types.Capacity(lowest=-1),
            shows=INTEGER,
        ),
        Field(
            name="desired_capacity",
            text="How many nodes it should have.",
            on=CREATED,
            takes=field_types.Capacity(),
            shows=INTEGER,
        ),
        Field(
            name="timeout",
            text="Seconds that each of its actions may take.",
            on=ALL,
            takes=NON_NEGATIVE,
            shows=INTEGER,
        ),
        Field(name="status", text="What it is doing, or how it stands.", shows=TEXT),
        Field(name="status_reason", text="Why it stands so.", shows=TEXT),
        Field(
            name="metadata",
            text="Keys and values of the user's own.",
            on=ALL,
            takes=MAP,
            shows=OBJECT,
        ),
        Field(name="data", text="What the service keeps of it.", shows=OBJECT),
        Field(name="dependents", text="What depends on it.", shows=OBJECT),
        # Creation takes it at every version, as Senlin does.
        Field(
            name="config",
            text="Extra settings, as 'node.name.format'.",
            on=CREATED,
            takes=MAP,
            shows=OBJECT,
        ),
        Field(
            name="config",
            text="Extra settings, as 'node.name.format'.",
            on=On.UPDATE,
            takes=MAP,
            since=mv.CLUSTER_CONFIG,
        ),
        Field(
            name="profile_only",
            text="Keep the nodes as they are when the profile changes.",
            on=On.UPDATE,
            takes=field_types.BOOL,
            since=mv.PROFILE_ONLY,
        ),
        Field(
            name="precache_aggregate",
            text="Number, UUID or name of a host aggregate: before the nodes get "
            "the new profile, its image is brought to the hosts of the aggregate.",
            on=On.UPDATE,
            takes=STRING,
            since=mv.PRECACHING,
        ),
        Field(name="nodes", text="IDs of its nodes.", shows=fields.IDS),
        Field(
            name="policies",
            text="IDs of its bindings to policies, not of the policies.",
            shows=fields.IDS,
        ),
    ),
)

FORCE = queries.Parameter(
    name="force",
    text="Whether policies and receivers go with it; from version 1.8 on also "
    "whether it goes while something works on it. Counts before the body's.",
    is_flag=True,
)

LISTING = queries.Listing(
    filters=(
        queries.Filter(name="name", text="Name of the clusters."),
        queries.Filter(
            name="status", text="Status of the clusters.", values=tuple(ClusterStatus)
        ),
    ),
    sort_keys=("name", "status", "init_at", "created_at", "updated_at"),
    quoted=True,
)

ATTRIBUTE = fields.Resource(
    "cluster_attribute",
    "cluster_attributes",
    (
        Field(name="id", text="ID of the node.", shows=fields.ID),
        Field(
            name="value",
            text="What was found at the path.",
            shows=fields.Shown(schema={}),
        ),
    ),
)
