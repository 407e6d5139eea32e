"""Engines mark what they log with the request that they work for."""

import dataclasses

from senlin_like.operations import clusters


def test_an_engine_marks_what_an_action_logs_with_its_request(stage, logged) -> None:
    stage.ctx = dataclasses.replace(stage.ctx, request_id="req-of-alice")
    body = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": 1}
    clusters.create(stage.deps, stage.ctx, body)
    stage.drain()

    told = [line for line in logged() if " CLUSTER_CREATE " in line]

    assert len(told) == 1
    assert "req-of-alice alice red" in told[0]
    [child] = [line for line in logged() if " NODE_CREATE " in line]
    assert "req-of-alice alice red" in child


def test_actions_of_nobody_are_marked_with_themselves(stage, logged) -> None:
    stage.ctx = dataclasses.replace(stage.ctx, request_id="")
    body = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": 0}
    action_id = clusters.create(stage.deps, stage.ctx, body).action_id
    stage.drain()

    [told] = [line for line in logged() if " CLUSTER_CREATE " in line]

    assert f"req-{action_id} alice red" in told
