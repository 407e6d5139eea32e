"""What all tables have in common."""

from typing import TYPE_CHECKING, ClassVar

import sqlalchemy as sa
from sqlalchemy import orm

ID = sa.String(36)
OWNER = sa.String(64)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
#: Names are compared exactly, as the other databases do.
MYSQL = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}


class Base(orm.DeclarativeBase):
    """Root of the models."""

    metadata = sa.MetaData(naming_convention=NAMING)

    if TYPE_CHECKING:
        # No model here is mapped to anything but a table.
        __table__: ClassVar[sa.Table]
