"""Waits that are over because nobody looked, not because the cloud was slow."""

import pytest

from senlin_like.domain.enums import WaitKind
from senlin_like.operations import clusters, nodes
from tests.torture import checks

#: Longer than a server may take, shorter than an action may.
AWAY_S = 700.0


@pytest.fixture
def build(stage):
    """Begin a node whose server takes some time; return its action's id."""
    stage.controls.put_settings({"build_seconds": 30.0})
    profile = stage.a_profile()
    body = {"name": "web", "profile_id": profile, "desired_capacity": 1}
    clusters.create(stage.deps, stage.ctx, body)
    stage.run_until(lambda: _of_kind(stage, "NODE_CREATE", waits=True))
    return _of_kind(stage, "NODE_CREATE")[0].id


def _of_kind(stage, kind: str, *, waits: bool = False) -> list:
    return [
        one
        for one in stage.actions()
        if one.action == kind and (not waits or one.wait_kind == WaitKind.CLOUD)
    ]


def claim_before_looking(stage) -> None:
    """Let an engine go on with what is due before any watcher has looked."""
    for run in stage.engine.claim(10):
        stage.engine.work(run)


def test_a_server_that_was_built_while_all_engines_were_away_is_taken(stage, build):
    stage.advance(AWAY_S)

    claim_before_looking(stage)
    stage.drain()

    assert stage.action(build).status == "SUCCEEDED"
    assert [node.status for node in stage.nodes()] == ["ACTIVE"]
    assert len(stage.servers()) == 1


def test_a_server_that_went_while_all_engines_were_away_is_gone(stage, build):
    stage.drain()
    node = stage.nodes()[0]
    asked = nodes.delete(stage.deps, stage.ctx, node.id, force=False)
    stage.run_until(lambda: _of_kind(stage, "NODE_DELETE", waits=True))
    stage.advance(AWAY_S)

    claim_before_looking(stage)
    stage.drain()

    assert stage.action(asked).status == "SUCCEEDED"
    assert stage.nodes() == []
    assert checks.problems(stage.deps.db, stage.driver.world) == []


def test_a_server_that_is_still_on_its_way_is_too_late(stage, build):
    stage.advance(AWAY_S)
    stage.controls.stop_server(stage.servers()[0]["id"])

    claim_before_looking(stage)
    stage.drain()

    ended = stage.action(build)
    assert ended.status == "FAILED"
    assert "Timed out after 600 seconds" in ended.status_reason


def test_a_cloud_that_does_not_answer_is_asked_again(stage, build):
    stage.controls.add_fault({"effect": "busy", "method": "look.*", "count": 1})
    stage.advance(AWAY_S)

    claim_before_looking(stage)
    assert stage.action(build).status == "WAITING"
    stage.drain()

    assert stage.action(build).status == "SUCCEEDED"
