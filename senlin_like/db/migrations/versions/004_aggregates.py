"""Host aggregates: their hosts, images brought there, and what the cloud knows."""

import sqlalchemy as sa

from senlin_like.db import types
from senlin_like.db.migrations import steps

revision = "004"
down_revision = "003"

_NAME = sa.String(255)


def upgrade() -> None:
    _create_aggregate()
    _create_aggregate_host()
    _create_image_task()
    _create_zone_notice()


def _create_aggregate() -> None:
    steps.table(
        "aggregate",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("name", _NAME, nullable=False),
        sa.Column("zone", _NAME, nullable=True),
        sa.Column("meta_data", types.Json(), nullable=False),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.Column("updated_at", types.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_aggregate"),
        sa.UniqueConstraint("uuid", name="uq_aggregate_uuid"),
        sa.UniqueConstraint("name", name="uq_aggregate_name"),
        **steps.MYSQL,
        sqlite_autoincrement=True,
    )


def _create_aggregate_host() -> None:
    steps.table(
        "aggregate_host",
        sa.Column("aggregate_id", sa.Integer(), nullable=False),
        sa.Column("host", _NAME, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("aggregate_id", "host", name="pk_aggregate_host"),
        sa.ForeignKeyConstraint(
            ["aggregate_id"], ["aggregate.id"], name="fk_aggregate_host_aggregate_id"
        ),
        **steps.MYSQL,
    )
    steps.index("ix_aggregate_host_host", "aggregate_host", ["host"])


def _create_image_task() -> None:
    steps.table(
        "image_task",
        sa.Column("action_id", sa.String(36), nullable=False),
        sa.Column("host", _NAME, nullable=False),
        sa.Column("image_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("action_id", "host", "image_id", name="pk_image_task"),
        **steps.MYSQL,
    )
    steps.index(
        "ix_image_task_action_id_status",
        "image_task",
        ["action_id", "status", "due_at"],
    )


def _create_zone_notice() -> None:
    steps.table(
        "zone_notice",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.String(36), nullable=True),
        sa.Column("held_until", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_zone_notice"),
        **steps.MYSQL,
    )
