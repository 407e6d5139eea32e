"""Nodes that wait for a lifecycle hook, told by a POST to a real server."""

import pytest
import sqlalchemy as sa

from senlin_like.db import actions
from senlin_like.db.models import Node
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


def test_who_is_told_sees_at_once_that_the_action_waits(stage, url, shrink):
    seen = []

    def look(told):
        with stage.deps.db.reader() as session:
            token = told["lifecycle_action_token"]
            seen.append(actions.get(session, stage.ctx, token))

    stage.meanwhile = look
    shrink(url)

    [shown] = seen
    assert shown["status"] == "WAITING_LIFECYCLE_COMPLETION"
    assert "hook" in shown["status_reason"]


def test_what_was_completed_while_it_was_told_runs(stage, url, shrink):
    seen = []

    def complete(told):
        token = told["lifecycle_action_token"]
        hooks.complete(stage, token)
        with stage.deps.db.reader() as session:
            seen.append(actions.get(session, stage.ctx, token)["status"])

    stage.meanwhile = complete
    shrink(url)

    assert seen == ["RUNNING"]


def test_what_has_passed_its_hook_runs(stage, url, shrink):
    seen = []

    def look(label):
        if "delete_server" in label:
            with stage.deps.db.reader() as session:
                [child] = hooks.hooked(stage)
                seen.append(actions.get(session, stage.ctx, child.id)["status"])
        return False

    shrink(url)
    hooks.complete_all(stage)
    stage.moments.dice = look
    stage.moments.is_watching = True
    stage.drain()

    assert seen
    assert set(seen) == {"RUNNING"}


def test_an_action_whose_node_needs_no_telling_runs(stage, url, shrink):
    seen = []

    def look(label):
        found = hooks.hooked(stage)
        if found and not seen and "delete_server" not in label:
            stage.deps.db.transact(lambda session: spoil(session, found[0].target))
        elif "delete_server" in label:
            with stage.deps.db.reader() as session:
                seen.append(actions.get(session, stage.ctx, found[0].id)["status"])
        return False

    stage.moments.dice = look
    stage.moments.is_watching = True
    shrink(url)

    assert stage.heard == []
    assert seen
    assert set(seen) == {"RUNNING"}


def spoil(session, node_id):
    table = Node.__table__
    session.execute(
        sa.update(table).where(table.c.id == node_id).values(status="ERROR")
    )


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
