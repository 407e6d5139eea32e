"""Make and drop a database on MariaDB or PostgreSQL.

Runs with any interpreter that has SQLAlchemy and the driver of the URL:
``python databases.py create|drop``.  The URL stands in the environment variable
DATABASE_URL, since it may have a password in it.
"""

import os
import sys

import sqlalchemy

MAINTENANCE = {"postgresql": "postgres", "mysql": None}


def main(verb: str, address: str) -> None:
    """Make the database of a URL anew, or drop it."""
    url = sqlalchemy.make_url(address)
    kind = url.get_backend_name()
    server = sqlalchemy.create_engine(
        sqlalchemy.URL.create(
            url.drivername,
            username=url.username,
            password=url.password,
            host=url.host,
            port=url.port,
            database=MAINTENANCE[kind],
            query=url.query,
        ),
        isolation_level="AUTOCOMMIT",
    )
    name = server.dialect.identifier_preparer.quote(str(url.database))
    # A client that died may still be connected; PostgreSQL would refuse then.
    force = " WITH (FORCE)" if kind == "postgresql" else ""
    charset = " CHARACTER SET utf8mb4" if kind == "mysql" else ""
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}{force}")
        if verb == "create":
            connection.exec_driver_sql(f"CREATE DATABASE {name}{charset}")


if __name__ == "__main__":
    main(sys.argv[1], os.environ["DATABASE_URL"])
