"""The queues of a cloud, behind a Protocol; errors as in ``base``."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from senlin_like.drivers import objects


class Messaging(Protocol):
    """Queues of messages, to this service and from it."""

    def create_queue(self, name: str) -> None:
        """Make a queue; not an error if it is there."""

    def subscribe(self, queue: str, address: str) -> str:
        """Let the cloud POST to an address when a message comes; return an id."""

    def delete_queue(self, name: str, subscription_id: str | None = None) -> None:
        """End a subscription and delete the queue; not an error if it is gone."""

    def post(self, queue: str, body: Mapping[str, Any], *, ttl_s: int) -> None:
        """Put a message into a queue, where it stays for some seconds.

        :raises CloudNotFound: when there is no such queue, and the cloud makes
            none by itself.
        """

    def claim(
        self, queue: str, *, limit: int, seconds: int
    ) -> Sequence[objects.Message]:
        """Take the oldest messages; others don't get them for some seconds."""

    def delete_message(self, queue: str, message: objects.Message) -> None:
        """Delete a claimed message; not an error if it is gone."""
