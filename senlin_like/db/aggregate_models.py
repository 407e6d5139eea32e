"""Tables of host aggregates. Names and hosts are compared exactly."""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from senlin_like.db.tables import ID, MYSQL, Base
from senlin_like.db.types import Json, UtcTime

NAME = sa.String(255)


class Aggregate(Base):
    """A group of compute hosts.

    Whoever changes aggregates holds the one lock of all of them, so what is
    checked across aggregates holds. ``zone`` is shown as metadata too, and
    isn't in ``meta_data``.
    """

    __tablename__ = "aggregate"
    __table_args__ = (
        sa.UniqueConstraint("uuid"),
        sa.UniqueConstraint("name"),
        # No id is given twice, so that nobody takes one aggregate for another.
        {**MYSQL, "sqlite_autoincrement": True},
    )

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    uuid: orm.Mapped[str] = orm.mapped_column(ID)
    name: orm.Mapped[str] = orm.mapped_column(NAME)
    zone: orm.Mapped[str | None] = orm.mapped_column(NAME)
    meta_data: orm.Mapped[Any] = orm.mapped_column(Json)
    created_at: orm.Mapped[datetime.datetime] = orm.mapped_column(UtcTime)
    updated_at: orm.Mapped[datetime.datetime | None] = orm.mapped_column(UtcTime)


class AggregateHost(Base):
    """A host in an aggregate; ``position`` gives the order of addition."""

    __tablename__ = "aggregate_host"
    __table_args__ = (sa.Index("ix_aggregate_host_host", "host"), MYSQL)

    aggregate_id: orm.Mapped[int] = orm.mapped_column(
        sa.ForeignKey("aggregate.id"), primary_key=True
    )
    host: orm.Mapped[str] = orm.mapped_column(NAME, primary_key=True)
    position: orm.Mapped[int]


class ImageTask(Base):
    """An image that an action brings to a host, and what came of it.

    ``due_at`` is when the host is to be asked (again), or while it is at work, when
    that is given up; in epoch seconds of the database's clock. None: it is done with.
    """

    __tablename__ = "image_task"
    __table_args__ = (
        sa.Index("ix_image_task_action_id_status", "action_id", "status", "due_at"),
        MYSQL,
    )

    action_id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    host: orm.Mapped[str] = orm.mapped_column(NAME, primary_key=True)
    image_id: orm.Mapped[str] = orm.mapped_column(ID, primary_key=True)
    #: Place in the order in which hosts are asked.
    position: orm.Mapped[int]
    status: orm.Mapped[str] = orm.mapped_column(sa.String(16))
    attempts: orm.Mapped[int] = orm.mapped_column(default=0)
    due_at: orm.Mapped[float | None] = orm.mapped_column(sa.Double)
    reason: orm.Mapped[str] = orm.mapped_column(sa.Text)


class ZoneNotice(Base):
    """Whether the cloud knows the zones that aggregates give hosts; one row at most.

    ``wanted`` counts changes of zones, ``told`` is the count that the cloud has
    been told of. Who tells it holds the row until ``held_until`` (epoch seconds
    of the database's clock), so that no older state arrives after a newer one.
    """

    __tablename__ = "zone_notice"
    __table_args__ = (MYSQL,)

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True, autoincrement=False)
    wanted: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, default=0)
    told: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, default=0)
    holder: orm.Mapped[str | None] = orm.mapped_column(ID)
    held_until: orm.Mapped[float | None] = orm.mapped_column(sa.Double)
