"""Zaqar keeps messages until somebody takes them, and tells who has subscribed."""

import http.server
import json
import queue
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

TOLD_S = 60


class Subscriber(http.server.ThreadingHTTPServer):
    """Takes what it is told: headers and body."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: queue.Queue[tuple[Any, Any]] = queue.Queue()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Subscriber

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        self.server.told.put((self.headers, json.loads(self.rfile.read(size))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    """Listen for what Zaqar tells."""
    made = Subscriber()
    thread = threading.Thread(target=made.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def call(member: Any, name: str) -> Iterator[Callable[..., Any]]:
    """Ask for something below a queue of this test's own, which goes in the end."""
    root = member.session.get_endpoint(service_type="messaging", interface="public")
    headers = {"Client-ID": str(uuid.uuid4())}

    def send(method: str, path: str = "", **more: Any) -> Any:
        url = f"{root}/v2/queues/{name}{path}"
        return member.session.request(url, method, headers=headers, **more)

    send("PUT", json={})
    yield send
    send("DELETE")


def test_a_message_is_posted_claimed_and_deleted(call: Callable[..., Any]) -> None:
    body = {"messages": [{"ttl": 300, "body": {"lifecycle": "token"}}]}
    call("POST", "/messages", json=body)

    claim = call("POST", "/claims", json={"ttl": 60, "grace": 60}).json()

    assert [one["body"] for one in claim["messages"]] == [{"lifecycle": "token"}]
    taken = claim["messages"][0]["href"]
    call("DELETE", f"/messages/{taken.rpartition('/')[2]}")
    left = call("GET", "/messages?echo=true").json()
    assert left["messages"] == []


def test_who_has_subscribed_is_told_with_a_token_of_the_owner(
    admin: Any, member: Any, call: Callable[..., Any], subscriber: Subscriber
) -> None:
    address = f"trust+http://127.0.0.1:{subscriber.server_address[1]}/told"
    asked = {"subscriber": address, "ttl": 300, "options": {}}
    made = call("POST", "/subscriptions", json=asked).json()["subscription_id"]
    trust_id = call("GET", f"/subscriptions/{made}").json()["options"]["trust_id"]

    call("POST", "/messages", json={"messages": [{"ttl": 300, "body": "news"}]})
    headers, told = subscriber.told.get(timeout=TOLD_S)

    token = {"X-Subject-Token": headers["X-Auth-Token"]}
    seen = admin.identity.get("/auth/tokens", headers=token)
    assert told["body"] == "news"
    assert seen.json()["token"]["user"]["id"] == member.current_user_id
    call("DELETE", f"/subscriptions/{made}")
    member.identity.delete(f"/OS-TRUST/trusts/{trust_id}")
