"""A fresh database on each kind of server, with the tables that steps make.

The servers are named by SENLIN_TEST_POSTGRESQL_URL and SENLIN_TEST_MARIADB_URL;
by default they are looked for on this host, with users who need no password.
"""

import os
import uuid
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from senlin_like.context import RequestContext
from senlin_like.db import profiles, session, vault
from senlin_like.db.migrations import migrate
from senlin_like.drivers import base as clouds
from senlin_like.drivers.simulated import cloud
from senlin_like.operations import profiles as profile_operations
from senlin_like.operations.deps import Deps
from senlin_like.policies.registry import Registry as PolicyRegistry
from senlin_like.profiles.nova_server.plugin import NovaServer
from senlin_like.profiles.registry import Registry

SERVERS = {
    "postgresql": os.environ.get(
        "SENLIN_TEST_POSTGRESQL_URL",
        "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
    ),
    "mariadb": os.environ.get(
        "SENLIN_TEST_MARIADB_URL", "mysql+pymysql://root@127.0.0.1:3306/mysql"
    ),
}
KINDS = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.postgresql),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]


@pytest.fixture(params=KINDS, scope="module")
def url(request, tmp_path_factory) -> Iterator[str]:
    """Give the URL of an empty database, which goes away afterwards."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('db')}/senlin.db"
        return
    address = sa.make_url(SERVERS[request.param])
    name = f"senlin_db_test_{uuid.uuid4().hex[:12]}"
    server = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield address.set(database=name).render_as_string(hide_password=False)
    force = " WITH (FORCE)" if request.param == "postgresql" else ""
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name}{force}")
    server.dispose()


@pytest.fixture(scope="module")
def database(url) -> Iterator[session.Database]:
    migrate.sync(url)
    made = session.connect(url, vault.Vault([vault.new_key()]))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def driver(tmp_path_factory) -> Iterator[clouds.Driver]:
    path = tmp_path_factory.mktemp("cloud") / "cloud.db"
    made = cloud.connect(clouds.DriverOptions(simulated_url=f"sqlite:///{path}"))
    yield made
    made.close()


@pytest.fixture
def deps(database, driver) -> Deps:
    return Deps(
        db=database,
        wake=lambda: None,
        profiles=Registry({NovaServer.name: NovaServer()}),
        policies=PolicyRegistry({}),
        driver=driver,
    )


@pytest.fixture
def ctx() -> RequestContext:
    """Give a caller with a project of its own in every test."""
    return RequestContext(user_id="alice", project_id=uuid.uuid4().hex)


@pytest.fixture
def a_profile(deps, ctx) -> Callable[..., dict]:
    def make(called="pro") -> dict:
        spec = {
            "type": "os.nova.server",
            "version": "1.0",
            "properties": {"flavor": "1", "name": "web"},
        }
        row = profile_operations.new_row(deps, ctx, called, NovaServer.name, spec)
        deps.db.transact(lambda one: profiles.insert(one, row))
        return row

    return make
