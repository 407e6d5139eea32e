"""A database of its own for one run of the torture."""

import contextlib
import os
import pathlib
import uuid
from collections.abc import Iterator

import sqlalchemy as sa

SERVERS = {
    "postgresql": "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
    "mariadb": "mysql+pymysql://root@127.0.0.1:3306/",
}
SOCKET = pathlib.Path("/run/mysqld/mysqld.sock")


def _admin(server: str) -> sa.Engine:
    given = os.environ.get(f"SENLIN_LIKE_TEST_{server.upper()}_URL")
    url = sa.make_url(given or SERVERS[server])
    options = {"poolclass": sa.NullPool, "isolation_level": "AUTOCOMMIT"}
    engine = sa.create_engine(url, **options)
    try:
        engine.connect().close()
    except sa.exc.OperationalError:
        # Debian's MariaDB lets root in by the socket only.
        if server != "mariadb" or not SOCKET.exists():
            raise
        url = url.update_query_dict({"unix_socket": str(SOCKET)})
        engine = sa.create_engine(url, **options)
    return engine


@contextlib.contextmanager
def fresh(server: str) -> Iterator[str]:
    """Make an empty database on a server, and drop it at the end."""
    admin = _admin(server)
    name = f"senlin_like_torture_{uuid.uuid4().hex[:10]}"
    drop = f"DROP DATABASE IF EXISTS {name}"
    if server == "postgresql":
        drop += " WITH (FORCE)"
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield admin.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(drop))
        admin.dispose()
