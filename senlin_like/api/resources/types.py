"""Types of profiles and policies."""

from senlin_like.api import fields
from senlin_like.api import microversions as mv
from senlin_like.api.fields import OBJECT, TEXT, Field


def _listed() -> tuple[Field, ...]:
    """Give the fields of a type in a list."""
    return (
        Field(
            name="name",
            text="Name of the type; with its version before 1.5.",
            shows=TEXT,
        ),
        Field(
            name="version",
            text="Version of the type.",
            shows=TEXT,
            since=mv.TYPE_SUPPORT_STATUS,
        ),
        Field(
            name="support_status",
            text="How far the version is supported.",
            shows=OBJECT,
            since=mv.TYPE_SUPPORT_STATUS,
        ),
    )


def _shown() -> tuple[Field, ...]:
    """Give the fields of a type alone."""
    return (
        Field(name="name", text="Name and version of the type.", shows=TEXT),
        Field(name="schema", text="Schema of its properties.", shows=OBJECT),
        Field(
            name="support_status",
            text="How far its versions are supported.",
            shows=OBJECT,
            since=mv.TYPE_SUPPORT_STATUS,
        ),
    )


PROFILE_TYPE_LISTED = fields.Resource("profile_type", "profile_types", _listed())
PROFILE_TYPE = fields.Resource("profile_type", "profile_types", _shown())
POLICY_TYPE_LISTED = fields.Resource("policy_type", "policy_types", _listed())
POLICY_TYPE = fields.Resource("policy_type", "policy_types", _shown())
