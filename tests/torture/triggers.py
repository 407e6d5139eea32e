"""Webhooks that are triggered through the WSGI application, and what was answered."""

import dataclasses
import io
import json
import threading
import uuid
from typing import Any

from oslo_config import cfg

from senlin_like.api import app
from senlin_like.operations.deps import Deps

#: The input by which an action is told from those of other triggers.
TICKET = "ticket"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trigger:
    """A trigger and its answer; ``status`` 0 is no answer at all."""

    ticket: str
    receiver: str
    status: int
    action: str | None


class Door:
    """The application, as those see it who trigger webhooks."""

    def __init__(self, deps: Deps, conf: cfg.ConfigOpts) -> None:
        self._app = app.build(deps, conf)
        self._lock = threading.Lock()
        self.triggers: list[Trigger] = []

    def trigger(self, receiver: str) -> Trigger:
        """Trigger a webhook once, with a ticket of its own."""
        ticket = str(uuid.uuid4())
        status, action = 0, None
        try:
            path = f"/v1/webhooks/{receiver}/trigger?V=2"
            status, body = self.ask("POST", path, {TICKET: ticket})
            action = body.get("action") if status == 202 else None
        finally:
            made = Trigger(
                ticket=ticket, receiver=receiver, status=status, action=action
            )
            with self._lock:
                self.triggers.append(made)
        return made

    def ask(self, method: str, path: str, body: Any) -> tuple[int, dict[str, Any]]:
        """Send one request; return the status and what was answered."""
        path, _, query = path.partition("?")
        raw = json.dumps(body).encode()
        told: list[str] = []

        def start(status: str, _headers: Any, *_: Any) -> None:
            told.append(status)

        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "HTTP_OPENSTACK_API_VERSION": "clustering latest",
            "CONTENT_LENGTH": str(len(raw)),
            "CONTENT_TYPE": "application/json",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(raw),
            "wsgi.errors": io.StringIO(),
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        answer = b"".join(self._app(environ, start))
        return int(told[0].split()[0]), json.loads(answer or b"{}")
