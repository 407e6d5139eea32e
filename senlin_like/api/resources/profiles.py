"""Profiles: what a node is."""

from senlin_like.api import fields, queries
from senlin_like.api.field_types import MAP, NAME
from senlin_like.api.fields import ALL, TEXT, Field, On

PROFILE = fields.Resource(
    "profile",
    "profiles",
    (
        Field(
            name="id",
            text="ID of the profile; null where it was only validated.",
            shows=fields.nullable(fields.ID),
        ),
        Field(
            name="name",
            text="Name of the profile.",
            on=ALL,
            takes=NAME,
            shows=TEXT,
            required=On.CREATE,
            null=On.UPDATE,
        ),
        Field(name="type", text="Type and version of the profile.", shows=TEXT),
        Field(
            name="spec",
            text="Type, version and properties of the profile.",
            on=On.CREATE | On.SHOW,
            takes=MAP,
            shows=fields.OBJECT,
            required=On.CREATE,
            null=fields.NOWHERE,
        ),
        Field(
            name="metadata",
            text="Keys and values of the user's own.",
            on=ALL,
            takes=MAP,
            shows=fields.OBJECT_OR_NULL,
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

VALIDATION = fields.Resource(
    "profile",
    "profiles",
    (
        Field(
            name="spec",
            text="Type, version and properties to check.",
            on=On.CREATE,
            takes=MAP,
            required=On.CREATE,
            null=fields.NOWHERE,
        ),
    ),
)

LISTING = queries.Listing(
    filters=(
        queries.Filter(name="name", text="Name of the profiles."),
        queries.Filter(name="type", text="Type and version of the profiles."),
    ),
    sort_keys=("type", "name", "created_at", "updated_at"),
)
