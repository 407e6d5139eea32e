"""Nodes: members of clusters, or orphans."""

from senlin_like.api import field_types, fields, queries
from senlin_like.api import microversions as mv
from senlin_like.api.field_types import BOOL, MAP, NAME, STRING
from senlin_like.api.fields import ALL, INTEGER, OBJECT, TEXT, TIME, Field, On
from senlin_like.domain.enums import NodeStatus

#: What the column of a node's role holds.
ROLE = field_types.String(longest=64)

NODE = fields.Resource(
    "node",
    "nodes",
    (
        Field(name="id", text="ID of the node.", shows=fields.ID),
        Field(
            name="name",
            text="Name of the node; a cluster names its nodes itself.",
            on=ALL,
            takes=NAME,
            shows=TEXT,
            required=On.CREATE,
            null=On.UPDATE,
        ),
        Field(
            name="cluster_id",
            text="ID, name or short id of its cluster; empty for none.",
            on=On.CREATE | On.SHOW,
            takes=STRING,
            shows=fields.TEXT_OR_EMPTY,
        ),
        Field(
            name="physical_id",
            text="ID of its object in the cloud.",
            shows=fields.nullable(TEXT),
        ),
        Field(
            name="profile_id",
            text="ID, name or short id of its profile.",
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
        Field(
            name="index", text="Its number in its cluster; -1 for none.", shows=INTEGER
        ),
        Field(
            name="role",
            text="What it is for in its cluster.",
            on=ALL,
            takes=ROLE,
            shows=fields.nullable(TEXT),
        ),
        Field(name="init_at", text="When it was asked for.", shows=TIME),
        Field(name="created_at", text="When its creation had ended.", shows=TIME),
        Field(name="updated_at", text="When it was changed last.", shows=TIME),
        Field(name="status", text="What it is doing, or how it stands.", shows=TEXT),
        Field(name="status_reason", text="Why it stands so.", shows=TEXT),
        Field(name="data", text="What the service keeps of it.", shows=OBJECT),
        Field(
            name="metadata",
            text="Keys and values of the user's own.",
            on=ALL,
            takes=MAP,
            shows=fields.OBJECT_OR_NULL,
        ),
        Field(name="dependents", text="What depends on it.", shows=OBJECT),
        Field(
            name="tainted",
            text="Whether it is chosen first when its cluster shrinks.",
            on=On.UPDATE | On.SHOW,
            takes=BOOL,
            shows=fields.BOOLEAN,
            since=mv.NODE_TAINTED,
        ),
        Field(
            name="details",
            text="What the cloud shows of it, where that was asked for.",
            shows=OBJECT,
        ),
    ),
)


def _adopted(with_node: bool) -> tuple[Field, ...]:
    """Give the fields of an adoption; a preview takes less."""
    asked = (
        Field(
            name="identity",
            text="ID of the object in the cloud.",
            on=On.CREATE,
            takes=STRING,
            required=On.CREATE,
            null=fields.NOWHERE,
        ),
        Field(
            name="type",
            text="Type and version of the profile to make.",
            on=On.CREATE,
            takes=STRING,
            required=On.CREATE,
            null=fields.NOWHERE,
        ),
        Field(
            name="overrides",
            text="Properties of the spec that replace what is found.",
            on=On.CREATE,
            takes=MAP,
        ),
        Field(
            name="snapshot",
            text="Whether to make a snapshot first; without effect.",
            on=On.CREATE,
            takes=BOOL,
        ),
    )
    if not with_node:
        return asked
    return (
        *asked,
        Field(name="name", text="Name of the node.", on=On.CREATE, takes=NAME),
        Field(name="role", text="Role of the node.", on=On.CREATE, takes=ROLE),
        Field(name="metadata", text="Metadata of the node.", on=On.CREATE, takes=MAP),
    )


ADOPTION = fields.Resource("node", "nodes", _adopted(True))
PREVIEW = fields.Resource("node_profile", "node_profiles", _adopted(False))

FORCE = queries.Parameter(
    name="force",
    text="Whether it goes while something works on it. Counts before the body's.",
    is_flag=True,
    since=mv.FORCE_DELETE,
)
DETAILS = queries.Parameter(
    name="show_details",
    text="Whether to show what the cloud tells of it, as details.",
    is_flag=True,
)

LISTING = queries.Listing(
    filters=(
        queries.Filter(
            name="cluster_id",
            text="ID, name or short id of the cluster.",
            is_multiple=False,
        ),
        queries.Filter(name="name", text="Name of the nodes."),
        queries.Filter(
            name="status", text="Status of the nodes.", values=tuple(NodeStatus)
        ),
    ),
    sort_keys=("index", "name", "status", "init_at", "created_at", "updated_at"),
)
