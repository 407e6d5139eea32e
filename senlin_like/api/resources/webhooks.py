"""Webhooks: what a request to one may hold."""

from senlin_like.api import fields
from senlin_like.api.field_types import MAP
from senlin_like.api.fields import Field, On

#: The body before version 1.10, and then only with ``V=1``.
WEBHOOK = fields.Resource(
    "webhook",
    "webhooks",
    (
        Field(
            name="params",
            text="Inputs of the action, beside those of the receiver.",
            on=On.CREATE,
            takes=MAP,
        ),
    ),
)
