"""A cluster ``web`` on a stage, to which policies are attached."""

import pytest

from senlin_like.operations import cluster_actions, clusters


@pytest.fixture
def make(stage):
    """Make a cluster; give its id."""

    def cluster(size=2, *, low=0, high=5, **properties):
        body = {
            "name": "web",
            "profile_id": stage.a_profile(**properties),
            "desired_capacity": size,
            "min_size": low,
            "max_size": high,
        }
        record = clusters.create(stage.deps, stage.ctx, body).record
        stage.drain()
        return record["id"]

    return cluster


@pytest.fixture
def ask(stage):
    """Ask for an action on the cluster; give the action as it ended."""

    def act(name, **params):
        action_id = cluster_actions.ask(stage.deps, stage.ctx, "web", name, params)
        stage.drain()
        return stage.action(action_id)

    return act


@pytest.fixture
def attach(stage, ask):
    def bind(name, kind, **properties):
        policy = stage.a_policy(name, kind, **properties)
        ended = ask("policy_attach", policy_id=policy)
        assert ended.status == "SUCCEEDED", ended.status_reason
        return policy

    return bind
