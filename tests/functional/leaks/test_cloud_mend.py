"""``senlin-like-manage cloud mend``: what is removed, and what never is."""

import pytest
import sqlalchemy as sa

from senlin_like.db.models import Action, Event, Node
from senlin_like.operations import leaks, mending, node_actions
from tests.functional.leaks.late import BLUE
from tests.torture.stage import OWNER

NOW = ("--older-than", "0")


def test_an_orphan_goes_and_its_project_is_told(stage, late, command):
    node, server = late.orphan()
    late.age()
    before = late.live_servers()

    status, text = command("mend", "--yes")
    again, _text = command("mend", "--yes")

    assert (status, again) == (0, 0)
    reason = (
        f"server {server} '{node.name}' of project red: The node {node.id} is gone."
    )
    assert text == f"Deleted {reason}\n"
    assert before - late.live_servers() == {server}
    [event] = stage.rows(Event, Event.action == "CLOUD_MEND")
    assert (event.oid, event.oname, event.otype) == (node.id, node.name, "NODE")
    assert (event.project, event.user) == ("red", "alice")
    assert event.cluster_id == node.cluster_id
    assert event.status_reason == f"Deleted {reason}"


def test_ports_go_after_what_they_are_plugged_into(stage, late, command):
    node, _server = late.orphan()
    port = late.port(node)
    late.server(node, networks=[{"port": port}])
    late.age()

    status, text = command("mend", "--yes")

    assert status == 0
    kinds = [line.split()[1] for line in text.splitlines()]
    assert kinds == ["server", "server", "port"]
    assert late.cloud().network.find_ports_marked(node.id) == []


def test_a_public_address_goes_with_the_port_that_it_leads_to(late, command):
    node, _server = late.orphan()
    port = late.port(node)
    network = late.cloud().network
    public = network.find_network("public")
    address = network.create_floating_ip(public, port_id=port, node_id=node.id)
    late.age()

    status, text = command("mend", "--yes")

    assert status == 0
    kinds = [line.split()[1] for line in text.splitlines()]
    assert kinds == ["server", "floating", "port"]
    assert network.find_floating_ip(address.address) is None
    assert network.find_ports_marked(node.id) == []


def test_a_public_address_that_leads_elsewhere_now_stays(late, command):
    node, _server = late.orphan()
    port = late.port(node)
    network = late.cloud().network
    public = network.find_network("public")
    address = network.create_floating_ip(public, port_id=port, node_id=node.id)
    users = network.create_port(network.find_network("private"), node_id="a user's")
    network.associate_floating_ip(address.id, users.id)
    late.age()

    _status, text = command("mend", "--yes")

    assert address.id not in text
    assert network.find_floating_ip(address.address).port_id == users.id


def test_a_dry_run_changes_nothing(late, command):
    _node, server = late.orphan()
    late.age()

    status, text = command("mend", "--dry-run")

    assert status == 3
    assert text.startswith(f"Would delete server {server}")
    assert server in late.live_servers()


def test_nothing_is_done_unasked(late, command):
    _node, server = late.orphan()
    late.age()

    status, text = command("mend")

    assert status == 1
    assert "--yes does it" in text
    assert server in late.live_servers()


def test_servers_of_users_are_never_deleted_for_a_mark(stage, late, command):
    [theirs, _] = late.cluster(ctx=BLUE)
    [node, _] = late.cluster(ctx=OWNER)
    forged = late.server(theirs)
    copied = late.server(node, name="backup")
    late.age()
    again = late.server(node)
    before = late.live_servers()

    status, text = command("mend", "--yes", *NOW)

    assert status == 3
    assert late.live_servers() == before
    assert all(f"Left server {one}" in text for one in (forged, copied, again))


def test_what_nothing_proves_goes_when_it_is_named(late, command):
    [node, _] = late.cluster()
    copied = late.server(node, name="backup")
    other = late.server(node, name="other")
    late.age()
    before = late.live_servers()

    status, text = command("mend", "--yes", "--id", copied)

    assert status == 0
    assert text.startswith(f"Deleted server {copied} 'backup'")
    assert before - late.live_servers() == {copied}
    assert other in late.live_servers()


@pytest.mark.parametrize("case", ["used", "foreign", "busy", "absent"])
def test_some_things_dont_go_though_they_are_named(stage, late, command, case):
    [theirs, _] = late.cluster(ctx=BLUE)
    [node, _] = late.cluster(ctx=OWNER)
    named = {
        "used": lambda: node.physical_id,
        "foreign": lambda: late.server(theirs),
        "busy": lambda: late.server(node),
        "absent": lambda: "nothing",
    }[case]()
    late.age()
    if case == "busy":
        node_actions.ask(stage.deps, stage.ctx, node.id, "check", {})
    before = late.live_servers()

    status, text = command("mend", "--yes", "--id", named)

    assert status == 3
    assert late.live_servers() == before
    assert text.startswith("Left ")


def test_no_more_than_the_limit_is_done_in_turns(stage, late):
    [node, _] = late.cluster()
    many = {late.server(node) for _ in range(25)}
    late.age()
    lines, pauses = [], []
    order = mending.Order(limit=21)

    found = mending.Mender(
        stage.deps, order, lines.append, lambda: pauses.append(len(lines))
    ).mend()

    assert len(many & late.live_servers()) == 4
    assert pauses == [10, 20]
    assert (found.done, found.left) == (21, 1)
    assert lines[-1] == "Left 4 more: The limit of 21 is reached."


def set_node(stage, node, **values):
    query = sa.update(Node).where(Node.id == node.id).values(**values)
    stage.deps.db.transact(lambda session: session.execute(query))


def at(stage, moment, happens):
    """Let something happen once at a moment of the mending."""
    left = [happens]

    def dice(label):
        if moment in label and left:
            left.pop()()
        return False

    stage.moments.is_watching = True
    stage.moments.dice = dice


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("called ledger.list_marked", "It is in use."),
        ("called compute.find_marked", "It is in use."),
    ],
)
def test_what_an_engine_takes_meanwhile_stays(stage, late, moment, told):
    [node, _] = late.cluster()
    server = late.server(node)
    late.age()
    before = late.live_servers()
    at(stage, moment, lambda: set_node(stage, node, physical_id=server))
    lines = []
    order = mending.Order(choice=leaks.Choice(kinds=["server"]))

    found = mending.Mender(stage.deps, order, lines.append, lambda: None).mend()

    # What the node has given up instead is another matter.
    assert server in late.live_servers()
    assert found.done == len(before - late.live_servers())
    if moment == "called compute.find_marked":
        assert told in lines[0]


@pytest.mark.parametrize("change", ["action", "mark", "taken"])
def test_what_changes_before_the_last_look_stays(stage, late, change):
    [node, other] = late.cluster()
    server = late.server(node)
    late.age()
    compute = late.cloud().compute
    happens = {
        "action": lambda: node_actions.ask(stage.deps, stage.ctx, node.id, "check", {}),
        "mark": lambda: compute.delete_metadata(server, ["cluster_node_id"]),
        "taken": lambda: set_node(stage, other, physical_id=server),
    }[change]
    at(stage, "call compute.find_marked", happens)
    lines = []
    order = mending.Order(choice=leaks.Choice(kinds=["server"]))

    found = mending.Mender(stage.deps, order, lines.append, lambda: None).mend()

    assert server in late.live_servers()
    assert (found.done, found.left) == (0, 1)
    assert lines[0].startswith(f"Left server {server}")


def test_what_the_cloud_refuses_is_told_and_the_rest_goes_on(stage, late, command):
    [node, _] = late.cluster()
    first, second = sorted(late.server(node) for _ in range(2))
    late.age()
    stage.controls.add_fault(
        {
            "method": "compute.delete_server",
            "effect": "error",
            "name": first,
            "message": "No.",
        }
    )

    status, text = command("mend", "--yes")

    assert status == 3
    assert f"Left server {first}" in text
    assert "The cloud says: No." in text
    assert first in late.live_servers()
    assert second not in late.live_servers()


def test_a_node_whose_server_is_gone_is_checked(stage, late, command):
    [gone, _] = late.cluster()
    stage.controls.vanish_server(gone.physical_id)
    late.age()

    status, text = command("mend", "--yes")
    stage.drain()

    assert status == 0
    assert text.startswith(f"Asked to check node {gone.id} '{gone.name}'")
    [row] = stage.rows(Action, Action.kind == "NODE_CHECK")
    assert (row.target, row.user, row.project) == (gone.id, "alice", "red")
    assert {node.id: node.status for node in stage.nodes()}[gone.id] == "ERROR"


@pytest.mark.parametrize("lacks", ["server", "id"])
def test_a_node_gets_a_server_again_if_that_is_asked_for(stage, late, command, lacks):
    [gone, _] = late.cluster()
    stage.controls.vanish_server(gone.physical_id)
    if lacks == "id":
        set_node(stage, gone, physical_id=None)
    late.age()

    status, text = command("mend", "--yes", "--recover")
    stage.drain()

    assert status == 0
    assert text.startswith(f"Asked for a recovery of node {gone.id}")
    [row] = stage.rows(Node, Node.id == gone.id)
    assert row.status == "ACTIVE"
    assert row.physical_id in late.live_servers()


def test_a_node_without_an_object_is_marked(stage, late, command):
    [node, _] = late.cluster()
    set_node(stage, node, physical_id=None)
    late.age()

    status, text = command("mend", "--yes", "--kind", "node")

    assert status == 0
    assert text.startswith(f"Marked as ERROR: node {node.id}")
    [row] = stage.rows(Node, Node.id == node.id)
    assert (row.status, row.status_reason) == ("ERROR", "It has no physical object.")
    assert stage.cluster(node.cluster_id).status == "WARNING"
    [event] = stage.rows(Event, Event.action == "CLOUD_MEND")
    assert event.oid == node.id


def test_a_node_that_somebody_works_on_is_left_alone(stage, late, command):
    [node, _] = late.cluster()
    set_node(stage, node, physical_id=None)
    late.age()
    node_actions.ask(stage.deps, stage.ctx, node.id, "recover", {})

    assert command("mend", "--yes", "--kind", "node") == (0, "")
