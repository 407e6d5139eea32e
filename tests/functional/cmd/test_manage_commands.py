"""Commands of operators on actions and services, on a real database."""

import datetime
import sys

import pytest
import sqlalchemy as sa

from senlin_like.cmd import manage
from senlin_like.db.models import Action, Event
from senlin_like.db.work_models import Service
from senlin_like.operations import clusters
from tests.torture import scenarios

DAY = datetime.timedelta(days=1)


@pytest.fixture
def command(stage, tmp_path, monkeypatch, capsys):
    """Run a command as from a shell; return what it has written."""
    path = tmp_path / "senlin_like.conf"
    path.write_text(
        f"""
[DEFAULT]
transport_url = fake:/
cloud_backend = simulated
[database]
connection = sqlite:///{tmp_path}/s.db
[simulated_cloud]
connection = sqlite:///{tmp_path}/c.db
[secrets]
fernet_keys = {stage.key}
"""
    )

    def run(*words: str) -> str:
        arguments = ["senlin-like-manage", "--config-file", str(path), *words]
        monkeypatch.setattr(sys, "argv", arguments)
        manage.main()
        return capsys.readouterr().out

    return run


@pytest.fixture
def action_id(stage):
    """Ask for a cluster as a user of another project than the operator's."""
    body = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": 2}
    return clusters.create(stage.deps, stage.ctx, body).action_id


def test_an_action_of_any_project_is_cancelled(stage, action_id, command) -> None:
    stage.run_until(lambda: scenarios.in_the_cloud(stage, action_id))

    command("action", "cancel", action_id)
    stage.drain()

    assert stage.action(action_id).status == "CANCELLED"
    assert stage.servers() == []


@pytest.mark.parametrize(
    ("option", "status"), [([], "RUNNING"), (["--force"], "READY")], ids=str
)
def test_only_force_takes_an_action_from_its_engine(
    stage, action_id, command, option, status
) -> None:
    stage.engine.claim(1)

    command("action", "cancel", action_id, *option)

    row = stage.action(action_id)
    assert (row.signal, row.status) == ("CANCEL", status)
    assert (row.owner is None) == bool(option)


def test_an_action_is_suspended_and_resumed(stage, action_id, command) -> None:
    stage.run_until(lambda: scenarios.in_the_cloud(stage, action_id))

    command("action", "suspend", action_id)
    stage.drain()
    paused = {row.status for row in stage.unfinished()}
    command("action", "resume", action_id)
    stage.drain()

    assert "SUSPENDED" in paused
    assert stage.action(action_id).status == "SUCCEEDED"
    assert {node.status for node in stage.nodes()} == {"ACTIVE"}


@pytest.mark.parametrize("verb", ["cancel", "suspend"])
def test_an_action_that_has_ended_is_left_alone(
    stage, action_id, command, verb, capsys
) -> None:
    stage.drain()

    with pytest.raises(SystemExit) as left:
        command("action", verb, action_id)

    assert left.value.code == 1
    assert f"({action_id[:8]}) is in status (SUCCEEDED)" in capsys.readouterr().err
    assert stage.action(action_id).status == "SUCCEEDED"


@pytest.mark.parametrize("status", ["READY", "SUCCEEDED"])
def test_what_is_not_suspended_cant_be_resumed(
    stage, action_id, command, status, capsys
) -> None:
    if status == "SUCCEEDED":
        stage.drain()

    with pytest.raises(SystemExit) as left:
        command("action", "resume", action_id)

    assert left.value.code == 1
    assert f"isn't suspended, its status is {status}" in capsys.readouterr().err


def test_a_suspension_that_is_only_asked_for_is_taken_back(
    stage, action_id, command
) -> None:
    command("action", "suspend", action_id)

    command("action", "resume", action_id)

    assert stage.action(action_id).signal is None


@pytest.mark.parametrize("verb", ["cancel", "suspend", "resume"])
def test_an_action_that_is_unknown_is_said(command, verb, capsys) -> None:
    with pytest.raises(SystemExit) as left:
        command("action", verb, "nothing")

    assert left.value.code == 1
    assert "nothing" in capsys.readouterr().err


def test_services_are_listed_with_their_state(stage, command) -> None:
    lives, silent = stage.engine, stage.new_engine()
    for engine in (lives, silent):
        engine.heart.beat()
    long_ago = sa.update(Service).where(Service.id == silent.id).values(seen_at=0.0)
    stage.deps.db.transact(lambda one: one.execute(long_ago))

    lines = [line.split() for line in command("service", "list").splitlines()]

    heads = ["id", "host", "binary", "topic", "state", "updated_at"]
    states = {line[0]: (line[2], line[4]) for line in lines[1:]}
    assert lines[0] == heads
    assert states == {
        lives.id: ("senlin-engine", "up"),
        silent.id: ("senlin-engine", "down"),
    }


def test_no_services_make_an_empty_list(command) -> None:
    [line] = command("service", "list").splitlines()

    assert line.startswith("id")


def test_old_events_and_actions_are_purged(stage, action_id, command) -> None:
    stage.drain()
    cluster_id = stage.action(action_id).target
    stage.clock.offset = 0
    old = sa.update(Event).values(timestamp=stage.clock.aware() - 3 * DAY)
    ended = sa.update(Action).values(end_time=stage.clock() - 3 * DAY.total_seconds())
    stage.deps.db.transact(lambda one: [one.execute(old), one.execute(ended)])

    assert command("event_purge", "4") == "Deleted 0.\n"
    assert command("event_purge", "-p", "blue;green", "2") == "Deleted 0.\n"
    assert command("event_purge", "-p", "blue;red", "-l", "1", "2") == "Deleted 1.\n"
    assert command("event_purge", "-c", cluster_id, "-g", "hours", "49") == (
        "Deleted 5.\n"
    )
    assert command("action_purge", "-c", "nothing", "2") == "Deleted 0.\n"
    assert command("action_purge", "-c", cluster_id, "2") == "Deleted 3.\n"
    assert (stage.rows(Event), stage.actions()) == ([], [])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["event_purge", "--", "-1"], "must not be negative"),
        (["event_purge", "-l", "0"], "limit must be 1 or more"),
        (["event_purge", "99999999999"], "more than there is time"),
        (["event_purge", "9999999"], "more than there is time"),
        (["action_purge", "-g", "minutes", "59"], "must be 3600 seconds or more"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_makes_no_sense_is_not_purged(command, capsys, words, told) -> None:
    with pytest.raises(SystemExit) as left:
        command(*words)

    assert left.value.code == 1
    assert told in capsys.readouterr().err
