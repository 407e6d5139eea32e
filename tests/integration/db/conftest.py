"""A fresh database on each kind of server, with the tables that steps make."""

import uuid
from collections.abc import Callable, Iterator

import pytest

from senlin_like.context import RequestContext
from senlin_like.db import profiles, session, vault
from senlin_like.db.migrations import migrate
from senlin_like.drivers import base as clouds
from senlin_like.drivers.options import DriverOptions
from senlin_like.drivers.simulated import cloud
from senlin_like.operations import profiles as profile_operations
from senlin_like.operations.deps import Deps
from senlin_like.policies.registry import Registry as PolicyRegistry
from senlin_like.profiles.nova_server.plugin import NovaServer
from senlin_like.profiles.registry import Registry

KINDS = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.postgresql),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]


@pytest.fixture(params=KINDS, scope="module")
def url(request, tmp_path_factory, a_database) -> Iterator[str]:
    """Give the URL of an empty database, which goes away afterwards."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('db')}/senlin.db"
        return
    with a_database(request.param) as made:
        yield made


@pytest.fixture(scope="module")
def database(url) -> Iterator[session.Database]:
    migrate.sync(url)
    made = session.connect(url, vault.Vault([vault.new_key()]))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def driver(tmp_path_factory) -> Iterator[clouds.Driver]:
    path = tmp_path_factory.mktemp("cloud") / "cloud.db"
    made = cloud.connect(DriverOptions(simulated_url=f"sqlite:///{path}"))
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
