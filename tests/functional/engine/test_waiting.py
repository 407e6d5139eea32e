"""Actions that wait for the cloud are looked after without delay."""

from senlin_like.operations import clusters


def test_who_parks_tells_the_watcher_at_once(stage) -> None:
    asked = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": 1}
    clusters.create(stage.deps, stage.ctx, asked)
    watcher = stage.engine.watcher
    assert not watcher.nudged.is_set()

    stage.run_until(lambda: any(row.wait_kind == "cloud" for row in stage.actions()))

    assert watcher.nudged.is_set()
