"""An engine without the key of an action's secrets leaves it to those that have it."""

import pytest

from senlin_like.db import lifecycle, vault
from senlin_like.db.models import Action
from senlin_like.domain.enums import Cause
from senlin_like.operations import clusters, nodes
from tests.functional.engine.test_leases import ready_row
from tests.torture import checks

LONG_S = 6 * 3600.0 + 100.0
PUT_OFF = "Put off: an engine has no key"


@pytest.fixture
def keys(stage, monkeypatch):
    """Take the key away from the engine, which knows nothing yet, and back."""

    class Keys:
        def lose(self) -> None:
            other = vault.Vault([vault.new_key()])
            monkeypatch.setattr(stage.deps.db, "vault", other)
            for kept in ("_recipes", "_policies", "_clouds"):
                getattr(stage.engine.bench, kept)._values.clear()

        def find(self) -> None:
            monkeypatch.undo()

    return Keys()


def lose_at(stage, keys, moment) -> None:
    def dice(label):
        if moment in label:
            stage.moments.dice = None
            keys.lose()
        return False

    stage.moments.dice = dice
    stage.moments.is_watching = True
    stage.run_until(lambda: stage.moments.dice is None)


def wait_long(stage, *action_ids) -> None:
    for _ in range(12):
        stage.step()
        stage.advance(11.0)
    for action_id in action_ids:
        row = stage.action(action_id)
        assert (row.status in {"WAITING", "READY"}, row.attempt) == (True, 0)


@pytest.mark.parametrize(
    "moment", ["kept:Begin", "kept:Physical", "before-undo:Physical"]
)
def test_what_was_made_stays_until_the_key_is_there(stage, keys, moment) -> None:
    is_undone, has_begun = "undo" in moment, "Physical" in moment
    if is_undone:
        rule = {"effect": "error_status", "method": "compute.create_server"}
        stage.controls.add_fault(rule)
    body = {"name": "lone", "profile_id": stage.a_profile()}
    made = nodes.create(stage.deps, stage.ctx, body).action_id
    lose_at(stage, keys, moment)
    servers = [server["id"] for server in stage.servers()]

    wait_long(stage, made)

    # What waits for the cloud goes on doing so.
    is_put_off = stage.action(made).status_reason.startswith(PUT_OFF)
    assert is_put_off == (moment != "kept:Physical")
    assert [server["id"] for server in stage.servers()] == servers
    assert len(servers) == has_begun
    keys.find()
    stage.drain()
    ended, [node] = stage.action(made), stage.nodes()
    assert ended.status == ("FAILED" if is_undone else "SUCCEEDED")
    assert "undone" not in ended.status_reason
    assert node.status == ("ERROR" if is_undone else "ACTIVE")
    assert len(stage.servers()) == (not is_undone)
    assert is_undone or servers in ([], [stage.servers()[0]["id"]])
    assert checks.problems(stage.deps.db, stage.driver.world) == []


@pytest.mark.parametrize(
    "moment", ["kept:Begin", "kept:Physical", "before-undo:Physical"]
)
def test_a_wait_for_a_key_that_is_lost_ends(stage, keys, moment) -> None:
    if "undo" in moment:
        rule = {"effect": "error_status", "method": "compute.create_server"}
        stage.controls.add_fault(rule)
    body = {"name": "lone", "profile_id": stage.a_profile()}
    made = nodes.create(stage.deps, stage.ctx, body).action_id
    lose_at(stage, keys, moment)
    wait_long(stage, made)
    stage.advance(stage.action(made).timeout + 3600.0)
    wait_long(stage, made)

    stage.advance(stage.action(made).timeout + LONG_S)
    stage.run_until(lambda: stage.action(made).end_time is not None)

    ended, [node] = stage.action(made), stage.nodes()
    assert (ended.status, node.status) == ("FAILED", "ERROR")
    assert "no key for its secrets" in ended.status_reason
    keys.find()
    nodes.delete(stage.deps, stage.ctx, "lone", force=False)
    stage.drain()
    assert (stage.nodes(), stage.servers()) == ([], [])


def test_a_cluster_waits_for_the_key_too(stage, keys) -> None:
    asked = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": 2}
    made = clusters.create(stage.deps, stage.ctx, asked).action_id
    keys.lose()

    wait_long(stage, made)
    keys.find()
    stage.drain()

    assert stage.action(made).status == "SUCCEEDED"
    assert [node.status for node in stage.nodes()] == ["ACTIVE", "ACTIVE"]
    assert checks.problems(stage.deps.db, stage.driver.world) == []


@pytest.fixture
def hidden(stage):
    """Insert an action whose inputs nobody can read."""

    def make(**columns):
        sealed = vault.Vault([vault.new_key()]).seal("x")
        row = ready_row("hidden", "") | {"inputs": {"admin_pass": {"sealed": sealed}}}
        table = Action.__table__
        stage.deps.db.transact(lambda one: one.execute(table.insert(), [row | columns]))
        assert stage.engine.claim(10) == []
        return "hidden"

    return make


def test_an_action_whose_inputs_are_sealed_is_put_off(stage, hidden, caplog) -> None:
    action = hidden()

    put_off = stage.action(action)
    assert (put_off.status, put_off.owner, put_off.attempt) == ("WAITING", None, 0)
    assert put_off.status_reason.startswith(PUT_OFF)
    assert action in caplog.text
    wait_long(stage, action)
    stage.advance(put_off.timeout + LONG_S)
    stage.run_until(lambda: stage.action(action).status == "FAILED")


def test_a_hook_may_be_completed_while_an_action_is_put_off(stage, hidden) -> None:
    action = hidden(cause=Cause.DERIVED_WITH_HOOK)

    stage.deps.db.transact(lambda one: lifecycle.complete(one, action))

    assert stage.action(action).wait == {lifecycle.COMPLETED: True}
