"""What people can read of an action while it runs, and after it."""

from senlin_like.db import actions
from senlin_like.operations import actions as actions_of
from senlin_like.operations import clusters, node_actions, nodes


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


def test_a_check_waits_for_its_object_to_be_seen(stage):
    node = a_node(stage)
    action_id = ask_for_check(stage, node)

    assert shown(stage, action_id)["status_reason"] == (
        f"Waiting for server {node.physical_id} to be seen."
    )


def test_a_silent_cloud_is_told_until_it_answers(stage):
    node = a_node(stage)
    stage.controls.put_settings({"build_seconds": 60})
    body = {"name": "next", "profile_id": stage.a_profile("q")}
    action_id = nodes.create(stage.deps, stage.ctx, body).action_id
    stage.run_until(lambda: stage.action(action_id).wait_kind == "cloud")
    check_id = ask_for_check(stage, node)
    told = [shown(stage, one)["status_reason"] for one in (action_id, check_id)]
    rule = stage.controls.add_fault({"method": "look.server", "effect": "busy"})

    for _ in range(3):
        stage.advance(60)
        stage.engine.watcher.look_once()
        silence = " The cloud doesn't answer now; asking again."
        assert [
            shown(stage, one)["status_reason"] for one in (action_id, check_id)
        ] == [f"{reason}{silence}" for reason in told]
    stage.controls.remove_fault(rule["id"])
    stage.advance(60)
    stage.engine.watcher.look_once()

    assert "answer" not in shown(stage, action_id)["status_reason"]
    assert shown(stage, check_id)["status"] == "READY"


def test_a_suspension_on_its_way_is_told(stage):
    stage.controls.put_settings({"build_seconds": 60})
    body = {"name": "n", "profile_id": stage.a_profile()}
    action_id = nodes.create(stage.deps, stage.ctx, body).action_id
    stage.run_until(lambda: stage.action(action_id).wait_kind == "cloud")
    before = shown(stage, action_id)["status_reason"]

    actions_of.suspend(stage.deps, stage.ctx, action_id)
    asked = shown(stage, action_id)
    stage.drain()
    paused = shown(stage, action_id)
    actions_of.resume(stage.deps, stage.ctx, action_id)
    resumed = shown(stage, action_id)

    assert asked["status_reason"] == (
        f"{before} It was asked to be suspended, and pauses before its next step."
    )
    assert paused["status_reason"] == "Suspended on request."
    assert "asked to be suspended" not in resumed["status_reason"]


def a_node(stage):
    """Make a node that stands alone."""
    body = {"name": "n", "profile_id": stage.a_profile()}
    nodes.create(stage.deps, stage.ctx, body)
    stage.drain()
    [node] = stage.nodes()
    return node


def ask_for_check(stage, node):
    """Ask for a check and let it park."""
    action_id = node_actions.ask(stage.deps, stage.ctx, node.id, "check", {})
    for run in stage.engine.claim(1):
        stage.engine.work(run)
    return action_id


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
