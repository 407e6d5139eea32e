"""What migrations are made of; each part may be there from a run that was cut off."""

from typing import Any

import sqlalchemy as sa
from alembic import op

MYSQL: Any = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}


def table(name: str, *parts: Any, **options: Any) -> None:
    """Make a table, unless a run that was cut off has made it.

    MariaDB can't take back a half-done step, so each part has to be found.
    """
    if not sa.inspect(op.get_bind()).has_table(name):
        op.create_table(name, *parts, **options)


def index(name: str, table: str, columns: list[str]) -> None:
    """Make an index, unless a run that was cut off has made it."""
    known = sa.inspect(op.get_bind()).get_indexes(table)
    if name not in {index["name"] for index in known}:
        op.create_index(name, table, columns)


def column(table: str, added: sa.Column[Any]) -> None:
    """Add a column, unless a run that was cut off has added it."""
    known = sa.inspect(op.get_bind()).get_columns(table)
    if added.name not in {one["name"] for one in known}:
        op.add_column(table, added)
