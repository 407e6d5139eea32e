"""Host aggregates, and what is brought to their hosts."""

from senlin_like.api import fields, queries
from senlin_like.api import microversions as mv
from senlin_like.api.fields import TEXT, Field

_STRINGS = fields.Shown(
    schema={"type": "object", "additionalProperties": {"type": "string"}}
)

AGGREGATE = fields.Resource(
    "aggregate",
    "aggregates",
    (
        Field(name="id", text="Number of the aggregate.", shows=fields.INTEGER),
        Field(
            name="uuid",
            text="UUID of the aggregate.",
            shows=fields.ID,
            since=mv.AGGREGATES,
        ),
        Field(name="name", text="Name; no two aggregates share one.", shows=TEXT),
        Field(
            name="availability_zone",
            text="The availability zone that its hosts are in; null if it gives none.",
            shows=fields.nullable(TEXT),
        ),
        Field(
            name="hosts",
            text="Names of its hosts in the order of addition; not in the answer "
            "to a creation.",
            shows=fields.IDS,
        ),
        Field(
            name="metadata",
            text="Texts by key, the availability zone among them; not in the "
            "answer to a creation.",
            shows=_STRINGS,
        ),
        Field(name="created_at", text="When it was made.", shows=fields.TIME),
        Field(
            name="updated_at",
            text="When its name, zone or metadata were changed last.",
            shows=fields.TIME,
        ),
        Field(name="deleted", text="Always false.", shows=fields.BOOLEAN),
        Field(
            name="deleted_at",
            text="Always null.",
            shows=fields.Shown(schema={"type": "null"}),
        ),
    ),
)

#: All of them at once, in the order of their ids: there are few.
LISTING = queries.Listing(filters=(), sort_keys=(), is_paged=False)
