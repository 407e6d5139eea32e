"""Services: the processes that this service consists of."""

from senlin_like.api import fields
from senlin_like.api.fields import TEXT, Field

SERVICE = fields.Resource(
    "service",
    "services",
    (
        Field(name="id", text="ID of the process.", shows=fields.ID),
        Field(name="host", text="Host that it runs on.", shows=TEXT),
        Field(name="binary", text="Name of the program.", shows=TEXT),
        Field(name="topic", text="Name of its messages.", shows=TEXT),
        Field(
            name="disabled_reason",
            text="Why it is disabled.",
            shows=fields.nullable(TEXT),
        ),
        Field(name="status", text="enabled or disabled.", shows=TEXT),
        Field(name="state", text="up or down.", shows=TEXT),
        Field(
            name="updated_at",
            text="When it gave a sign of life last.",
            shows=fields.TIME,
        ),
    ),
)

BUILD_INFO = fields.Resource(
    "build_info",
    "build_info",
    (
        Field(name="api", text="Revision of the API.", shows=fields.OBJECT),
        Field(name="engine", text="Revision of the engine.", shows=fields.OBJECT),
    ),
)
