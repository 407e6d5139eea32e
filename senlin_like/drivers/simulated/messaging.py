"""Queues of the simulated cloud."""

from collections.abc import Mapping, Sequence
from typing import Any

from senlin_like.drivers import objects
from senlin_like.drivers.simulated.account import AccountView
from senlin_like.simulated_cloud import queues


class SimulatedMessaging:
    """Queues of messages, to this service and from it."""

    def __init__(self, account: AccountView) -> None:
        self._account = account
        self._world = account.world
        self._project = account.owner.project

    def create_queue(self, name: str) -> None:
        """Make a queue; not an error if it is there."""
        with self._account.call("messaging.create_queue", name):
            queues.create(self._world, self._project, name)

    def subscribe(self, queue: str, address: str) -> str:
        """Note the address; this cloud never calls it."""
        with self._account.call("messaging.subscribe", queue):
            return queues.subscribe(self._world, self._project, queue, address)

    def delete_queue(self, name: str, subscription_id: str | None = None) -> None:
        """Delete a queue with its subscriptions; not an error if it is gone."""
        del subscription_id
        with self._account.call("messaging.delete_queue", name):
            queues.delete(self._world, self._project, name)

    def post(self, queue: str, body: Mapping[str, Any], *, ttl_s: int) -> None:
        """Put a message into a queue; in this cloud it stays until it is deleted."""
        del ttl_s
        with self._account.call("messaging.post", queue):
            queues.post(self._world, self._project, queue, dict(body))

    def claim(
        self, queue: str, *, limit: int, seconds: int
    ) -> Sequence[objects.Message]:
        """Take the oldest messages; others don't get them for some seconds."""
        with self._account.call("messaging.claim", queue):
            found = queues.claim(
                self._world, self._project, queue, limit=limit, seconds=seconds
            )
            return [
                objects.Message(id=one.id, body=one.body, claim_id=one.claim_id)
                for one in found
            ]

    def delete_message(self, queue: str, message: objects.Message) -> None:
        """Delete a claimed message; not an error if it is gone."""
        with self._account.call("messaging.delete_message", queue):
            queues.delete_message(
                self._world, self._project, queue, message.id, message.claim_id
            )
