"""Notifications by oslo.messaging, sent to topics that anybody may listen to."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import oslo_messaging as messaging
from oslo_config import cfg
from oslo_utils import timeutils

from senlin_like.conf import messaging as options
from senlin_like.rpc.wakeup import EXCHANGE

#: Of the envelope, in oslo.messaging's words: that of the driver "messagingv2".
_VERSION = 2.0


class Notifier:
    """Sends notifications; connects with the first of them.

    oslo.messaging's own class writes a notification that it can't send into the
    log, with all that is in it, and tells its caller nothing.
    """

    def __init__(
        self, conf: cfg.ConfigOpts, *, publisher_id: str, topics: Sequence[str]
    ) -> None:
        self._conf = conf
        self._publisher_id = publisher_id
        self._topics = list(topics)
        self._transport: Any = None

    def send(self, event_type: str, payload: Mapping[str, Any], priority: str) -> None:
        """Send a notification; tries once, and raises what the broker's driver does.

        ``priority`` is one of debug, info, warn, error, critical.
        """
        if self._transport is None:
            messaging.set_transport_defaults(EXCHANGE)
            options.register(self._conf)
            self._transport = messaging.get_notification_transport(self._conf)
        message = {
            "message_id": str(uuid.uuid4()),
            "publisher_id": self._publisher_id,
            "event_type": event_type,
            "priority": priority.upper(),
            "payload": dict(payload),
            "timestamp": str(timeutils.utcnow()),
        }
        for topic in self._topics:
            target = messaging.Target(topic=f"{topic}.{priority}")
            # As oslo.messaging's drivers of notifications do it.
            self._transport._send_notification(
                target, {}, message, version=_VERSION, retry=0
            )

    def close(self) -> None:
        """Let go of the connection."""
        if self._transport is not None:
            self._transport.cleanup()
