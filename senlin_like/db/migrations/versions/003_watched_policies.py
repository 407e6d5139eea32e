"""Watches for what lost engines may still make for policies; looks at members."""

import sqlalchemy as sa
from alembic import op

from senlin_like.db import types
from senlin_like.db.migrations import steps

revision = "003"
down_revision = "002"


#: Policies that are attached already are looked at from now on.
_CHECKS = """
    INSERT INTO member_check (binding_id, cluster_id, due_at, tries)
    SELECT b.id, b.cluster_id, 0, 0
    FROM cluster_policy b JOIN policy p ON p.id = b.policy_id
    WHERE b.enabled AND b.is_attached
    AND p.type LIKE 'senlin.policy.loadbalance-%'
    AND b.id NOT IN (SELECT m.binding_id FROM member_check m)
"""


def upgrade() -> None:
    _create_binding_watch()
    _create_member_check()
    op.execute(sa.text(_CHECKS))


def _create_binding_watch() -> None:
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


def _create_member_check() -> None:
    steps.table(
        "member_check",
        sa.Column("binding_id", sa.String(36), nullable=False),
        sa.Column("cluster_id", sa.String(36), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("binding_id", name="pk_member_check"),
        **steps.MYSQL,
    )
    steps.index("ix_member_check_due_at", "member_check", ["due_at"])
    steps.index("ix_member_check_cluster_id", "member_check", ["cluster_id"])
