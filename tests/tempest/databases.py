"""Make, drop or cut off a database on MariaDB or PostgreSQL.

Runs with any interpreter that has SQLAlchemy and the driver of the URL:
``python databases.py create|drop|cut``.  The URL stands in the environment
variable DATABASE_URL, since it may have a password in it.
"""

import contextlib
import os
import sys

import sqlalchemy

MAINTENANCE = {"postgresql": "postgres", "mysql": None}
CONNECTIONS = {
    "postgresql": "SELECT pid FROM pg_stat_activity WHERE datname = :name",
    "mysql": "SELECT id FROM information_schema.processlist WHERE db = :name",
}
END = {"postgresql": "SELECT pg_terminate_backend({})", "mysql": "KILL {}"}


def connect(url: sqlalchemy.URL) -> sqlalchemy.Engine:
    """Return an engine for the server of a URL, outside its database."""
    # ``set`` would keep the database where the new one is None.
    elsewhere = sqlalchemy.URL.create(
        url.drivername,
        username=url.username,
        password=url.password,
        host=url.host,
        port=url.port,
        database=MAINTENANCE[url.get_backend_name()],
        query=url.query,
    )
    return sqlalchemy.create_engine(elsewhere, isolation_level="AUTOCOMMIT")


def make_anew(url: sqlalchemy.URL, *, only_drop: bool) -> None:
    """Drop the database of a URL, and create it unless ``only_drop``."""
    kind = url.get_backend_name()
    server = connect(url)
    name = server.dialect.identifier_preparer.quote(str(url.database))
    # A client that died may still be connected; PostgreSQL would refuse then.
    force = " WITH (FORCE)" if kind == "postgresql" else ""
    charset = " CHARACTER SET utf8mb4" if kind == "mysql" else ""
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}{force}")
        if not only_drop:
            connection.exec_driver_sql(f"CREATE DATABASE {name}{charset}")
    server.dispose()


def cut(url: sqlalchemy.URL) -> int:
    """End all connections to the database, as its restart would; return how many."""
    kind = url.get_backend_name()
    server = connect(url)
    ended = 0
    with server.connect() as connection:
        found = connection.execute(
            sqlalchemy.text(CONNECTIONS[kind]), {"name": url.database}
        )
        for number in list(found.scalars()):
            # It may have ended by itself meanwhile.
            with contextlib.suppress(sqlalchemy.exc.DBAPIError):
                connection.exec_driver_sql(END[kind].format(int(number)))
                ended += 1
    server.dispose()
    return ended


def main(verb: str, address: str) -> None:
    """Make the database of a URL anew, drop it, or end its connections."""
    url = sqlalchemy.make_url(address)
    if verb == "cut":
        cut(url)
    else:
        make_anew(url, only_drop=verb == "drop")


if __name__ == "__main__":
    main(sys.argv[1], os.environ["DATABASE_URL"])
