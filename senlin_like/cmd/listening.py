"""Keeps a process listening to a message broker, from a thread of its own."""

import functools
import logging
import threading
from collections.abc import Callable
from typing import Any

from oslo_config import cfg

from senlin_like.engine import hearing
from senlin_like.engine.worker import Engine
from senlin_like.rpc import cloud_notifications

LOG = logging.getLogger(__name__)

_RETRY_S = 5.0
_FAREWELL_S = 5.0


class Listening:
    """Listens until it is stopped; without a broker it tries again and again."""

    def __init__(self, name: str, serve: Callable[[], Any]) -> None:
        """``serve`` begins to listen, and returns what has ``stop`` and ``wait``."""
        self._name = name
        self._serve = serve
        self._stopping = threading.Event()
        self._is_on = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> "Listening":
        """Begin, without waiting for the broker."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Take nothing more; returns at once."""
        self._stopping.set()

    def wait(self) -> None:
        """Wait until what was taken is done with, if that doesn't last."""
        if self._is_on:
            self._thread.join(_FAREWELL_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                server = self._serve()
            except Exception as error:  # noqa: BLE001 - it is a help, not a need
                kind = type(error).__name__
                LOG.warning("No broker for %s: %s; polling", self._name, kind)
                self._stopping.wait(_RETRY_S)
                continue
            self._is_on = True
            self._stopping.wait()
            server.stop()
            server.wait()
            return


def to_cloud(conf: cfg.ConfigOpts, engine: Engine) -> list[Listening]:
    """Let an engine listen to the cloud, if the options say so."""
    if not conf.health.listen_to_cloud:
        return []
    take = functools.partial(hearing.take, engine.bench)
    serve = functools.partial(cloud_notifications.listen, conf, take)
    return [Listening("notifications", serve).start()]
