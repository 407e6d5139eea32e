"""The first tables: profiles, policies, clusters, nodes, actions, events."""

import sqlalchemy as sa

from senlin_like.db import types
from senlin_like.db.migrations import steps

revision = "001"
down_revision = None


def upgrade() -> None:
    _create_action()
    _create_credential()
    _create_dependency()
    _create_event()
    _create_policy()
    _create_profile()
    _create_project_lock()
    _create_service()
    _create_stray_watch()
    _create_watch_group()
    _create_cluster()
    _create_node()
    _create_receiver()


def _create_action() -> None:
    steps.table(
        "action",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("target", sa.String(36), nullable=False),
        sa.Column("cluster_id", sa.String(36), nullable=False),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("domain", sa.String(64), nullable=True),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.Column("updated_at", types.UtcTime(), nullable=True),
        sa.Column("start_time", sa.Double(), nullable=True),
        sa.Column("end_time", sa.Double(), nullable=True),
        sa.Column("timeout", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("status_reason", types.LongText(), nullable=False),
        sa.Column("inputs", types.Json(), nullable=False),
        sa.Column("outputs", types.Json(), nullable=False),
        sa.Column("data", types.Json(), nullable=False),
        sa.Column("parent_id", sa.String(36), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("children_left", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(36), nullable=True),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("flow_version", sa.Integer(), nullable=False),
        sa.Column("journal", types.Json(), nullable=False),
        sa.Column("undoing", types.LongText(), nullable=True),
        sa.Column("signal", sa.String(16), nullable=True),
        sa.Column("ready_at", sa.Double(), nullable=True),
        sa.Column("wake_at", sa.Double(), nullable=True),
        sa.Column("wait_kind", sa.String(16), nullable=True),
        sa.Column("wait_group", sa.String(255), nullable=True),
        sa.Column("wait_object", sa.String(255), nullable=True),
        sa.Column("wait", types.Json(), nullable=True),
        sa.Column("seen", types.Json(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_action"),
        sa.UniqueConstraint(
            "parent_id", "sequence", name="uq_action_parent_id_sequence"
        ),
        **steps.MYSQL,
    )
    _index_action()


def _index_action() -> None:
    steps.index("ix_action_cluster_id_status", "action", ["cluster_id", "status"])
    steps.index("ix_action_end_time", "action", ["end_time"])
    steps.index("ix_action_name", "action", ["name"])
    steps.index("ix_action_owner", "action", ["owner"])
    steps.index(
        "ix_action_project_created_at", "action", ["project", "created_at", "id"]
    )
    steps.index(
        "ix_action_status_cluster_id", "action", ["status", "cluster_id", "ready_at"]
    )
    steps.index("ix_action_status_lease_until", "action", ["status", "lease_until"])
    steps.index("ix_action_status_wake_at", "action", ["status", "wake_at"])
    steps.index("ix_action_target_status", "action", ["target", "status"])
    steps.index("ix_action_wait_group", "action", ["wait_group"])


def _create_credential() -> None:
    steps.table(
        "credential",
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("sealed", types.LongText(), nullable=False),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.Column("updated_at", types.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("user", "project", name="pk_credential"),
        **steps.MYSQL,
    )


def _create_dependency() -> None:
    steps.table(
        "dependency",
        sa.Column("depended", sa.String(36), nullable=False),
        sa.Column("dependent", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("depended", "dependent", name="pk_dependency"),
        **steps.MYSQL,
    )
    steps.index("ix_dependency_dependent", "dependency", ["dependent"])


def _create_event() -> None:
    steps.table(
        "event",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("timestamp", types.UtcTime(), nullable=False),
        sa.Column("oid", sa.String(36), nullable=False),
        sa.Column("oname", sa.String(255), nullable=False),
        sa.Column("otype", sa.String(36), nullable=False),
        sa.Column("cluster_id", sa.String(36), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("status_reason", types.LongText(), nullable=False),
        sa.Column("meta_data", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        **steps.MYSQL,
    )
    steps.index("ix_event_cluster_id", "event", ["cluster_id"])
    steps.index("ix_event_oid", "event", ["oid"])
    steps.index("ix_event_project_timestamp", "event", ["project", "timestamp", "id"])
    steps.index("ix_event_timestamp", "event", ["timestamp"])


def _create_policy() -> None:
    steps.table(
        "policy",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("type", sa.String(255), nullable=False),
        sa.Column("sealed_spec", types.LongText(), nullable=False),
        sa.Column("data", types.Json(), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("domain", sa.String(64), nullable=True),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.Column("updated_at", types.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_policy"),
        **steps.MYSQL,
    )
    steps.index("ix_policy_name", "policy", ["name"])
    steps.index(
        "ix_policy_project_created_at", "policy", ["project", "created_at", "id"]
    )


def _create_profile() -> None:
    steps.table(
        "profile",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("type", sa.String(255), nullable=False),
        sa.Column("sealed_spec", types.LongText(), nullable=False),
        sa.Column("meta_data", types.Json(), nullable=True),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("domain", sa.String(64), nullable=True),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.Column("updated_at", types.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_profile"),
        **steps.MYSQL,
    )
    steps.index("ix_profile_name", "profile", ["name"])
    steps.index(
        "ix_profile_project_created_at", "profile", ["project", "created_at", "id"]
    )


def _create_project_lock() -> None:
    steps.table(
        "project_lock",
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("turns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project", name="pk_project_lock"),
        **steps.MYSQL,
    )


def _create_service() -> None:
    steps.table(
        "service",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("binary", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.String(255), nullable=True),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.Column("updated_at", types.UtcTime(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service"),
        **steps.MYSQL,
    )


def _create_stray_watch() -> None:
    steps.table(
        "stray_watch",
        sa.Column("node_id", sa.String(36), nullable=False),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("profile_id", sa.String(36), nullable=False),
        sa.Column("profile_type", sa.String(255), nullable=False),
        sa.Column("sealed_spec", types.LongText(), nullable=False),
        sa.Column("data", types.Json(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("node_id", name="pk_stray_watch"),
        **steps.MYSQL,
    )
    steps.index("ix_stray_watch_due_at", "stray_watch", ["due_at"])


def _create_watch_group() -> None:
    steps.table(
        "watch_group",
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("pace", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_watch_group"),
        **steps.MYSQL,
    )
    steps.index("ix_watch_group_due_at", "watch_group", ["due_at"])


def _create_cluster() -> None:
    steps.table(
        "cluster",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("profile_id", sa.String(36), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("domain", sa.String(64), nullable=True),
        sa.Column("init_at", types.UtcTime(), nullable=False),
        sa.Column("created_at", types.UtcTime(), nullable=True),
        sa.Column("updated_at", types.UtcTime(), nullable=True),
        sa.Column("min_size", sa.Integer(), nullable=False),
        sa.Column("max_size", sa.Integer(), nullable=False),
        sa.Column("desired_capacity", sa.Integer(), nullable=False),
        sa.Column("next_index", sa.Integer(), nullable=False),
        sa.Column("timeout", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=False),
        sa.Column("meta_data", types.Json(), nullable=False),
        sa.Column("data", types.Json(), nullable=False),
        sa.Column("dependents", types.Json(), nullable=False),
        sa.Column("config", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cluster"),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name="fk_cluster_profile_id"
        ),
        **steps.MYSQL,
    )
    steps.index("ix_cluster_name", "cluster", ["name"])
    steps.index("ix_cluster_profile_id", "cluster", ["profile_id"])
    steps.index("ix_cluster_project_init_at", "cluster", ["project", "init_at", "id"])


def _create_node() -> None:
    steps.table(
        "node",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("physical_id", sa.String(64), nullable=True),
        sa.Column("cluster_id", sa.String(36), nullable=False),
        sa.Column("profile_id", sa.String(36), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("domain", sa.String(64), nullable=True),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(64), nullable=True),
        sa.Column("init_at", types.UtcTime(), nullable=False),
        sa.Column("created_at", types.UtcTime(), nullable=True),
        sa.Column("updated_at", types.UtcTime(), nullable=True),
        sa.Column("tainted", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=False),
        sa.Column("meta_data", types.Json(), nullable=True),
        sa.Column("data", types.Json(), nullable=False),
        sa.Column("dependents", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_node"),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name="fk_node_profile_id"
        ),
        **steps.MYSQL,
    )
    steps.index("ix_node_cluster_id_index", "node", ["cluster_id", "index", "id"])
    steps.index("ix_node_name", "node", ["name"])
    steps.index("ix_node_physical_id", "node", ["physical_id"])
    steps.index("ix_node_profile_id", "node", ["profile_id"])
    steps.index("ix_node_project_init_at", "node", ["project", "init_at", "id"])


def _create_receiver() -> None:
    steps.table(
        "receiver",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("project", sa.String(64), nullable=False),
        sa.Column("domain", sa.String(64), nullable=True),
        sa.Column("created_at", types.UtcTime(), nullable=False),
        sa.Column("updated_at", types.UtcTime(), nullable=True),
        sa.Column("cluster_id", sa.String(36), nullable=True),
        sa.Column("action", sa.String(64), nullable=True),
        sa.Column("actor_user", sa.String(64), nullable=False),
        sa.Column("actor_project", sa.String(64), nullable=False),
        sa.Column("actor_domain", sa.String(64), nullable=True),
        sa.Column("params", types.Json(), nullable=True),
        sa.Column("channel", types.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_receiver"),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name="fk_receiver_cluster_id"
        ),
        **steps.MYSQL,
    )
    steps.index("ix_receiver_cluster_id", "receiver", ["cluster_id"])
    steps.index("ix_receiver_name", "receiver", ["name"])
    steps.index("ix_receiver_project_name", "receiver", ["project", "name", "id"])
