"""Nodes without a cluster are worked on fairly between projects."""

import dataclasses
from collections import Counter

import pytest

from senlin_like.db import profiles as stored
from senlin_like.operations import nodes, profiles

SPEC = {
    "type": "os.nova.server",
    "version": "1.0",
    "properties": {"flavor": "1", "name": "web"},
}


@pytest.fixture
def ask(stage):
    """Ask for nodes without a cluster; return the ids of their actions."""

    def create(project, count=1) -> list[str]:
        ctx = dataclasses.replace(stage.ctx, user_id=project, project_id=project)
        profile = profiles.new_row(stage.deps, ctx, "pro", "os.nova.server-1.0", SPEC)
        stage.deps.db.transact(lambda one: stored.insert(one, profile))
        asked = {"name": "lone", "profile_id": profile["id"]}
        return [
            nodes.create(stage.deps, ctx, asked).action_id for _number in range(count)
        ]

    return create


def claimed(stage, limit) -> list[str]:
    return [run.facts.project for run in stage.engine.claim(limit)]


def test_a_project_with_many_nodes_does_not_hold_up_another(stage, ask) -> None:
    ask("red", 20)
    ask("blue", 1)

    assert set(claimed(stage, 2)) == {"red", "blue"}


def test_projects_share_what_is_claimed(stage, ask) -> None:
    ask("red", 9)
    ask("blue", 9)
    ask("green", 9)

    assert Counter(claimed(stage, 9)) == {"red": 3, "blue": 3, "green": 3}


def test_what_a_project_has_running_counts_against_it_alone(stage, ask) -> None:
    ask("red", 8)
    assert claimed(stage, 4) == ["red"] * 4

    ask("blue", 4)

    assert claimed(stage, 4) == ["blue"] * 4


def test_a_project_gets_its_nodes_in_the_order_asked_for(stage, ask) -> None:
    asked = ask("red", 6)

    taken = [run.facts.id for _ in range(6) for run in stage.engine.claim(1)]

    assert taken == asked
