"""The wake-up: a cast to all engines that there is work, which may be lost.

Sending happens on a thread of its own and several wake-ups become one, so a
broker that is slow or away never holds up a request; engines poll as well.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

import oslo_messaging as messaging
from oslo_config import cfg

from senlin_like.conf import messaging as options

LOG = logging.getLogger(__name__)

TOPIC = "senlin-engine"
EXCHANGE = "senlin"
_RETRY_S = 2.0


class Sender:
    """Tells the engines, from a thread of its own."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self) -> None:
        """Ask for a wake-up to be sent; returns at once and never raises."""
        self._wanted.set()
        if self._thread is None or not self._thread.is_alive():
            self._start()

    def _start(self) -> None:
        # Started late, so that a server that forks has no thread before.
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._thread = threading.Thread(
                target=self._send_on, name="wake-up", daemon=True
            )
            self._thread.start()

    def _send_on(self) -> None:
        client: Any = None
        while not self._stopping.is_set():
            self._wanted.wait()
            self._wanted.clear()
            if self._stopping.is_set():
                break
            try:
                client = client or self._client()
                client.cast({}, "wake")
            except Exception:  # noqa: BLE001 - a hint may be lost, never a request
                LOG.warning("No broker for a wake-up; the engines poll meanwhile")
                self._stopping.wait(_RETRY_S)

    def _client(self) -> Any:
        target = messaging.Target(topic=TOPIC, fanout=True, exchange=EXCHANGE)
        return messaging.get_rpc_client(_transport(self._conf), target, retry=0)

    def close(self) -> None:
        """Stop sending."""
        self._stopping.set()
        self._wanted.set()


class _Endpoint:
    """What the engines offer to the broker: to be woken."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def wake(self, _context: Any) -> None:
        """Look for work now."""
        self._wake()


def serve(conf: cfg.ConfigOpts, engine_id: str, wake: Callable[[], None]) -> Any:
    """Listen for wake-ups; returns an object with ``stop()`` and ``wait()``."""
    target = messaging.Target(topic=TOPIC, server=engine_id, exchange=EXCHANGE)
    server = messaging.get_rpc_server(_transport(conf), target, [_Endpoint(wake)])
    server.start()
    return server


def _transport(conf: cfg.ConfigOpts) -> Any:
    options.register(conf)
    return messaging.get_rpc_transport(conf)
