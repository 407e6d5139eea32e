"""What all tests share: real servers, where a test is marked to need one.

``@pytest.mark.postgresql``, ``mariadb``, ``rabbitmq`` and ``docker`` leave a test
out when its server can't be reached, with the reason; with
``SENLIN_LIKE_REQUIRE_ALL=1`` it fails instead. Where the servers are:
``SENLIN_LIKE_TEST_POSTGRESQL_URL``, ``SENLIN_LIKE_TEST_MARIADB_URL``,
``SENLIN_LIKE_TEST_RABBITMQ_URL``, ``SENLIN_LIKE_TEST_DOCKER_URL``.
"""

import contextlib
import functools
import importlib
import logging
import os
import pathlib
import socket
import sys
import urllib.parse
import uuid
from collections.abc import Callable, Iterator

import hypothesis
import pytest
import sqlalchemy as sa

# How quick the machine is says nothing of what is tested.
hypothesis.settings.register_profile(
    "patient",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("patient")

POSTGRESQL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
MARIADB = "mysql+pymysql://root@127.0.0.1:3306/"
RABBITMQ = "rabbit://guest:guest@127.0.0.1:5672/"
MARIADB_SOCKET = pathlib.Path("/run/mysqld/mysqld.sock")
PATIENCE_S = 5
SERVERS = ("postgresql", "mariadb", "rabbitmq", "docker")


def _given(server: str, default: str) -> str:
    return os.environ.get(f"SENLIN_LIKE_TEST_{server.upper()}_URL") or default


def _try_sql(url: sa.URL) -> None:
    engine = sa.create_engine(
        url, poolclass=sa.NullPool, connect_args={"connect_timeout": PATIENCE_S}
    )
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))
    engine.dispose()


@functools.cache
def _postgresql() -> sa.URL:
    url = sa.make_url(_given("postgresql", POSTGRESQL))
    _try_sql(url)
    return url


@functools.cache
def _mariadb() -> sa.URL:
    url = sa.make_url(_given("mariadb", MARIADB))
    try:
        _try_sql(url)
    except sa.exc.OperationalError:
        # Debian's MariaDB lets root in by the socket only.
        if not MARIADB_SOCKET.exists() or url.host not in {"127.0.0.1", "localhost"}:
            raise
        url = url.update_query_dict({"unix_socket": str(MARIADB_SOCKET)})
        _try_sql(url)
    return url


@functools.cache
def _rabbitmq() -> str:
    url = _given("rabbitmq", RABBITMQ)
    parts = urllib.parse.urlsplit(url)
    address = (parts.hostname or "127.0.0.1", parts.port or 5672)
    with socket.create_connection(address, timeout=PATIENCE_S) as connection:
        # Any first frame but AMQP's is answered with the version it speaks.
        connection.sendall(b"AMQP\x00\x00\x00\x00")
        if connection.recv(4) != b"AMQP":
            raise OSError("something else than RabbitMQ answers there")
    return url


def _docker() -> str:
    # Only what needs an engine needs Docker's package.
    sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
    engine = importlib.import_module("tests.docker_engine")
    return str(engine.found())


PROBES = {
    "postgresql": _postgresql,
    "mariadb": _mariadb,
    "rabbitmq": _rabbitmq,
    "docker": functools.cache(_docker),
}


@functools.cache
def _missing(server: str) -> str | None:
    """Tell why a server can't be used, in one line; None if it can."""
    try:
        PROBES[server]()
    except (OSError, sa.exc.SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error)
        return f"no {server} server can be reached: {' '.join(reason.split())[:200]}"
    return None


@pytest.fixture(autouse=True)
def _logging_as_found() -> Iterator[None]:
    """Take back what a program that is run in the test's process does to logging.

    It would log to the test's own stderr, which is closed afterwards.
    """
    root = logging.getLogger()
    named = root.manager.loggerDict
    loggers = [
        root,
        *(one for one in named.values() if isinstance(one, logging.Logger)),
    ]
    levels = [(one, one.level) for one in loggers]
    handlers, hook = root.handlers[:], sys.excepthook
    yield
    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)
    for one, level in levels:
        one.setLevel(level)
    sys.excepthook = hook


def is_everything_required() -> bool:
    """Tell whether a missing server is a failure."""
    return os.environ.get("SENLIN_LIKE_REQUIRE_ALL", "") not in {"", "0"}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out, or fail, what needs a server that isn't there."""
    for server in SERVERS:
        if item.get_closest_marker(server) is None:
            continue
        reason = _missing(server)
        if reason is None:
            continue
        if is_everything_required():
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


#: How a database is made, in full Unicode, and dropped with all connections to it.
_CREATE = {
    "postgresql": "CREATE DATABASE {name}",
    "mariadb": "CREATE DATABASE {name} CHARACTER SET utf8mb4",
}
_DROP = {
    "postgresql": "DROP DATABASE IF EXISTS {name} WITH (FORCE)",
    "mariadb": "DROP DATABASE IF EXISTS {name}",
}


@contextlib.contextmanager
def _database(server: str) -> Iterator[str]:
    """Make a database of its own, and drop it at the end; gives its URL."""
    _require(server)
    url = PROBES[server]()
    name = f"senlin_like_test_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(_CREATE[server].format(name=name)))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(_DROP[server].format(name=name)))
        admin.dispose()


def _require(server: str) -> None:
    """Stand in for the marker where a fixture alone is used."""
    reason = _missing(server)
    if reason is not None and is_everything_required():
        pytest.fail(reason, pytrace=False)
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def a_database() -> Callable[[str], contextlib.AbstractContextManager[str]]:
    """Make an empty database of a server, for as long as the test says."""
    return _database


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """URL of an empty PostgreSQL database."""
    with _database("postgresql") as url:
        yield url


@pytest.fixture
def mariadb_url() -> Iterator[str]:
    """URL of an empty MariaDB database."""
    with _database("mariadb") as url:
        yield url


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def any_url(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[str]:
    """URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/s.db"
        return
    with _database(request.param) as url:
        yield url


@pytest.fixture
def docker_url() -> str:
    """Where the Docker engine listens."""
    _require("docker")
    return str(PROBES["docker"]())


@pytest.fixture
def rabbitmq_url() -> str:
    """Transport URL of the message broker."""
    _require("rabbitmq")
    return _rabbitmq()
