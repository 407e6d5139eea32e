"""Notifications as Nova and Heat of 2026.1 have sent them, and a sender for them."""

import contextlib
import json
import pathlib
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import amqp
import kombu
from oslo_config import cfg

# WebOb imports modules that Python is about to drop; nothing of ours does.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from senlin_like.conf import messaging as options
    from senlin_like.rpc import wakeup

messaging = wakeup.messaging
_FILE = pathlib.Path(__file__).parent / "data" / "cloud_notifications.json"
#: What stands in the records for a node, and for its server or stack.
NODE = "1b4e28ba-2fa1-4d21-8b3a-6e9a4a3c9d7e"
OBJECT = "5a612134-d556-48fb-b2c5-20529f5e57d2"


def all_of_them() -> list[dict[str, Any]]:
    """Return what was recorded, with priority, publisher, type and payload."""
    found: list[dict[str, Any]] = json.loads(_FILE.read_text())
    return found


def about(
    node_id: str, object_id: str | None, event: str = "instance.power_off.end"
) -> dict[str, Any]:
    """Return the last recorded notification of a type, told of another node."""
    found = [one for one in all_of_them() if one["event_type"] == event][-1]
    text = json.dumps(found)
    told: dict[str, Any] = json.loads(
        text.replace(NODE, node_id).replace(OBJECT, str(object_id))
    )
    return told


def pair(told: dict[str, Any]) -> tuple[str, Any]:
    """Return event type and payload."""
    return told["event_type"], told["payload"]


Send = Callable[..., None]


@contextlib.contextmanager
def sending(url: str) -> Iterator[Send]:
    """Send notifications to an exchange and a topic, as a service does."""
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[])
    options.register(conf)
    transport = messaging.get_notification_transport(conf, url=url)

    def send(told: dict[str, Any], exchange: str, topic: str) -> None:
        message = told | {"message_id": "1", "timestamp": "2026-11-21 22:43:50.7"}
        target = messaging.Target(
            exchange=exchange, topic=f"{topic}.{told['priority']}"
        )
        transport._send_notification(
            target, {}, message | {"priority": told["priority"].upper()}, version=2.0
        )

    yield send
    transport.cleanup()


@contextlib.contextmanager
def channel(url: str) -> Iterator[Any]:
    """Talk to RabbitMQ itself, as a transport URL names it."""
    with kombu.Connection(url.replace("rabbit:", "amqp:", 1)) as connection:
        yield connection.channel()


def listeners(url: str, queue: str) -> int:
    """Return how many consumers a queue has; none if there is no such queue."""
    with channel(url) as open_channel:
        try:
            found = open_channel.queue_declare(queue, passive=True)
        except amqp.NotFound:
            return 0
        return int(found.consumer_count)
