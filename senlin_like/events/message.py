"""The dispatcher ``message``: notifications for whoever listens at the broker."""

import logging
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from oslo_config import cfg

from senlin_like.domain.enums import EventLevel
from senlin_like.events import payloads
from senlin_like.events.happening import Happening
from senlin_like.rpc import notifications

LOG = logging.getLogger(__name__)

RETRY_S = 2.0
PRIORITIES = {
    EventLevel.DEBUG: "debug",
    EventLevel.INFO: "info",
    EventLevel.WARN: "warn",
    EventLevel.ERROR: "error",
    EventLevel.CRITICAL: "critical",
}


class Notifier(Protocol):
    """Sends notifications, or raises."""

    def send(self, event_type: str, payload: Mapping[str, Any], priority: str) -> None:
        """Try once to send a notification."""

    def close(self) -> None:
        """Let go of the connection."""


def connect(conf: cfg.ConfigOpts) -> "Message":
    """Make the dispatcher; the broker is called with the first event."""
    return Message(
        notifications.Notifier(
            conf,
            publisher_id=f"senlin-engine:{conf.host}",
            topics=conf.notification_topics,
        )
    )


class Message:
    """Sends versioned notifications; waits for a broker that is away."""

    def __init__(self, notifier: Notifier, *, retry_s: float = RETRY_S) -> None:
        self._notifier = notifier
        self._retry_s = retry_s
        self._closed = threading.Event()
        self._is_away = False

    def send(self, happening: Happening) -> None:
        """Send a notification, as often as it takes until ``close``.

        :raises ConnectionError: when it was closed before that.
        """
        payload = payloads.of(happening)
        priority = PRIORITIES[happening.level]
        while not self._try(happening.event_type, payload, priority):
            if self._closed.wait(self._retry_s):
                raise ConnectionError("the broker is away")

    def close(self) -> None:
        """Let go of the connection to the broker; ends a ``send`` that waits."""
        self._closed.set()
        self._notifier.close()

    def _try(self, event_type: str, payload: Mapping[str, Any], priority: str) -> bool:
        try:
            self._notifier.send(event_type, payload, priority)
        except (TypeError, ValueError):
            raise  # nothing that a broker could do better next time
        except Exception as error:  # noqa: BLE001 - whatever brokers' drivers raise
            if not self._is_away:
                LOG.warning(
                    "No broker for notifications (%s); trying again every %g s",
                    type(error).__name__,
                    self._retry_s,
                )
            self._is_away = True
            return False
        if self._is_away:
            LOG.info("The broker takes notifications again")
        self._is_away = False
        return True
