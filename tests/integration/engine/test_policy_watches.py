"""What a lost engine makes too late for a policy is found, on every database."""

import pathlib

import pytest

from senlin_like.db import policy_strays
from senlin_like.db.models import Action, Binding
from senlin_like.db.work_models import BindingWatch
from senlin_like.drivers.base import Account
from tests.functional.engine.balanced import Site
from tests.torture.stage import Stage, opened


@pytest.fixture
def stage(any_url, tmp_path: pathlib.Path):
    made = Stage(any_url, f"sqlite:///{tmp_path}/cloud.db")
    made.make_tables()
    yield from opened(made)


def test_a_watch_begins_is_prolonged_and_ends(stage) -> None:
    site = Site(stage).make(1)
    site.attach("apart", "affinity")
    (binding,) = stage.rows(Binding)
    (action,) = stage.rows(Action, Action.kind == "CLUSTER_ATTACH_POLICY")
    compute = stage.driver.inner.cloud(Account(user="alice", project="red")).compute
    name = f"server_group_{binding.id}"
    compute.create_server_group(name, ["anti-affinity"])

    for seconds in (60.0, 900.0):
        stage.deps.db.transact(
            lambda one, seconds=seconds: policy_strays.remember(
                one, [action.id], seconds
            )
        )
    (watch,) = stage.rows(BindingWatch)
    assert watch.until - watch.due_at > 800.0
    assert stage.sweep() == 1
    assert len(compute.list_server_groups(name)) == 1

    stage.advance(900.0)
    stage.engine.sweep()
    assert stage.rows(BindingWatch) == []
