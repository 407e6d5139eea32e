"""Tables of what is at work: lines, watches, due checks. Users don't see them."""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db.tables import ID, MYSQL, OWNER, Base
from senlin_like.db.types import Json, LongText, UtcTime


class HealthCheck(Base):
    """A look at the health of a cluster that is due again and again.

    There is a row for each enabled binding of a health policy. ``token`` is
    that of the round which is at it; a round that was lost ends with
    ``due_at``. Times are epoch seconds by the database's clock.
    """

    __tablename__ = "health_check"
    __table_args__ = (
        sa.Index("ix_health_check_due_at", "due_at"),
        sa.Index("ix_health_check_cluster_id", "cluster_id"),
        MYSQL,
    )

    binding_id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    cluster_id: orm.Mapped[str] = orm.mapped_column(ID)
    due_at: orm.Mapped[float] = orm.mapped_column(sa.Double)
    token: orm.Mapped[str | None] = orm.mapped_column(ID)
    #: When all nodes are looked at again; before, only those in doubt are.
    full_at: orm.Mapped[float | None] = orm.mapped_column(sa.Double)
    #: Seconds to the next look when nothing changes.
    pace: orm.Mapped[float | None] = orm.mapped_column(sa.Double)
    #: What the last looks have shown.
    seen: orm.Mapped[Any] = orm.mapped_column(Json)
    #: When the cloud last told of a node, if that was after the last take.
    told_at: orm.Mapped[float | None] = orm.mapped_column(sa.Double)


class NodeNotice(Base):
    """The last that the cloud has told of a node, until a check has seen it.

    One row for a node at most. ``object_id`` is whom it was told of: the node
    may have got another object since. ``at`` is epoch seconds by the database's
    clock.
    """

    __tablename__ = "node_notice"
    __table_args__ = (sa.Index("ix_node_notice_cluster_id", "cluster_id"), MYSQL)

    node_id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    cluster_id: orm.Mapped[str] = orm.mapped_column(ID)
    object_id: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    event: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    at: orm.Mapped[float] = orm.mapped_column(sa.Double)


class Dependency(Base):
    """``dependent`` may not start before ``depended`` has ended."""

    __tablename__ = "dependency"
    __table_args__ = (sa.Index("ix_dependency_dependent", "dependent"), MYSQL)

    depended: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    dependent: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)


class WatchGroup(Base):
    """Parked waits that one list call answers; one engine asks at a time."""

    __tablename__ = "watch_group"
    __table_args__ = (sa.Index("ix_watch_group_due_at", "due_at"), MYSQL)

    #: ``kind|project|user|region``
    key: orm.Mapped[str] = orm.mapped_column(sa.String(255), primary_key=True)
    due_at: orm.Mapped[float] = orm.mapped_column(sa.Double)
    #: Seconds to the next look when nothing changes.
    pace: orm.Mapped[float] = orm.mapped_column(sa.Double)


class StrayWatch(Base):
    """A node for which a lost engine may still make a second server."""

    __tablename__ = "stray_watch"
    __table_args__ = (sa.Index("ix_stray_watch_due_at", "due_at"), MYSQL)

    node_id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    project: orm.Mapped[str] = orm.mapped_column(OWNER)
    user: orm.Mapped[str] = orm.mapped_column(OWNER)
    profile_id: orm.Mapped[str] = orm.mapped_column(ID)
    #: Of the profile, which may be deleted before this watch ends.
    profile_type: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    sealed_spec: orm.Mapped[str] = orm.mapped_column(LongText)
    #: Of the node, which may be gone.
    data: orm.Mapped[Any] = orm.mapped_column(Json)
    #: Only what was made at or after this time (epoch seconds) can be a stray.
    since: orm.Mapped[float] = orm.mapped_column(sa.Double)
    until: orm.Mapped[float] = orm.mapped_column(sa.Double)
    due_at: orm.Mapped[float] = orm.mapped_column(sa.Double)


class BindingWatch(Base):
    """A policy of a cluster for which a lost engine may still make something."""

    __tablename__ = "binding_watch"
    __table_args__ = (sa.Index("ix_binding_watch_due_at", "due_at"), MYSQL)

    binding_id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    project: orm.Mapped[str] = orm.mapped_column(OWNER)
    user: orm.Mapped[str] = orm.mapped_column(OWNER)
    cluster_id: orm.Mapped[str] = orm.mapped_column(ID)
    #: Of the cluster, which may be gone before this watch ends; so may all else.
    profile_id: orm.Mapped[str] = orm.mapped_column(ID)
    profile_type: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    sealed_profile: orm.Mapped[str] = orm.mapped_column(LongText)
    policy_id: orm.Mapped[str] = orm.mapped_column(ID)
    policy_type: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    sealed_policy: orm.Mapped[str] = orm.mapped_column(LongText)
    #: Only what was made at or after this time (epoch seconds) can be a stray.
    since: orm.Mapped[float] = orm.mapped_column(sa.Double)
    until: orm.Mapped[float] = orm.mapped_column(sa.Double)
    due_at: orm.Mapped[float] = orm.mapped_column(sa.Double)


class MemberCheck(Base):
    """A look at a load balancer's members that is due again and again.

    There is a row for each enabled binding of a policy that has members.
    """

    __tablename__ = "member_check"
    __table_args__ = (
        sa.Index("ix_member_check_due_at", "due_at"),
        sa.Index("ix_member_check_cluster_id", "cluster_id"),
        MYSQL,
    )

    binding_id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    cluster_id: orm.Mapped[str] = orm.mapped_column(ID)
    #: Epoch seconds by the database's clock.
    due_at: orm.Mapped[float] = orm.mapped_column(sa.Double)
    #: Looks in a row that have found something wrong.
    tries: orm.Mapped[int] = orm.mapped_column(default=0)


class Service(Base):
    """One process of the service, and when it gave a sign of life last."""

    __tablename__ = "service"
    __table_args__ = (MYSQL,)

    id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    host: orm.Mapped[str] = orm.mapped_column(sa.String(255))
    binary: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    topic: orm.Mapped[str] = orm.mapped_column(sa.String(64))
    disabled: orm.Mapped[bool] = orm.mapped_column(default=False)
    disabled_reason: orm.Mapped[str | None] = orm.mapped_column(sa.String(255))
    created_at: orm.Mapped[datetime.datetime] = orm.mapped_column(UtcTime)
    updated_at: orm.Mapped[datetime.datetime] = orm.mapped_column(UtcTime)
    #: Epoch seconds of the database's clock.
    seen_at: orm.Mapped[float] = orm.mapped_column(sa.Double)


class ProjectLock(Base):
    """A project; whoever counts what it has changes this row first."""

    __tablename__ = "project_lock"
    __table_args__ = (MYSQL,)

    project: orm.Mapped[str] = orm.mapped_column(OWNER, primary_key=True)
    #: How often that was; tells nothing, but makes each change a real one.
    turns: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
