"""What the cloud tells of nodes, and that checks of health are due at once."""

import sqlalchemy as sa

from senlin_like.db.migrations import steps

revision = "005"
down_revision = "004"


def upgrade() -> None:
    steps.column("health_check", sa.Column("told_at", sa.Double(), nullable=True))
    steps.table(
        "node_notice",
        sa.Column("node_id", sa.String(36), nullable=False),
        sa.Column("cluster_id", sa.String(36), nullable=False),
        sa.Column("object_id", sa.String(64), nullable=False),
        sa.Column("event", sa.String(255), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("node_id", name="pk_node_notice"),
        **steps.MYSQL,
    )
    steps.index("ix_node_notice_cluster_id", "node_notice", ["cluster_id"])
