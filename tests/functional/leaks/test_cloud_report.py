"""``senlin-like-manage cloud report``: what has our mark, and who needs it."""

import json

import pytest
import sqlalchemy as sa

from senlin_like.db.models import Action, Credential, Event, Node
from senlin_like.drivers import base
from senlin_like.operations import node_actions
from tests.functional.leaks.late import BLUE
from tests.torture.stage import OWNER


def found(command, *words):
    """Give the JSON report; it agrees with the exit status."""
    status, text = command("report", "--format", "json", *words)
    told = json.loads(text)
    assert status == (3 if told["leaks"] or told["nodes"] else 0)
    return told


def verdicts(command, *words):
    return {one["id"]: one["verdict"] for one in found(command, *words)["leaks"]}


def forget(stage, *models):
    for model in models:
        stage.deps.db.transact(lambda one, gone=model: one.execute(sa.delete(gone)))


def test_a_cloud_in_order_ends_with_0(late, command):
    late.cluster()
    late.age()

    assert command("report") == (0, "Nothing was found.\n")


def test_the_server_of_a_node_that_is_gone_is_an_orphan(late, command):
    node, server = late.orphan()
    late.age()

    status, text = command("report")
    [one] = found(command)["leaks"]

    assert status == 3
    [heads, line] = text.splitlines()
    assert heads.split()[:4] == ["project", "region", "kind", "id"]
    assert server in line
    assert f"The node {node.id} is gone." in line
    assert one | {"created_at": None} == {
        "project": "red",
        "region": "RegionOne",
        "kind": "server",
        "id": server,
        "name": node.name,
        "mark": node.id,
        "status": one["status"],
        "created_at": None,
        "verdict": "orphan",
        "reason": f"The node {node.id} is gone.",
    }


def test_a_second_server_of_a_node_is_an_orphan(late, command):
    [node, _] = late.cluster()
    server = late.server(node)
    late.age()

    assert verdicts(command) == {server: "orphan"}


def test_events_are_enough_to_know_a_node_that_is_gone(stage, late, command):
    _node, server = late.orphan()
    late.age()
    forget(stage, Action)

    assert verdicts(command) == {server: "orphan"}


def test_actions_are_enough_to_know_a_node_that_is_there(stage, late, command):
    [node, _] = late.cluster()
    server = late.server(node)
    late.age()
    forget(stage, Event)

    assert verdicts(command) == {server: "orphan"}


@pytest.mark.parametrize("forgotten", [(Event,), (Action, Event)], ids=len)
def test_without_a_trace_of_the_name_nothing_is_proven(stage, late, command, forgotten):
    _node, server = late.orphan()
    late.age()
    forget(stage, *forgotten)

    assert verdicts(command) == {server: "unknown"}


def test_a_users_own_server_with_a_copied_mark_is_not_proven(late, command):
    [node, _] = late.cluster()
    copied = late.server(node, name="backup")
    made_up = late.server(node, metadata={base.NODE_MARK: "whatever"})
    other = late.server(node, metadata=late.marks(node) | {base.CLUSTER_MARK: "c"})
    late.age()
    later = late.server(node)

    told = verdicts(command, "--older-than", "0")

    assert told == dict.fromkeys((copied, made_up, other, later), "unknown")


def test_a_mark_of_another_projects_node_is_foreign(stage, late, command):
    [node, _] = late.cluster(ctx=BLUE)
    late.cluster(ctx=OWNER)
    server = late.server(node, project="red")
    late.age()

    assert verdicts(command) == {server: "foreign"}
    assert verdicts(command, "--project", "blue") == {}


def test_what_is_young_or_worked_on_is_left_for_later(stage, late, command):
    [node, other] = late.cluster()
    late.server(node)
    young = found(command)
    late.age()
    late.server(other)
    node_actions.ask(stage.deps, stage.ctx, node.id, "check", {})

    assert (young["leaks"], young["waiting"]) == ([], 1)
    busy = found(command)
    assert (busy["leaks"], busy["waiting"]) == ([], 2)
    status, text = command("report")
    assert status == 0
    assert "Too young, or worked on: 2." in text


def test_what_a_killed_engine_has_made_waits_for_its_action(stage, late, command):
    stage.moments.is_watching = True
    stage.moments.crash_at = "NODE_CREATE called compute.create_server #1"
    [*_] = late.cluster(1)
    assert stage.crashes == 1
    late.age()
    assert found(command)["waiting"] == 0

    stage.moments.crash_at = "NODE_RECOVER called compute.create_server #1"
    [node] = stage.nodes()
    node_actions.ask(stage.deps, stage.ctx, node.id, "recover", {})
    stage.run_until(lambda: stage.crashes == 2)
    late.age()

    told = found(command, "--kind", "server")
    assert (told["leaks"], told["waiting"]) == ([], 1)


def test_who_left_no_permission_that_holds_is_told(stage, late, command):
    late.orphan()
    late.age()
    with stage.deps.db.reader() as session:
        sealed = session.scalar(sa.select(Credential.sealed))
    stage.driver.identity.revoke(stage.deps.db.vault.unseal(sealed))

    status, text = command("report")

    assert status == 0
    assert "Nothing was found." in text
    assert "Can't be asked: project red, by user alice" in text


def test_what_the_cloud_doesnt_show_makes_the_report_fail(stage, late, command):
    _node, server = late.orphan()
    late.age()
    stage.controls.add_fault({"method": "ledger.list_marked.stack", "effect": "error"})

    status, text = command("report")

    assert status == 1
    assert server in text
    assert "Can't be asked for stack: project red in RegionOne" in text
    assert "Not everything could be looked at" in text


def test_a_project_and_kinds_can_be_chosen(late, command):
    node, server = late.orphan()
    port = late.port(node)
    late.age()

    assert verdicts(command) == {server: "orphan", port: "orphan"}
    assert verdicts(command, "--kind", "port") == {port: "orphan"}
    assert verdicts(command, "-k", "node", "-k", "stack") == {}
    assert verdicts(command, "--project", "blue") == {}


def test_nodes_without_their_object_are_found(stage, late, command):
    [gone, lacking, _well] = late.cluster(3)
    stage.controls.vanish_server(gone.physical_id)
    late.age()
    stage.deps.db.transact(
        lambda session: session.execute(
            sa.update(Node).where(Node.id == lacking.id).values(physical_id=None)
        )
    )

    told = found(command, "--kind", "node")

    assert {one["id"]: one["reason"] for one in told["nodes"]} == {
        gone.id: f"{gone.physical_id} isn't there.",
        lacking.id: "It has no physical object.",
    }
    assert "lost" in command("report", "--kind", "node")[1]


def test_what_a_node_without_an_object_may_take_is_held(stage, late, command):
    [node, _] = late.cluster()
    late.age()
    stage.deps.db.transact(
        lambda session: session.execute(
            sa.update(Node).where(Node.id == node.id).values(physical_id=None)
        )
    )

    assert verdicts(command, "--kind", "server") == {node.physical_id: "held"}


@pytest.mark.parametrize("verb", ["report", "mend"])
def test_a_database_of_another_release_is_refused(stage, command, verb):
    stage.deps.db.transact(
        lambda session: session.execute(
            sa.text("UPDATE alembic_version SET version_num = '001'")
        )
    )

    status, text = command(verb)

    assert status == 1
    assert "The database is at version 001, not at" in text


def test_an_age_below_0_is_refused(command):
    status, text = command("report", "--older-than", "-1")

    assert status == 1
    assert "The age must be 0 or more." in text
