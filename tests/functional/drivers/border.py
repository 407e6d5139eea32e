"""A cloud's HTTP side on loopback: Keystone's tokens, and answers told by a test."""

import contextlib
import dataclasses
import http.server
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib import parse

from senlin_like.drivers import base, options
from senlin_like.drivers.docker.containers import Room
from senlin_like.drivers.docker.engines import Engines
from senlin_like.drivers.openstack.cloud import OpenStackDriver
from senlin_like.drivers.openstack.sessions import Sessions

#: Service types of the catalogue, and their versions.
SERVICES = {
    "compute": "v2.1",
    "image": "v2",
    "load-balancer": "v2",
    "messaging": "v2",
    "network": "v2.0",
    "orchestration": "v1",
}
REGION = "RegionOne"
TRUST_ID = "0123456789abcdef0123456789abcdef"
LIFE_S = 86_400
#: Of who acts with a trust, and of the service itself.
PROJECTS = {"trust": "p-1", "service": "p-service"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """What is answered; None for a connection that is closed without a word."""

    status: int | None = 200
    body: Any = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    text: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that came; ``pairs`` is the query with what it has several times."""

    method: str
    path: str
    query: dict[str, str]
    pairs: list[tuple[str, str]]
    body: Any
    headers: dict[str, str]


Told = Callable[[Asked], Answer]


class Border(http.server.ThreadingHTTPServer):
    """Answers as told; ``asked`` has all requests but those for versions.

    ``otherwise`` answers what nothing was told about. ``refused`` is what Keystone
    answers to who wants a token: for a ``trust``, or for the ``service`` itself;
    ``holders`` tells which of them has got a token. Tokens in ``dead`` get a 401
    from services. ``bare`` are the services that the catalogue has without version.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []
        self.answers: dict[tuple[str, str], list[Answer] | Told] = {}
        self.otherwise: Told | None = None
        self.refused: dict[str, Answer] = {}
        self.dead: set[str] = set()
        self.holders: dict[str, str] = {}
        self.bare: set[str] = set()
        self.life = "2100-01-01T00:00:00.000000Z"
        self.roles = ["member", "reader"]
        self.lock = threading.Lock()
        self.numbers = itertools.count(1)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what is tested."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def tell(self, method: str, path: str, *answers: Answer) -> None:
        """Answer so, one after the other; the last one stays."""
        self.answers[(method, path)] = list(answers)

    def calls(self) -> list[str]:
        """Return what was asked of services, in order."""
        return [
            f"{one.method} {one.path}"
            for one in self.asked
            if one.path != "/v3/auth/tokens"
        ]

    def tokens(self) -> int:
        """Return how many times a token was asked for."""
        return sum(one.path == "/v3/auth/tokens" for one in self.asked)

    def answer(self, asked: Asked) -> Answer:
        known = self.answers.get((asked.method, asked.path), self.otherwise)
        if asked.path == "/v3/auth/tokens":
            return self._token(asked)
        if callable(known):
            return known(asked)
        if asked.headers.get("X-Auth-Token") in self.dead:
            return Answer(status=401, body={"error": {"message": "no"}})
        if known is None:
            return Answer(status=404, body={"error": {"message": "not told"}})
        with self.lock:
            return known.pop(0) if len(known) > 1 else known[0]

    def version(self, path: str) -> Any:
        """Return the document of a service's version, or of all that it has."""
        for service, version in SERVICES.items():
            link = {"rel": "self", "href": f"{self.url}/{service}/{version}/"}
            entry = {"id": version, "status": "CURRENT", "links": [link]}
            entry |= {"version": "2.100", "min_version": "2.1"}
            if path.rstrip("/") == f"/{service}/{version}":
                return {"version": entry}
            if service in self.bare and path.rstrip("/") == f"/{service}":
                return {"versions": [entry]}
        return None

    def _token(self, asked: Asked) -> Answer:
        scope = asked.body["auth"]["scope"]
        kind = "trust" if "OS-TRUST:trust" in scope else "service"
        if kind in self.refused:
            return self.refused[kind]
        person = {"id": f"id-of-{kind}", "name": kind, "domain": {"id": "default"}}
        token = {
            "methods": ["password"],
            "user": person,
            "project": {"id": PROJECTS[kind], "name": "p", "domain": {"id": "default"}},
            "issued_at": "2020-01-01T00:00:00.000000Z",
            "expires_at": self.life,
            "roles": [{"id": name, "name": name} for name in self.roles],
            "catalog": [self._listed(*one) for one in SERVICES.items()],
        }
        secret = f"token-{next(self.numbers)}"
        self.holders[secret] = kind
        headers = {"X-Subject-Token": secret}
        return Answer(status=201, body={"token": token}, headers=headers)

    def _listed(self, service: str, version: str) -> dict[str, Any]:
        endpoint = {
            "id": service,
            "interface": "public",
            "region": REGION,
            "region_id": REGION,
            "url": f"{self.url}/{service}"
            if service in self.bare
            else f"{self.url}/{service}/{version}",
        }
        return {"type": service, "name": service, "endpoints": [endpoint]}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Border

    def do_GET(self) -> None:
        parts = parse.urlsplit(self.path)
        size = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(size)
        document = self.server.version(parts.path) if self.command == "GET" else None
        if document is not None:
            self._send(Answer(body=document))
            return
        asked = Asked(
            method=self.command,
            path=parts.path,
            query=dict(parse.parse_qsl(parts.query)),
            pairs=parse.parse_qsl(parts.query),
            body=json.loads(content) if content else None,
            headers=dict(self.headers.items()),
        )
        self.server.asked.append(asked)
        self._send(self.server.answer(asked))

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def do_PATCH(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def _send(self, answer: Answer) -> None:
        if answer.status is None:
            self.close_connection = True
            return
        content = b"" if answer.body is None else json.dumps(answer.body).encode()
        if answer.text is not None:
            content = answer.text.encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "Content-Type" not in answer.headers:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: Any) -> None:
        pass


Made = TypeVar("Made", bound=Border)


@contextlib.contextmanager
def running() -> Iterator[Border]:
    """Let one answer during the block."""
    with answering(Border()) as made:
        yield made


@contextlib.contextmanager
def answering(made: Made) -> Iterator[Made]:
    """Let a server answer during the block."""
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


def a_user(url: str, **fields: Any) -> options.ServiceUser:
    known = {"username": "senlin", "password": "pass-word", "project_name": "service"}
    return options.ServiceUser(auth_url=f"{url}/v3", **{**known, **fields})


def sessions(url: str, *, timeout_s: float = 5.0, **fields: Any) -> Sessions:
    return Sessions(a_user(url, **fields), region=REGION, timeout_s=timeout_s)


def a_driver(url: str) -> OpenStackDriver:
    """Return the driver of a cloud; no host of it has a Docker."""
    engines = Engines(options.DockerOptions(), timeout_s=5.0)
    return OpenStackDriver(sessions(url), Room(engines=engines))


def an_account(**fields: Any) -> base.Account:
    credential = {
        "trust_id": TRUST_ID,
        "messaging_trust_id": TRUST_ID,
        "user": "u-1",
        "project": "p-1",
    }
    known = {"user": "u-1", "project": "p-1", "credential": credential}
    return base.Account(**{**known, **fields})
