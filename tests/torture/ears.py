"""A server on loopback that lifecycle hooks of type webhook are told by."""

import http.server
import ipaddress
import json
import threading
from collections.abc import Callable
from typing import Any

from senlin_like.domain import urls

NETWORK = "127.0.0.0/8"
LOOPBACK = urls.Rules(allowed=[ipaddress.ip_network(NETWORK)])
#: Instead of a status: the connection is closed without an answer.
SILENT = 0


class Ear:
    """Hands what is told to ``hears``, which returns the status to answer with."""

    def __init__(self, hears: Callable[[str, Any], int]) -> None:
        """``hears`` gets the path and the body, in a thread of its own."""

        class Listener(_Listener):
            """Answers for this ear."""

        Listener.hears = staticmethod(hears)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()

    def url(self, path: str = "/hook") -> str:
        """Return an address at which it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{path}"

    def close(self) -> None:
        """Listen no more; returns when all that was heard was answered."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Listener(http.server.BaseHTTPRequestHandler):
    hears: Callable[[str, Any], int]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.hears(self.path, json.loads(body))
        if status == SILENT:
            return
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""
