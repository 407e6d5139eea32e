"""Policies: how a cluster behaves."""

from senlin_like.api import fields, queries
from senlin_like.api.field_types import MAP, NAME
from senlin_like.api.fields import ALL, NOWHERE, TEXT, WRITE, Field, On

POLICY = fields.Resource(
    "policy",
    "policies",
    (
        Field(
            name="id",
            text="ID of the policy; null where it was only validated.",
            shows=fields.nullable(fields.ID),
        ),
        Field(
            name="name",
            text="Name of the policy.",
            on=ALL,
            takes=NAME,
            shows=TEXT,
            required=WRITE,
            null=NOWHERE,
        ),
        Field(name="type", text="Type and version of the policy.", shows=TEXT),
        Field(
            name="spec",
            text="Type, version and properties of the policy.",
            on=On.CREATE | On.SHOW,
            takes=MAP,
            shows=fields.OBJECT,
            required=On.CREATE,
            null=NOWHERE,
        ),
        Field(
            name="data",
            text="Always empty; older clients look for it.",
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

VALIDATION = fields.Resource(
    "policy",
    "policies",
    (
        Field(
            name="spec",
            text="Type, version and properties to check.",
            on=On.CREATE,
            takes=MAP,
            required=On.CREATE,
            null=NOWHERE,
        ),
    ),
)

LISTING = queries.Listing(
    filters=(
        queries.Filter(name="name", text="Name of the policies."),
        queries.Filter(name="type", text="Type and version of the policies."),
    ),
    sort_keys=("type", "name", "created_at", "updated_at"),
)
