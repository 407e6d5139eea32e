"""Policies of clusters, and checks of health."""

import sqlalchemy as sa

from senlin_like.db import types
from senlin_like.db.migrations import steps

revision = "002"
down_revision = "001"


def upgrade() -> None:
    _create_cluster_policy()
    _create_health_check()


def _create_cluster_policy() -> None:
    steps.table(
        "cluster_policy",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("cluster_id", sa.String(36), nullable=False),
        sa.Column("policy_id", sa.String(36), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("is_attached", sa.Boolean(), nullable=False),
        sa.Column("sealed_data", types.LongText(), nullable=True),
        sa.Column("last_op", types.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cluster_policy"),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name="fk_cluster_policy_cluster_id"
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name="fk_cluster_policy_policy_id"
        ),
        sa.UniqueConstraint(
            "cluster_id", "policy_id", name="uq_cluster_policy_cluster_id_policy_id"
        ),
        **steps.MYSQL,
    )
    steps.index("ix_cluster_policy_policy_id", "cluster_policy", ["policy_id"])


def _create_health_check() -> None:
    steps.table(
        "health_check",
        sa.Column("binding_id", sa.String(36), nullable=False),
        sa.Column("cluster_id", sa.String(36), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("token", sa.String(36)),
        *(sa.Column(name, sa.Double()) for name in ("full_at", "pace")),
        sa.Column("seen", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("binding_id", name="pk_health_check"),
        **steps.MYSQL,
    )
    steps.index("ix_health_check_due_at", "health_check", ["due_at"])
    steps.index("ix_health_check_cluster_id", "health_check", ["cluster_id"])
