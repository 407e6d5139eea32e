"""Zaqar's queues.

Zaqar makes a queue for whoever posts to it, and takes one that isn't there for an
empty one: nobody is told that there is no such queue.
"""

import logging
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib import parse

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.drivers.openstack.account import AccountView, Query

LOG = logging.getLogger(__name__)

#: Who asks, for Zaqar: only that others aren't shown what they posted themselves.
_CLIENT = {"Client-ID": "5b7f4c7e-2a3c-4c53-9c0e-6f1f3f3c1d11"}
#: What Zaqar takes as it is configured by default, in seconds, and messages of a claim.
_CLAIM_S = (60, 43_200)
_MESSAGE_S = (60, 1_209_600)
_MOST_CLAIMED = 20
#: A subscription ends by itself only after so many seconds: ten years and up to as many
#: again. Its trust ends with it, and Keystone takes no two of the same people in a
#: project that end in the same second, even if the first is deleted.
_SUBSCRIBED_S = 315_360_000
#: Zaqar's answers to who wants to delete a message that he hasn't claimed (any more).
_NOT_CLAIMED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN})


class OpenStackMessaging:
    """Queues of messages, to this service and from it."""

    def __init__(self, account: AccountView) -> None:
        self._account = account
        self._api = account.api("messaging")

    def create_queue(self, name: str) -> None:
        """Make a queue; not an error if it is there."""
        self._api.change("PUT", _query("Make a queue", _path(name)))

    def subscribe(self, queue: str, address: str) -> str:
        """Let the cloud POST to an address when a message comes; return an id.

        Zaqar comes with a token of the queue's owner: the prefix ``trust+`` lets it
        make a trust for that.
        """
        body = {
            "subscriber": f"trust+{address}",
            "ttl": _SUBSCRIBED_S + secrets.randbelow(_SUBSCRIBED_S),
            "options": {},
        }
        path = f"{_path(queue)}/subscriptions"
        made = self._api.change("POST", _query("Subscribe to a queue", path, body))
        return str(made["subscription_id"])

    def delete_queue(self, name: str, subscription_id: str | None = None) -> None:
        """End a subscription and delete the queue; not an error if it is gone.

        Without a subscription's id all of the queue end: Zaqar would keep them. It
        keeps the trusts that it has made for them anyway, so these end here.
        """
        path = f"{_path(name)}/subscriptions"
        for one in self._subscriptions(path, subscription_id):
            self._end_trust(name, (one.get("options") or {}).get("trust_id"))
            self._delete("End a subscription", f"{path}/{one['id']}")
        self._delete("Delete a queue", _path(name))

    def _subscriptions(self, path: str, wanted: str | None) -> list[dict[str, Any]]:
        """Return all subscriptions of a queue, or the wanted one, if it is there."""
        if wanted is None:
            found = self._api.read(_query("List subscriptions", path)) or {}
            return list(found.get("subscriptions", []))
        try:
            return [self._api.read(_query("Read a subscription", f"{path}/{wanted}"))]
        except exceptions.CloudError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return []

    def _end_trust(self, queue: str, trust_id: str | None) -> None:
        if trust_id is None:
            return
        try:
            self._account.end_trust(trust_id)
        except exceptions.CloudError as error:
            LOG.warning("Queue %s leaves a trust behind: %s", queue, error.message)

    def post(self, queue: str, body: Mapping[str, Any], *, ttl_s: int) -> None:
        """Put a message into a queue, where it stays for some seconds.

        Zaqar has bounds for how long; the nearer one counts then.
        """
        message = {"ttl": _within(ttl_s, _MESSAGE_S), "body": dict(body)}
        path = f"{_path(queue)}/messages"
        self._api.change("POST", _query("Post", path, {"messages": [message]}))

    def claim(
        self, queue: str, *, limit: int, seconds: int
    ) -> Sequence[objects.Message]:
        """Take the oldest messages; others don't get them for some seconds.

        Zaqar gives at most 20, for at least a minute.
        """
        times = {"ttl": _within(seconds, _CLAIM_S), "grace": _CLAIM_S[0]}
        path = f"{_path(queue)}/claims"
        params = {"limit": min(limit, _MOST_CLAIMED)}
        query = _query("Claim messages", path, times, params)
        claimed = self._api.change("POST", query) or {}
        return [_message(one) for one in claimed.get("messages", [])]

    def delete_message(self, queue: str, message: objects.Message) -> None:
        """Delete a claimed message; not an error if it is gone, or another's now."""
        path = f"{_path(queue)}/messages/{parse.quote(message.id, safe='')}"
        params = {"claim_id": message.claim_id}
        try:
            self._delete("Delete a message", path, params)
        except exceptions.CloudError as error:
            if error.status not in _NOT_CLAIMED:
                raise

    def _delete(self, what: str, path: str, params: Any = None) -> None:
        try:
            self._api.change("DELETE", _query(what, path, params=params))
        except exceptions.CloudError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise


def _query(what: str, path: str, body: Any = None, params: Any = None) -> Query:
    return Query(what=what, path=path, body=body, params=params, headers=_CLIENT)


def _path(queue: str) -> str:
    return f"/queues/{parse.quote(queue, safe='')}"


def _within(seconds: int, bounds: tuple[int, int]) -> int:
    return min(max(seconds, bounds[0]), bounds[1])


def _message(one: Mapping[str, Any]) -> objects.Message:
    """Read a claimed message; only its address tells the id of the claim."""
    address = parse.urlsplit(one["href"])
    return objects.Message(
        id=one.get("id") or address.path.rsplit("/", 1)[-1],
        body=one["body"],
        claim_id=parse.parse_qs(address.query)["claim_id"][0],
    )
