"""Watches for what lost engines may still make for policies."""

import sqlalchemy as sa

from senlin_like.db import types
from senlin_like.db.migrations import steps

revision = "003"
down_revision = "002"


def upgrade() -> None:
    owner = ("project", "user")
    ids = ("cluster_id", "profile_id", "policy_id")
    steps.table(
        "binding_watch",
        sa.Column("binding_id", sa.String(36), nullable=False),
        *(sa.Column(name, sa.String(64), nullable=False) for name in owner),
        *(sa.Column(name, sa.String(36), nullable=False) for name in ids),
        sa.Column("profile_type", sa.String(255), nullable=False),
        sa.Column("sealed_profile", types.LongText(), nullable=False),
        sa.Column("policy_type", sa.String(255), nullable=False),
        sa.Column("sealed_policy", types.LongText(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("binding_id", name="pk_binding_watch"),
        **steps.MYSQL,
    )
    steps.index("ix_binding_watch_due_at", "binding_watch", ["due_at"])
