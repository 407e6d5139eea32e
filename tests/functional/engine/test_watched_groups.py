"""What waits for one owner's cloud doesn't hold up what waits for another's."""

import dataclasses

from senlin_like.engine import strays
from senlin_like.operations import nodes
from tests.torture.stage import Stage


def a_node(stage: Stage, user: str) -> str:
    ctx = dataclasses.replace(stage.ctx, user_id=user)
    body = {"name": user, "profile_id": "pro"}
    return nodes.create(stage.deps, ctx, body).action_id


def break_cloud_of(stage, monkeypatch, user: str) -> None:
    """Let what opens a user's cloud fail by a bug."""
    real = stage.engine.bench.cloud

    def cloud(owner, project, region):
        if owner == user:
            raise RuntimeError("a bug")
        return real(owner, project, region)

    monkeypatch.setattr(stage.engine.bench, "cloud", cloud)


def test_a_group_that_fails_by_a_bug_holds_up_nobody(stage, monkeypatch) -> None:
    stage.a_profile()
    made = {user: a_node(stage, user) for user in ("ann", "ben", "cid")}
    stage.run_until(lambda: all(row.wait_kind == "cloud" for row in stage.actions()))
    stage.advance(5.0)
    break_cloud_of(stage, monkeypatch, "ann")

    woken = stage.engine.watcher.look_once()

    assert woken == 2
    assert stage.action(made["ann"]).status == "WAITING"


def test_a_sweep_that_fails_by_a_bug_holds_up_nobody(stage, monkeypatch) -> None:
    stage.a_profile()
    for user in ("ann", "ben", "cid"):
        a_node(stage, user)
    stage.engine.claim(3)
    stage.crash()
    stage.drain()
    looked = []

    def look(_bench, row):
        looked.append(row.user)
        raise RuntimeError("a bug")

    monkeypatch.setattr(strays, "_sweep_node", look)
    stage.advance(stage.options.stray_every_s + 1)
    stage.engine.sweep()

    assert sorted(looked) == ["ann", "ben", "cid"]
