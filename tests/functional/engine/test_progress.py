"""What people can read of an action while it runs, and after it."""

from senlin_like.db import actions
from senlin_like.operations import clusters


def shown(stage, action_id):
    with stage.deps.db.reader() as session:
        return actions.get(session, stage.ctx, action_id)


def test_a_parent_says_how_many_children_are_left(stage):
    body = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": 3}
    action_id = clusters.create(stage.deps, stage.ctx, body).action_id
    for run in stage.engine.claim(1):
        stage.engine.work(run)

    action = shown(stage, action_id)

    assert action["status"] == "WAITING"
    reason = "Waiting for 3 of 3 depended action(s) to end."
    assert action["status_reason"] == reason
    assert action["data"]["progress"]["steps_done"] == ["Begin"]
    assert action["data"]["progress"]["step"] == "CreateNodes"


def test_a_child_says_what_it_waits_for(stage):
    stage.controls.put_settings({"build_seconds": 60})
    body = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": 1}
    action_id = clusters.create(stage.deps, stage.ctx, body).action_id
    for _ in range(2):
        for run in stage.engine.claim(1):
            stage.engine.work(run)

    child = shown(stage, shown(stage, action_id)["depends_on"][0])

    assert child["status"] == "WAITING"
    assert child["status_reason"].startswith("Waiting for server ")
    assert child["status_reason"].endswith(" to be ACTIVE.")


def test_a_failure_says_why_and_where(stage):
    stage.controls.add_fault(
        {
            "effect": "error",
            "method": "compute.create_server",
            "status": 403,
            "message": "Quota exceeded for cores",
        }
    )
    body = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": 1}
    action_id = clusters.create(stage.deps, stage.ctx, body).action_id

    stage.drain()

    action = shown(stage, action_id)
    assert action["status"] == "FAILED"
    assert "Failed in creating nodes." in action["status_reason"]
    assert "Quota exceeded for cores" in action["status_reason"]
    assert "CreateNodes" in action["data"]["progress"]["steps_done"]
