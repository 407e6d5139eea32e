"""Listens to notifications, by whatever broker a transport URL names."""

import contextlib
import queue
import warnings
from collections.abc import Iterator
from typing import Any

from oslo_config import cfg

# WebOb imports modules that Python is about to drop; nothing of ours does.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from senlin_like.conf import messaging as options
    from senlin_like.rpc import wakeup

messaging = wakeup.messaging
PATIENCE_S = 60


class Heard:
    """Keeps notifications as (priority, publisher, event type, payload)."""

    def __init__(self) -> None:
        self._queue: queue.Queue[tuple[Any, ...]] = queue.Queue()

    def info(self, _context: Any, *told: Any) -> None:
        """Take what oslo.messaging has received."""
        self._queue.put(("info", *told[:3]))

    def error(self, _context: Any, *told: Any) -> None:
        """Take what oslo.messaging has received."""
        self._queue.put(("error", *told[:3]))

    def take(self, number: int) -> list[tuple[Any, ...]]:
        """Wait for so many notifications."""
        return [self._queue.get(timeout=PATIENCE_S) for _ in range(number)]


@contextlib.contextmanager
def listening(url: str, topic: str) -> Iterator[Heard]:
    """Listen to a topic."""
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[])
    messaging.set_transport_defaults(wakeup.EXCHANGE)
    options.register(conf)
    heard = Heard()
    listener = messaging.get_notification_listener(
        messaging.get_notification_transport(conf, url=url),
        [messaging.Target(topic=topic, exchange=wakeup.EXCHANGE)],
        [heard],
        executor="threading",
    )
    listener.start()
    try:
        yield heard
    finally:
        listener.stop()
        listener.wait()
