"""The tables of what users see. No relationships: every query says what it loads."""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db import aggregate_models, work_models  # noqa: F401 - all tables
from senlin_like.db.tables import ID, MYSQL, OWNER, Base
from senlin_like.db.types import Json, LongText, UtcTime


class Profile(Base):
    """What a node is. ``spec`` and ``context`` are sealed: they hold secrets."""

    __tablename__ = "profile"
    __table_args__ = (
        sa.Index("ix_profile_project_created_at", "project", "created_at", "id"),
        sa.Index("ix_profile_name", "name"),
        MYSQL,
    )

    id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    type: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    sealed_spec: orm.Mapped[str] = orm.mapped_column(LongText)
    meta_data: orm.Mapped[Any] = orm.mapped_column(Json, nullable=True)
    user: orm.Mapped[str] = orm.mapped_column(OWNER)
    project: orm.Mapped[str] = orm.mapped_column(OWNER)
    domain: orm.Mapped[str | None] = orm.mapped_column(OWNER)
    created_at: orm.Mapped[datetime.datetime] = orm.mapped_column(UtcTime)
    updated_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(UtcTime)


class Policy(Base):
    """How clusters behave. The spec is sealed: addresses in it may be secret."""

    __tablename__ = "policy"
    __table_args__ = (
        sa.Index("ix_policy_project_created_at", "project", "created_at", "id"),
        sa.Index("ix_policy_name", "name"),
        MYSQL,
    )

    id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    type: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    sealed_spec: orm.Mapped[str] = orm.mapped_column(LongText)
    data: orm.Mapped[Any] = orm.mapped_column(Json)
    user: orm.Mapped[str] = orm.mapped_column(OWNER)
    project: orm.Mapped[str] = orm.mapped_column(OWNER)
    domain: orm.Mapped[str | None] = orm.mapped_column(OWNER)
    created_at: orm.Mapped[datetime.datetime] = orm.mapped_column(UtcTime)
    updated_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(UtcTime)


class Cluster(Base):
    """A group of nodes, the size it should have, and how it stands."""

    __tablename__ = "cluster"
    __table_args__ = (
        sa.Index("ix_cluster_project_init_at", "project", "init_at", "id"),
        sa.Index("ix_cluster_name", "name"),
        sa.Index("ix_cluster_profile_id", "profile_id"),
        MYSQL,
    )

    id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    profile_id: orm.Mapped[str] = orm.mapped_column(ID, sa.ForeignKey("profile.id"))
    user: orm.Mapped[str] = orm.mapped_column(OWNER)
    project: orm.Mapped[str] = orm.mapped_column(OWNER)
    domain: orm.Mapped[str | None] = orm.mapped_column(OWNER)
    init_at: orm.Mapped[datetime.datetime] = orm.mapped_column(UtcTime)
    created_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(UtcTime)
    updated_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(UtcTime)
    min_size: orm.Mapped[int]
    max_size: orm.Mapped[int]
    desired_capacity: orm.Mapped[int]
    next_index: orm.Mapped[int] = orm.mapped_column(default=1)
    timeout: orm.Mapped[int]
    status: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    status_reason: orm.Mapped[str] = orm.mapped_column(sa.Text)
    meta_data: orm.Mapped[Any] = orm.mapped_column(Json)
    data: orm.Mapped[Any] = orm.mapped_column(Json)
    dependents: orm.Mapped[Any] = orm.mapped_column(Json)
    config: orm.Mapped[Any] = orm.mapped_column(Json)


class Node(Base):
    """One member of a cluster, or an orphan (``cluster_id`` is then ``''``)."""

    __tablename__ = "node"
    __table_args__ = (
        sa.Index("ix_node_cluster_id_index", "cluster_id", "index", "id"),
        sa.Index("ix_node_project_init_at", "project", "init_at", "id"),
        sa.Index("ix_node_name", "name"),
        sa.Index("ix_node_profile_id", "profile_id"),
        sa.Index("ix_node_physical_id", "physical_id"),
        MYSQL,
    )

    id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    physical_id: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))
    cluster_id: orm.Mapped[str] = orm.mapped_column(ID, default="")
    profile_id: orm.Mapped[str] = orm.mapped_column(ID, sa.ForeignKey("profile.id"))
    user: orm.Mapped[str] = orm.mapped_column(OWNER)
    project: orm.Mapped[str] = orm.mapped_column(OWNER)
    domain: orm.Mapped[str | None] = orm.mapped_column(OWNER)
    index: orm.Mapped[int] = orm.mapped_column(default=-1)
    role: orm.Mapped[str | None] = orm.mapped_column(sa.String(64), default="")
    init_at: orm.Mapped[datetime.datetime] = orm.mapped_column(UtcTime)
    created_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(UtcTime)
    updated_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(UtcTime)
    tainted: orm.Mapped[bool] = orm.mapped_column(default=False)
    status: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    status_reason: orm.Mapped[str] = orm.mapped_column(sa.Text)
    meta_data: orm.Mapped[Any] = orm.mapped_column(Json, nullable=True)
    data: orm.Mapped[Any] = orm.mapped_column(Json)
    dependents: orm.Mapped[Any] = orm.mapped_column(Json)


class Receiver(Base):
    """A door through which others start an action on a cluster, or on several.

    ``actor_...`` is on whose behalf: the owner of the cluster, also where an
    administrator made the receiver. The permission is looked up when it is
    used, so that no copy of it grows old here. Passwords in ``params`` are sealed.
    """

    __tablename__ = "receiver"
    __table_args__ = (
        sa.Index("ix_receiver_project_name", "project", "name", "id"),
        sa.Index("ix_receiver_name", "name"),
        sa.Index("ix_receiver_cluster_id", "cluster_id"),
        MYSQL,
    )

    id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    type: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    user: orm.Mapped[str] = orm.mapped_column(OWNER)
    project: orm.Mapped[str] = orm.mapped_column(OWNER)
    domain: orm.Mapped[str | None] = orm.mapped_column(OWNER)
    created_at: orm.Mapped[datetime.datetime] = orm.mapped_column(UtcTime)
    updated_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(UtcTime)
    cluster_id: orm.Mapped[str | None] = orm.mapped_column(
        ID, sa.ForeignKey("cluster.id")
    )
    kind: orm.Mapped[str | None] = orm.mapped_column("action", sa.String(64))
    actor_user: orm.Mapped[str] = orm.mapped_column(OWNER)
    actor_project: orm.Mapped[str] = orm.mapped_column(OWNER)
    actor_domain: orm.Mapped[str | None] = orm.mapped_column(OWNER)
    params: orm.Mapped[Any] = orm.mapped_column(Json, nullable=True)
    channel: orm.Mapped[Any] = orm.mapped_column(Json)


class Binding(Base):
    """A policy that is attached to a cluster.

    ``is_attached`` is false as long as it is being attached, and when what was
    made for it couldn't be removed: nobody sees or asks it then. ``sealed_data``
    is what its type made and keeps for this cluster; ``last_op`` is when the last
    scaling under it has ended.
    """

    __tablename__ = "cluster_policy"
    __table_args__ = (
        sa.Index("ix_cluster_policy_policy_id", "policy_id"),
        sa.UniqueConstraint("cluster_id", "policy_id"),
        MYSQL,
    )

    id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    cluster_id: orm.Mapped[str] = orm.mapped_column(ID, sa.ForeignKey("cluster.id"))
    policy_id: orm.Mapped[str] = orm.mapped_column(ID, sa.ForeignKey("policy.id"))
    enabled: orm.Mapped[bool]
    priority: orm.Mapped[int]
    is_attached: orm.Mapped[bool]
    sealed_data: orm.Mapped[str | None] = orm.mapped_column(LongText)
    last_op: orm.Mapped[datetime.datetime | None] = orm.mapped_column(UtcTime)


class Action(Base):
    """Something that was asked for; the row is the job, and the lock."""

    __tablename__ = "action"
    __table_args__ = (
        sa.Index("ix_action_status_cluster_id", "status", "cluster_id", "ready_at"),
        sa.Index("ix_action_target_status", "target", "status"),
        sa.Index("ix_action_cluster_id_status", "cluster_id", "status"),
        sa.Index("ix_action_status_lease_until", "status", "lease_until"),
        sa.Index("ix_action_status_wake_at", "status", "wake_at"),
        sa.Index("ix_action_name", "name"),
        sa.Index("ix_action_owner", "owner"),
        sa.Index("ix_action_wait_group", "wait_group"),
        sa.Index("ix_action_project_created_at", "project", "created_at", "id"),
        sa.Index("ix_action_end_time", "end_time"),
        sa.UniqueConstraint("parent_id", "sequence"),
        MYSQL,
    )

    id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    name: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    kind: orm.Mapped[str] = orm.mapped_column("action", sa.String(64))
    target: orm.Mapped[str] = orm.mapped_column(ID)
    cluster_id: orm.Mapped[str] = orm.mapped_column(ID, default="")
    cause: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    user: orm.Mapped[str] = orm.mapped_column(OWNER)
    project: orm.Mapped[str] = orm.mapped_column(OWNER)
    domain: orm.Mapped[str | None] = orm.mapped_column(OWNER)
    request_id: orm.Mapped[str] = orm.mapped_column(sa.String(64), default="")
    created_at: orm.Mapped[datetime.datetime] = orm.mapped_column(UtcTime)
    updated_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(UtcTime)
    start_time: orm.Mapped[float | None] = orm.mapped_column(sa.Double)
    end_time: orm.Mapped[float | None] = orm.mapped_column(sa.Double)
    #: Seconds that the action may take, counted from its first claim.
    timeout: orm.Mapped[int]
    status: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    status_reason: orm.Mapped[str] = orm.mapped_column(LongText, default="")
    inputs: orm.Mapped[Any] = orm.mapped_column(Json)
    outputs: orm.Mapped[Any] = orm.mapped_column(Json)
    data: orm.Mapped[Any] = orm.mapped_column(Json)

    # Family
    parent_id: orm.Mapped[str | None] = orm.mapped_column(ID)
    sequence: orm.Mapped[int | None]
    #: Children that have not ended; a waiting parent is woken at zero.
    children_left: orm.Mapped[int] = orm.mapped_column(default=0)

    # Who is at work, and what has been done
    owner: orm.Mapped[str | None] = orm.mapped_column(ID)
    lease: orm.Mapped[int] = orm.mapped_column(default=0)
    lease_until: orm.Mapped[float | None] = orm.mapped_column(sa.Double)
    attempt: orm.Mapped[int] = orm.mapped_column(default=0)
    flow_version: orm.Mapped[int] = orm.mapped_column(default=0)
    journal: orm.Mapped[Any] = orm.mapped_column(Json)
    undoing: orm.Mapped[str | None] = orm.mapped_column(LongText)
    signal: orm.Mapped[str | None] = orm.mapped_column(sa.String(16))

    # When it may be claimed, or what it waits for
    ready_at: orm.Mapped[float | None] = orm.mapped_column(sa.Double)
    wake_at: orm.Mapped[float | None] = orm.mapped_column(sa.Double)
    wait_kind: orm.Mapped[str | None] = orm.mapped_column(sa.String(16))
    wait_group: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    wait_object: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    #: What the object has to reach.
    wait: orm.Mapped[Any] = orm.mapped_column(Json, nullable=True)
    #: How the object was seen last.
    seen: orm.Mapped[Any] = orm.mapped_column(Json, nullable=True)


class Event(Base):
    """Something that happened to a cluster, a node or a host aggregate."""

    __tablename__ = "event"
    __table_args__ = (
        sa.Index("ix_event_project_timestamp", "project", "timestamp", "id"),
        sa.Index("ix_event_oid", "oid"),
        sa.Index("ix_event_cluster_id", "cluster_id"),
        sa.Index("ix_event_timestamp", "timestamp"),
        MYSQL,
    )

    id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    timestamp: orm.Mapped[datetime.datetime] = orm.mapped_column(UtcTime)
    oid: orm.Mapped[str] = orm.mapped_column(ID)
    oname: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    otype: orm.Mapped[str] = orm.mapped_column(sa.String(36))
    cluster_id: orm.Mapped[str] = orm.mapped_column(ID, default="")
    level: orm.Mapped[int]
    user: orm.Mapped[str] = orm.mapped_column(OWNER)
    project: orm.Mapped[str] = orm.mapped_column(OWNER)
    action: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    status: orm.Mapped[str] = orm.mapped_column(sa.String(32))
    status_reason: orm.Mapped[str] = orm.mapped_column(LongText)
    meta_data: orm.Mapped[Any] = orm.mapped_column(Json)


class Credential(Base):
    """The permission to act for a user in a project, sealed."""

    __tablename__ = "credential"
    __table_args__ = (MYSQL,)

    user: orm.Mapped[str] = orm.mapped_column(OWNER, primary_key=True)
    project: orm.Mapped[str] = orm.mapped_column(OWNER, primary_key=True)
    sealed: orm.Mapped[str] = orm.mapped_column(LongText)
    created_at: orm.Mapped[datetime.datetime] = orm.mapped_column(UtcTime)
    updated_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(UtcTime)
