"""What listens on a node where Docker should: it answers as a test says."""

import contextlib
import http.server
import ipaddress
import json
import pathlib
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

from senlin_like.domain import urls

#: What a test has listening on a node is on loopback.
RULES = urls.Rules(allowed=[ipaddress.ip_network("127.0.0.0/8")])
VERSION = {"ApiVersion": "1.44", "MinAPIVersion": "1.24"}
USUAL: dict[str, tuple[int, Any]] = {
    "GET /version": (200, VERSION),
    "GET /containers/json": (200, []),
    "POST /containers/create": (404, {"message": "No such image: a:1"}),
    "POST /images/create": (200, {"status": "Pulling from a"}),
}

Answer = tuple[int, Any] | Callable[["Handler"], None]


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one connection's requests."""

    server: "StandIn"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer as told; texts are sent as they are, anything else as JSON."""
        length = int(self.headers.get("Content-Length") or 0)
        self.server.bodies.append(self.rfile.read(length))
        path = self.path.partition("?")[0]
        if path.startswith("/v1"):
            path = path[path.index("/", 1) :]
        self.server.clients.add(id(self))
        self.server.asked.append((f"{self.command} {path}", dict(self.headers)))
        answer = self.server.answers.get(f"{self.command} {path}", (404, {}))
        if callable(answer):
            self.close_connection = True
            answer(self)
            return
        status, body = answer
        text = body if isinstance(body, str) else json.dumps(body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_POST = do_DELETE = do_GET  # noqa: N815 - as the library calls them

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def silent(handler: Handler) -> None:
    """Take the request, and never answer."""
    handler.server.is_over.wait()


def drip(handler: Handler) -> None:
    """Send one byte at a time, for ever; process test: it is what is tested."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not handler.server.is_over.wait(0.02):
        handler.wfile.write(b" ")


def endless(handler: Handler) -> None:
    """Send as much as is taken; the length isn't told."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not handler.server.is_over.is_set():
        handler.wfile.write(b" " * 65_536)


class StandIn(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Listens on loopback; ``asked`` has all requests with their headers."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: Any) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answers: dict[str, Answer] = dict(USUAL)
        self.bodies: list[bytes] = []
        self.clients: set[int] = set()
        self.is_over = threading.Event()
        super().__init__(address, Handler)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def port(self) -> int:
        """Return the port."""
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let clients hang up."""

    def paths(self) -> list[str]:
        """Return what was asked, without the headers."""
        return [path for path, _headers in self.asked]

    def off(self) -> None:
        """Stop."""
        self.is_over.set()
        self.shutdown()
        self.server_close()


class UnixStandIn(socketserver.UnixStreamServer, StandIn):
    """Listens at a path."""

    def get_request(self) -> Any:
        """Give each client an address: it has none."""
        return super().get_request()[0], ("", 0)


@contextlib.contextmanager
def a_stand_in(
    path: pathlib.Path | None = None, context: ssl.SSLContext | None = None
) -> Iterator[StandIn]:
    """Give something that listens on loopback, or at a path; by TLS with a context."""
    made = StandIn(("127.0.0.1", 0)) if path is None else UnixStandIn(str(path))
    if context is not None:
        made.socket = context.wrap_socket(made.socket, server_side=True)
    try:
        yield made
    finally:
        made.off()
