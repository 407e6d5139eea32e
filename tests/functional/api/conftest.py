"""The real WSGI application on SQLite and the simulated cloud; no engine runs."""

import dataclasses
import io
import json
import pathlib
import urllib.parse
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from oslo_config import cfg

# WebOb imports modules that Python is about to drop; nothing of ours does.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import keystonemiddleware.auth_token
    import oslo_middleware  # noqa: F401
    import pecan  # noqa: F401

from senlin_like.api import app
from senlin_like.db import models, session, vault
from senlin_like.drivers import registry as driver_registry
from senlin_like.drivers.options import DriverOptions
from senlin_like.operations import deps as parts
from senlin_like.policies import registry as policy_registry
from senlin_like.profiles import registry
from tests.functional.callers import Caller
from tests.functional.configured import configure

SPEC = {
    "type": "os.nova.server",
    "version": "1.0",
    "properties": {
        "flavor": "1",
        "name": "web",
        "image": "cirros-0.4.0-x86_64-disk",
        "networks": [{"network": "private"}],
    },
}
POLICY_SPEC = {
    "type": "senlin.policy.scaling",
    "version": "1.0",
    "properties": {
        "event": "CLUSTER_SCALE_IN",
        "adjustment": {
            "type": "CHANGE_IN_CAPACITY",
            "number": 1,
            "min_step": 1,
            "best_effort": True,
        },
    },
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reply:
    """What the application answered."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def message(self) -> str:
        return self.json["error"]["message"]

    @property
    def type(self) -> str:
        return self.json["error"]["type"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Client:
    """Calls a WSGI application as a server would."""

    wsgi: Any
    version: str | None = "latest"
    environ: dict[str, Any] = dataclasses.field(default_factory=dict)

    def at(self, version: str | None) -> "Client":
        return dataclasses.replace(self, version=version)

    def with_environ(self, **environ: Any) -> "Client":
        return dataclasses.replace(self, environ={**self.environ, **environ})

    def get(self, path: str, **headers: str) -> Reply:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.call("DELETE", path, body, **headers)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Send a request; a body that isn't bytes is sent as JSON."""
        raw = body if isinstance(body, bytes) else b""
        if body is not None and not isinstance(body, bytes):
            raw = json.dumps(body).encode()
        answered: dict[str, Any] = {}

        def start(status: str, given: list[tuple[str, str]], *_: Any) -> None:
            answered["status"] = int(status.split(maxsplit=1)[0])
            answered["headers"] = {name.lower(): value for name, value in given}

        chunks = self.wsgi(self._environ(method, path, raw, headers), start)
        content = b"".join(chunks)
        return Reply(
            status=answered["status"], headers=answered["headers"], raw=content
        )

    def _environ(
        self, method: str, path: str, raw: bytes, headers: dict[str, str]
    ) -> dict[str, Any]:
        bare, _, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": urllib.parse.unquote_to_bytes(bare).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "HTTP_ACCEPT": "application/json",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(raw),
            "wsgi.errors": io.StringIO(),
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if raw:
            environ["CONTENT_LENGTH"] = str(len(raw))
            environ["CONTENT_TYPE"] = "application/json"
        if self.version is not None:
            environ["HTTP_OPENSTACK_API_VERSION"] = f"clustering {self.version}"
        environ.update(self.environ)
        environ.update({name.upper(): value for name, value in headers.items()})
        return environ


@pytest.fixture
def woken() -> list[int]:
    """Grows whenever the engines are told that there is work."""
    return []


@pytest.fixture
def deps(tmp_path: pathlib.Path, woken: list[int]) -> Iterator[parts.Deps]:
    database = session.connect(
        f"sqlite:///{tmp_path}/service.db", vault.Vault([vault.new_key()])
    )
    models.Base.metadata.create_all(database.engine)
    driver = driver_registry.load(
        "simulated",
        DriverOptions(simulated_url=f"sqlite:///{tmp_path}/cloud.db"),
    )
    yield parts.Deps(
        db=database,
        wake=lambda: woken.append(1),
        profiles=registry.load(),
        policies=policy_registry.load(),
        driver=driver,
    )
    driver.close()
    database.dispose()


Build = Callable[..., Client]


@pytest.fixture
def configured() -> Callable[..., cfg.ConfigOpts]:
    """Make options, as ``build`` does."""
    return configure


@pytest.fixture
def build(deps: parts.Deps) -> Build:
    """Build the application, with other options or settings, and a client."""

    def make(
        settings: parts.Settings | None = None, profiles: Any = None, **api: Any
    ) -> Client:
        used = dataclasses.replace(
            deps,
            settings=settings or deps.settings,
            profiles=profiles or deps.profiles,
        )
        return Client(wsgi=app.build(used, configure(**api)))

    return make


@pytest.fixture
def serve() -> Callable[..., Client]:
    """Build the application from parts and options that the test has made."""

    def make(used: parts.Deps, conf: cfg.ConfigOpts | None = None) -> Client:
        return Client(wsgi=app.build(used, conf or configure()))

    return make


@pytest.fixture
def client(build: Build) -> Client:
    return build()


@pytest.fixture
def as_user(monkeypatch: pytest.MonkeyPatch, build: Build) -> Any:
    """Return a client of a user, as keystonemiddleware would have recognised it."""

    class Recognised:
        """Stands in for Keystone: it believes the headers of the test."""

        def __init__(self, wsgi: Any, conf: dict[str, Any]) -> None:
            self.wsgi = wsgi
            options = [cfg.StrOpt("www_authenticate_uri", default="http://keystone")]
            conf["oslo_config_config"].register_opts(
                options, group="keystone_authtoken"
            )

        def __call__(self, environ: Any, start: Any) -> Any:
            return self.wsgi(environ, start)

    monkeypatch.setattr(keystonemiddleware.auth_token, "AuthProtocol", Recognised)
    recognising = build(auth_strategy="keystone")

    def user(name: str, project: str, *roles: str) -> Client:
        return recognising.with_environ(
            HTTP_X_IDENTITY_STATUS="Confirmed",
            HTTP_X_USER_ID=name,
            HTTP_X_PROJECT_ID=project,
            HTTP_X_ROLES=",".join(roles),
        )

    user.nobody = recognising  # type: ignore[attr-defined]
    return user


@pytest.fixture(params=["clustering", "compute"])
def caller(request, client) -> Caller:
    if request.param == "compute":
        client = client.at(None).with_environ(HTTP_OPENSTACK_API_VERSION="compute 2.81")
    return Caller(client=client, mode=request.param)


@pytest.fixture
def profile(client: Client) -> dict[str, Any]:
    reply = client.post("/v1/profiles", {"profile": {"name": "p", "spec": SPEC}})
    assert reply.status == 201, reply.raw
    return reply.json["profile"]


@pytest.fixture
def cluster(client: Client, profile: dict[str, Any]) -> dict[str, Any]:
    body = {"cluster": {"name": "c", "profile_id": profile["id"], "max_size": 5}}
    reply = client.post("/v1/clusters", body)
    assert reply.status == 202, reply.raw
    return reply.json["cluster"]


@pytest.fixture
def node(client: Client, profile: dict[str, Any]) -> dict[str, Any]:
    reply = client.post(
        "/v1/nodes", {"node": {"name": "n", "profile_id": profile["id"]}}
    )
    assert reply.status == 202, reply.raw
    return reply.json["node"]


@pytest.fixture
def spec() -> dict[str, Any]:
    return json.loads(json.dumps(SPEC))


@pytest.fixture
def policy_spec() -> dict[str, Any]:
    return json.loads(json.dumps(POLICY_SPEC))


@pytest.fixture
def act(client: Client) -> Callable[..., Reply]:
    """Ask for an action on the cluster ``c``."""

    def ask(_client: Client, name: str, params: Any) -> Reply:
        return client.post("/v1/clusters/c/actions", {name: params})

    return ask


@pytest.fixture
def action_of() -> Callable[[Client, Reply], Any]:
    """Give the action that an answer names in its Location."""

    def find(client: Client, reply: Reply) -> Any:
        assert reply.status == 202, reply.raw
        location = reply.headers["location"]
        assert location.startswith("http://localhost/v1/actions/")
        return client.get(location.removeprefix("http://localhost")).json["action"]

    return find


@pytest.fixture
def end_actions() -> Callable[[parts.Deps], None]:
    """Let all actions be over, as if an engine had done them."""

    def end(deps: parts.Deps) -> None:
        with deps.db.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE action SET status = 'SUCCEEDED'")
            connection.exec_driver_sql("UPDATE cluster SET status = 'ACTIVE'")
            connection.exec_driver_sql("UPDATE node SET status = 'ACTIVE'")

    return end


@pytest.fixture
def service(stage: Any, serve: Any, spec: dict[str, Any]) -> Client:
    """A client of a service with a cluster ``c`` of one node, and its stage."""
    client = serve(stage.deps)
    client.post("/v1/profiles", {"profile": {"name": "p", "spec": spec}})
    body = {"name": "c", "profile_id": "p", "desired_capacity": 1, "max_size": 5}
    reply = client.post("/v1/clusters", {"cluster": body})
    assert reply.status == 202, reply.raw
    stage.drain()
    return client


@pytest.fixture
def trigger(service: Client, stage: Any) -> Callable[..., Any]:
    """Make a webhook, trigger it, and give the action when all is done."""

    def triggered(action: str, inputs: Any, params: Any = None) -> Any:
        hook = {"name": "r", "type": "webhook", "cluster_id": "c", "action": action}
        made = service.post("/v1/receivers", {"receiver": {**hook, "params": params}})
        assert made.status == 201, made.raw
        receiver = made.json["receiver"]["id"]
        reply = service.post(f"/v1/webhooks/{receiver}/trigger?V=2", inputs)
        assert reply.status == 202, reply.raw
        stage.drain()
        return service.get(f"/v1/actions/{reply.json['action']}").json["action"]

    return triggered
