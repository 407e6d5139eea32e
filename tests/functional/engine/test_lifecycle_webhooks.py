"""Nodes that wait for a lifecycle hook, told by a POST to a real server."""

import pytest

from senlin_like.drivers import web
from senlin_like.operations import cluster_actions
from tests.torture import hooks

SECRET = "token=s3cret"


@pytest.fixture
def url(stage):
    return stage.ear.url(f"/hook?{SECRET}")


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


def test_a_webhook_gets_the_token(stage, url, shrink):
    parent = shrink(url)

    [child] = hooks.waiting(stage)
    (node,) = [node for node in stage.nodes() if node.id == child.target]
    assert stage.paths == [f"/hook?{SECRET}"]
    assert stage.heard == [
        {
            "lifecycle_action_token": child.id,
            "node_id": node.id,
            "resource_id": node.physical_id,
            "lifecycle_transition_type": "termination",
            "cluster_id": node.cluster_id,
        }
    ]
    hooks.complete(stage, child.id)
    stage.drain()
    assert stage.action(parent).status == "SUCCEEDED"
    assert len(stage.nodes()) == 2


def test_an_address_stays_secret(stage, url, shrink):
    stage.answers += [500]
    parent = shrink(url)

    shown = str([stage.actions(), hooks.events(stage)])

    assert SECRET not in shown
    assert "/hook" not in shown
    origin = url.partition("/hook")[0]
    assert stage.action(parent).data["hooks"]["params"] == {"url": origin}
    assert f"{origin} answered 500" in hooks.waiting(stage)[0].status_reason


@pytest.mark.parametrize("status", [302, 404, 500, 503])
def test_another_answer_is_tried_again(stage, url, shrink, status):
    stage.answers += [status, status]
    shrink(url)
    for _ in range(5):
        stage.advance(1.0)
        hooks.settle(stage)

    [child] = hooks.waiting(stage)
    tokens = [body["lifecycle_action_token"] for body in stage.heard]
    assert tokens == [child.id] * 3
    assert [phase for phase, _ in hooks.events(stage)] == ["error", "start"]


def test_an_address_that_may_not_be_asked_is_not_asked(stage, url, shrink):
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
    assert stage.heard == []
    assert [phase for phase, _ in hooks.events(stage)] == ["error", "error"]


def test_who_finds_no_lane_comes_later(stage, url, shrink):
    bench = stage.engine.bench
    origin = url.partition("/hook")[0]
    with bench.lanes.enter(origin) as has_room:
        assert has_room
        shrink(url, count=2)
        assert len(hooks.waiting(stage)) == 2
        assert stage.heard == []
    for _ in range(20):
        stage.advance(1.0)
        hooks.settle(stage)

    assert len(stage.heard) == 2
    assert [phase for phase, _ in hooks.events(stage)] == ["start", "start"]
