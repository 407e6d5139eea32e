"""A real SQLite file, the simulated cloud, and nobody who works on actions."""

import dataclasses
import datetime
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from senlin_like.context import RequestContext
from senlin_like.db import nodes, profiles, session, vault
from senlin_like.db.migrations import migrate
from senlin_like.db.models import Action, Cluster, Node
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.drivers.options import DriverOptions
from senlin_like.drivers.simulated import cloud
from senlin_like.operations import clusters as cluster_operations
from senlin_like.operations import nodes as node_operations
from senlin_like.operations import profiles as profile_operations
from senlin_like.operations.deps import Deps, Settings
from senlin_like.policies.registry import Registry as PolicyRegistry
from senlin_like.profiles.nova_server.plugin import NovaServer
from senlin_like.profiles.registry import Registry
from senlin_like.simulated_cloud import faults, tables

NOW = datetime.datetime(2026, 5, 4, 3, 2, 1, tzinfo=datetime.UTC)


class Stack(NovaServer):
    """Another type, to try what happens when types differ."""

    name = "other.server-1.0"


class Ticking:
    """A clock that moves on by one second whenever it is read."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime.datetime:
        self.now += datetime.timedelta(seconds=1)
        return self.now


@pytest.fixture
def driver(tmp_path) -> Iterator[clouds.Driver]:
    options = DriverOptions(simulated_url=f"sqlite:///{tmp_path}/cloud.db")
    made = cloud.connect(options)
    yield made
    made.close()


@pytest.fixture
def deps(tmp_path, driver) -> Iterator[Deps]:
    url = f"sqlite:///{tmp_path}/senlin.db"
    migrate.sync(url)
    database = session.connect(url, vault.Vault([vault.new_key()]))
    yield Deps(
        db=database,
        wake=lambda: None,
        profiles=Registry({one.name: one for one in (NovaServer(), Stack())}),
        policies=PolicyRegistry({}),
        driver=driver,
        settings=Settings(),
        clock=Ticking(),
    )
    database.dispose()


@pytest.fixture
def with_settings(deps) -> Callable[..., Deps]:
    """Give the same service with other settings."""

    def change(**settings) -> Deps:
        changed = dataclasses.replace(deps.settings, **settings)
        return dataclasses.replace(deps, settings=changed)

    return change


@pytest.fixture
def ctx() -> RequestContext:
    return RequestContext(
        user_id="alice", project_id="red", domain_id="default", roles=("member",)
    )


@pytest.fixture
def stranger() -> RequestContext:
    return RequestContext(user_id="bob", project_id="blue", roles=("member",))


@pytest.fixture
def a_spec() -> Callable[..., dict]:
    def make(**properties) -> dict:
        kind = properties.pop("type", "os.nova.server")
        given = {"flavor": "1", "image": "cirros-0.4.0-x86_64-disk", "name": "web"}
        return {"type": kind, "version": "1.0", "properties": given | properties}

    return make


@pytest.fixture
def a_profile(deps, ctx, a_spec) -> Callable[..., dict]:
    """Store a profile without asking the cloud."""

    def make(called="pro", who=ctx, **properties) -> dict:
        spec = a_spec(**properties)
        row = profile_operations.new_row(deps, who, called, f"{spec['type']}-1.0", spec)
        deps.db.transact(lambda one: profiles.insert(one, row))
        return row

    return make


@pytest.fixture
def a_cluster(deps, ctx, a_profile, finish) -> Callable[..., dict]:
    """Make a cluster that nothing is going on with."""

    def make(name="web", who=ctx, **body) -> dict:
        if "profile_id" not in body:
            body["profile_id"] = a_profile(f"pro-{name}", who=who)["id"]
        accepted = cluster_operations.create(deps, who, {"name": name, **body})
        finish(accepted.action_id)
        set_columns(deps, Cluster, accepted.record["id"], status="ACTIVE")
        return accepted.record

    return make


@pytest.fixture
def a_node(deps, ctx, a_profile) -> Callable[..., dict]:
    """Store a node that is ACTIVE and that nothing is going on with."""

    def make(name="node", who=ctx, cluster=None, **columns) -> dict:
        if cluster is not None:
            columns.setdefault("profile_id", cluster["profile_id"])
        elif "profile_id" not in columns:
            columns["profile_id"] = a_profile(f"pro-{name}", who=who)["id"]
        row = node_row(deps, who, name) | columns

        def work(one: session.Session) -> None:
            if cluster is not None:
                row["cluster_id"] = cluster["id"]
                row["index"] = nodes.allocate_indexes(one, cluster["id"], 1)
            nodes.insert_many(one, [row])

        deps.db.transact(work)
        return row

    return make


def node_row(deps: Deps, who: RequestContext, name: str) -> dict:
    row = node_operations.new_row(deps, who, {"name": name})
    return row | {"status": "ACTIVE", "status_reason": "Fine"}


@pytest.fixture
def a_server(driver, ctx) -> Callable[..., str]:
    """Make a server in the simulated cloud and return its id."""

    def make(name="vm", who=ctx, **marks) -> str:
        view = driver.cloud(clouds.Account(user=who.user_id, project=who.project_id))
        request = objects.ServerRequest(
            name=name,
            flavor_id=view.compute.find_flavor("1").id,
            image_id=view.images.find_image("cirros-0.4.0-x86_64-disk").id,
            metadata={"k": "v", **marks},
            networks=[{"network": view.network.find_network("private")}],
        )
        return view.compute.create_server(request).id

    return make


@pytest.fixture
def strike(driver) -> Callable[..., None]:
    """Let a fault strike calls of the cloud from now on."""

    def add(**rule) -> None:
        row = {"rule": faults.check(rule), "seen": 0, "fired": 0}
        driver.world.change(lambda one: one.execute(sa.insert(tables.FAULTS), row))

    return add


@pytest.fixture
def finish(deps) -> Callable[..., None]:
    """End an action, as an engine would."""

    def end(action_id: str, status: str = "SUCCEEDED") -> None:
        set_columns(deps, Action, action_id, status=status)

    return end


@pytest.fixture
def change(deps) -> Callable[..., None]:
    """Change columns of a cluster, a node or an action behind the service's back."""

    tables = {"cluster": Cluster, "node": Node, "action": Action}

    def write(kind: str, identity: str, **columns) -> None:
        set_columns(deps, tables[kind], identity, **columns)

    return write


def set_columns(deps: Deps, model: type, identity: str, **columns) -> None:
    statement = sa.update(model).where(model.id == identity).values(**columns)
    deps.db.transact(lambda one: one.execute(statement))


@pytest.fixture
def action(deps) -> Callable[[str], dict]:
    """Read an action's row."""

    def read(action_id: str) -> dict:
        table = Action.__table__
        with deps.db.reader() as one:
            row = one.execute(sa.select(table).where(table.c.id == action_id)).one()
        return dict(row._mapping)

    return read


@pytest.fixture
def count_rows(deps) -> Callable[[type], int]:
    def count(model: type) -> int:
        with deps.db.reader() as one:
            return one.scalar(sa.select(sa.func.count()).select_from(model))

    return count


@pytest.fixture
def statements(deps) -> Iterator[list[str]]:
    """Collect the SQL statements that are sent, without BEGIN and COMMIT."""
    sent: list[str] = []

    def note(_connection, _cursor, text, *_rest) -> None:
        if not text.startswith(("BEGIN", "PRAGMA")):
            sent.append(text)

    sa.event.listen(deps.db.engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(deps.db.engine, "before_cursor_execute", note)
