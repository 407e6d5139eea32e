"""Nodes that wait for a lifecycle hook, told by a POST to a real server."""

import http.server
import ipaddress
import json
import threading

import pytest

from senlin_like.domain import urls
from senlin_like.drivers import web
from senlin_like.operations import cluster_actions
from tests.torture import hooks

LOOPBACK = urls.Rules(allowed=[ipaddress.ip_network("127.0.0.0/8")])
SECRET = "token=s3cret"


class Listener(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, json.loads(body)))
        answers = self.server.answers
        self.send_response(answers.pop(0) if answers else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        """Say nothing."""


@pytest.fixture
def listener(stage):
    """A server on loopback, which engines may ask; it keeps what it hears."""
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    made.heard, made.answers = [], []
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    stage.engine.bench.asking = web.Limits(rules=LOOPBACK, timeout_s=5.0)
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def url(listener):
    return f"http://127.0.0.1:{listener.server_address[1]}/hook?{SECRET}"


@pytest.fixture
def shrink(stage, make, attach):
    """Shrink a cluster whose hook is a webhook, as far as it goes."""

    def begin(url, count=1):
        make(3)
        hook = {
            "type": "webhook",
            "timeout": hooks.TIMEOUT_S,
            "params": {"url": url},
        }
        attach("del", "deletion", hooks=hook)
        asked = {"count": count}
        action = cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", asked)
        hooks.settle(stage)
        return action

    return begin


def test_a_webhook_gets_the_token(stage, listener, url, shrink):
    parent = shrink(url)

    [child] = hooks.waiting(stage)
    (node,) = [node for node in stage.nodes() if node.id == child.target]
    assert listener.heard == [
        (
            f"/hook?{SECRET}",
            {
                "lifecycle_action_token": child.id,
                "node_id": node.id,
                "resource_id": node.physical_id,
                "lifecycle_transition_type": "termination",
                "cluster_id": node.cluster_id,
            },
        )
    ]
    hooks.complete(stage, child.id)
    stage.drain()
    assert stage.action(parent).status == "SUCCEEDED"
    assert len(stage.nodes()) == 2


def test_an_address_stays_secret(stage, listener, url, shrink):
    listener.answers += [500]
    parent = shrink(url)

    shown = str([stage.actions(), hooks.events(stage)])

    assert SECRET not in shown
    assert "/hook" not in shown
    origin = url.partition("/hook")[0]
    assert stage.action(parent).data["hooks"]["params"] == {"url": origin}
    assert f"{origin} answered 500" in hooks.waiting(stage)[0].status_reason


@pytest.mark.parametrize("status", [302, 404, 500, 503])
def test_another_answer_is_tried_again(stage, listener, url, shrink, status):
    listener.answers += [status, status]
    shrink(url)
    for _ in range(5):
        stage.advance(1.0)
        hooks.settle(stage)

    [child] = hooks.waiting(stage)
    tokens = [body["lifecycle_action_token"] for _, body in listener.heard]
    assert tokens == [child.id] * 3
    assert [phase for phase, _ in hooks.events(stage)] == ["error", "start"]


def test_an_address_that_may_not_be_asked_is_not_asked(stage, listener, url, shrink):
    stage.engine.bench.asking = web.Limits()
    parent = shrink(url)

    [child] = hooks.waiting(stage)
    assert "of a kind that isn't asked" in child.status_reason
    stage.advance(hooks.TIMEOUT_S - 5)
    hooks.settle(stage)
    assert len(stage.nodes()) == 3
    stage.advance(6)
    stage.drain()

    assert stage.action(parent).status == "SUCCEEDED"
    assert listener.heard == []
    assert [phase for phase, _ in hooks.events(stage)] == ["error", "error"]


def test_who_finds_no_lane_comes_later(stage, listener, url, shrink):
    bench = stage.engine.bench
    origin = url.partition("/hook")[0]
    with bench.lanes.enter(origin) as has_room:
        assert has_room
        shrink(url, count=2)
        assert len(hooks.waiting(stage)) == 2
        assert listener.heard == []
    for _ in range(20):
        stage.advance(1.0)
        hooks.settle(stage)

    assert len(listener.heard) == 2
    assert [phase for phase, _ in hooks.events(stage)] == ["start", "start"]
