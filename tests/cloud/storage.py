"""Make the databases and the virtual host of a cloud, and remove them."""

import contextlib
import pathlib
import shutil
import urllib.parse
from collections.abc import Iterator

import sqlalchemy as sa

from tests.cloud import settings as cloud_settings
from tests.tempest import processes

DATABASES = (
    "keystone",
    "placement",
    "glance",
    "neutron",
    "nova_api",
    "nova",
    "nova_cell0",
    "heat",
    "octavia",
    "cinder",
    "zaqar",
)
#: A cloud holds some 40 connections at rest, and twice as many while it builds;
#: the usual limit is 151, for everybody.
CONNECTIONS = 500
LOCAL = {"127.0.0.1", "localhost"}
SOCKET = "/run/mysqld/mysqld.sock"
#: Nobody may be listening, so that only the latest are kept.
KEPT_NOTIFICATIONS = 20000
CONTROL_TIMEOUT_S = 60


def make_databases(settings: cloud_settings.Settings) -> None:
    """Make what isn't there, and an account that may do all in it.

    :raises processes.ProgramError: when the server refuses, or isn't there.
    """
    password = cloud_settings.password(settings)
    with _administrator(settings) as server:
        for name in DATABASES:
            server.exec_driver_sql(
                f"CREATE DATABASE IF NOT EXISTS {settings.database_prefix}{name} "
                "CHARACTER SET utf8mb3"
            )
        for account in _accounts(settings):
            server.exec_driver_sql(
                f"CREATE OR REPLACE USER {account} IDENTIFIED BY '{password}'"
            )
            # An underscore would stand for any character.
            pattern = settings.database_prefix.replace("_", r"\_")
            server.exec_driver_sql(f"GRANT ALL ON `{pattern}%%`.* TO {account}")
        limit = server.exec_driver_sql("SELECT @@max_connections").scalar_one()
        if limit < CONNECTIONS:
            with contextlib.suppress(sa.exc.DBAPIError):
                server.exec_driver_sql(f"SET GLOBAL max_connections = {CONNECTIONS}")


def drop_databases(settings: cloud_settings.Settings) -> None:
    """Remove what :func:`make_databases` has made.

    :raises processes.ProgramError: when the server refuses, or isn't there.
    """
    with _administrator(settings) as server:
        for name in DATABASES:
            server.exec_driver_sql(
                f"DROP DATABASE IF EXISTS {settings.database_prefix}{name}"
            )
        for account in _accounts(settings):
            server.exec_driver_sql(f"DROP USER IF EXISTS {account}")


def make_vhost(settings: cloud_settings.Settings) -> None:
    """Make the virtual host, with a limit on unread notifications.

    :raises processes.ProgramError: when ``rabbitmqctl`` isn't there or refuses.
    """
    vhost = settings.vhost
    if vhost in _rabbitmqctl(settings, "list_vhosts").split():
        return
    _rabbitmqctl(settings, "add_vhost", vhost)
    user = urllib.parse.urlsplit(settings.rabbitmq_url).username or "guest"
    everything = [".*", ".*", ".*"]
    _rabbitmqctl(settings, "set_permissions", "-p", vhost, user, *everything)
    limit = f'{{"max-length":{KEPT_NOTIFICATIONS}}}'
    pattern = r"^(versioned_)?notifications\."
    policy = ["set_policy", "-p", vhost, "--apply-to", "queues", "cap", pattern, limit]
    _rabbitmqctl(settings, *policy)


def drop_vhost(settings: cloud_settings.Settings) -> None:
    """Remove the virtual host, if it is there.

    :raises processes.ProgramError: when ``rabbitmqctl`` isn't there or refuses.
    """
    if settings.vhost in _rabbitmqctl(settings, "list_vhosts").split():
        _rabbitmqctl(settings, "delete_vhost", settings.vhost)


def _rabbitmqctl(settings: cloud_settings.Settings, *words: str) -> str:
    """Run RabbitMQ's tool of administration and return what it prints."""
    tool = shutil.which("rabbitmqctl")
    if tool is None:
        reason = "rabbitmqctl isn't on the PATH, and a virtual host is to be made"
        raise processes.ProgramError(reason)
    program = processes.Program(
        name=f"rabbitmqctl-{words[0]}",
        command=[tool, "-q", *words],
        run_dir=settings.log_dir,
    )
    return processes.run(program, CONTROL_TIMEOUT_S)


def _accounts(settings: cloud_settings.Settings) -> list[str]:
    """Name the account as it comes by socket and by network."""
    return [f"'{settings.name}'@'{host}'" for host in ("localhost", "127.0.0.1", "%%")]


@contextlib.contextmanager
def _administrator(settings: cloud_settings.Settings) -> Iterator[sa.Connection]:
    """Connect as somebody who may make databases and accounts.

    :raises processes.ProgramError: when the server refuses, or isn't there.
    """
    url = sa.make_url(settings.mariadb_url)
    try:
        with contextlib.ExitStack() as stack:
            try:
                server = stack.enter_context(_engine(url).connect())
            except sa.exc.OperationalError:
                if url.host not in LOCAL or not pathlib.Path(SOCKET).exists():
                    raise
                # Debian's MariaDB lets root in by the socket only.
                by_socket = url.update_query_dict({"unix_socket": SOCKET})
                server = stack.enter_context(_engine(by_socket).connect())
            yield server
    except sa.exc.DBAPIError as error:
        raise processes.ProgramError(f"MariaDB: {error.orig}") from None


def _engine(url: sa.URL) -> sa.Engine:
    """Return an engine that changes at once, and keeps no connection."""
    return sa.create_engine(
        url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool
    )
