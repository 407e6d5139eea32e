"""Lets API processes show up in the list of services."""

import logging
import os
import threading
import uuid
from typing import Any

from senlin_like import exceptions
from senlin_like.db import heartbeat
from senlin_like.operations.deps import Deps

LOG = logging.getLogger(__name__)

BINARY = "senlin-api"
_EVERY_S = 15.0


class Present:
    """A WSGI application whose process says now and then that it lives.

    The thread starts with the first request, not before: servers load the
    application once and then fork, and threads don't outlive that.
    """

    def __init__(self, wsgi: Any, deps: Deps) -> None:
        self._wsgi = wsgi
        self._deps = deps
        self._pid = 0
        self._lock = threading.Lock()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer a request; the first one in a process starts the beat."""
        if self._pid != os.getpid():
            self._start()
        return self._wsgi(environ, start_response)

    def _start(self) -> None:
        with self._lock:
            if self._pid == os.getpid():
                return
            self._pid = os.getpid()
        threading.Thread(target=self._beat_on, name="presence", daemon=True).start()

    def _beat_on(self) -> None:
        service_id = str(uuid.uuid4())
        pause = threading.Event()
        while True:
            try:
                self.beat(service_id)
            except exceptions.ServiceUnavailable:
                LOG.warning("No database to say in that this process lives")
            except Exception:  # the thread has to live
                LOG.exception("The sign of life failed")
            pause.wait(_EVERY_S)

    def beat(self, service_id: str) -> None:
        """Say once that this process lives."""
        self._deps.db.transact(
            lambda session: heartbeat.beat(
                session,
                service_id,
                host=self._deps.settings.host,
                binary=BINARY,
                now=self._deps.clock(),
            )
        )
