"""Notifications of the cloud's own services, by oslo.messaging.

All engines share one queue, so that one of them gets each notification. Those
that come while no engine listens wait there.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import oslo_messaging as messaging
from oslo_config import cfg

from senlin_like import exceptions
from senlin_like.conf import messaging as options

LOG = logging.getLogger(__name__)

#: Event type and payload.
Told = tuple[Any, Any]
#: Notifications that are taken together, and that the broker sends ahead.
BATCH = 200
#: Seconds to wait for a batch to be full.
_BATCH_S = 0.5
#: Seconds to the next try to take what couldn't be taken.
_RETRY_S = 2.0
_RABBIT = ("rabbit", "kombu")
_PREFETCH = "rabbit_qos_prefetch_count"


class _Endpoint:
    """What is done with notifications that tell something, or that it failed."""

    def __init__(self, take: Callable[[Sequence[Told]], object]) -> None:
        self._take = take

    def info(self, batch: Sequence[dict[str, Any]]) -> Any:
        """Take a batch; it is put back when that isn't possible now."""
        try:
            self._take([(one["event_type"], one["payload"]) for one in batch])
        except exceptions.ServiceUnavailable:
            LOG.warning("%s notifications can't be taken; trying again", len(batch))
            time.sleep(_RETRY_S)
            return messaging.NotificationResult.REQUEUE
        except Exception:  # they would come again and again
            LOG.exception("%s notifications are dropped", len(batch))
        return messaging.NotificationResult.HANDLED

    error = info


def listen(conf: cfg.ConfigOpts, take: Callable[[Sequence[Told]], object]) -> Any:
    """Listen to Nova and Heat; returns an object with ``stop()`` and ``wait()``.

    ``take`` gets batches on one thread; those for which it raises
    ``ServiceUnavailable`` come again.
    """
    options.register(conf)
    group = conf.health
    url = messaging.TransportURL.parse(conf, group.notification_transport_url)
    if url.transport in _RABBIT:
        # A flood stays in the queue, not in the memory of engines.
        url.query.setdefault(_PREFETCH, str(BATCH))
    sources = (
        (group.nova_control_exchange, group.nova_notification_topics),
        (group.heat_control_exchange, group.heat_notification_topics),
    )
    server = messaging.get_batch_notification_listener(
        messaging.get_notification_transport(conf, url=str(url)),
        [
            messaging.Target(exchange=exchange, topic=topic)
            for exchange, topics in sources
            for topic in topics
        ],
        [_Endpoint(take)],
        executor="threading",
        allow_requeue=True,
        pool=group.notification_pool,
        batch_size=BATCH,
        batch_timeout=_BATCH_S,
    )
    server.start(override_pool_size=1)
    return server
