"""Events become notifications, by oslo.messaging's driver inside the process."""

import contextlib
import dataclasses
import json
import queue

import pytest
import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.cmd import assembly
from senlin_like.conf import opts
from senlin_like.db.models import Action, Event
from senlin_like.db.session import after_commit
from senlin_like.events import registry
from senlin_like.operations import cluster_actions, clusters, node_actions, nodes
from tests.heard import listening
from tests.torture import hooks, hosted

PATIENCE_S = 20
COMMON = {
    "id",
    "name",
    "profile_id",
    "init_at",
    "created_at",
    "updated_at",
    "status",
    "status_reason",
    "metadata",
    "data",
    "user",
    "project",
    "domain",
    "dependents",
}


def load_conf(tmp_path, text=""):
    file = tmp_path / "service.conf"
    file.write_text(f"[DEFAULT]\ntransport_url = fake:/\nhost = box\n{text}")
    return opts.load(["--config-file", str(file)])


@pytest.fixture
def tell(stage, tmp_path):
    """Let an engine tell events as some options say."""
    topic = f"topic-{tmp_path.name}"
    opened = contextlib.ExitStack()

    def use(text="event_dispatchers = database\nevent_dispatchers = message\n"):
        conf = load_conf(tmp_path, f"notification_topics = {topic}\n{text}")
        boxes = registry.load(conf.event_dispatchers, conf)
        for box in boxes:
            opened.callback(box.close, PATIENCE_S)
        stage.deps = dataclasses.replace(
            stage.deps, outboxes=boxes, settings=assembly.settings(conf)
        )
        stage.engine = stage.new_engine()
        return boxes

    with opened:
        yield use


@pytest.fixture
def heard(tmp_path):
    """Listen to what is told."""
    with listening("fake:/", f"topic-{tmp_path.name}") as found:
        yield found


def make_cluster(stage, size=2):
    body = {"name": "web", "profile_id": stage.a_profile(), "desired_capacity": size}
    return clusters.create(stage.deps, stage.ctx, body).action_id


def data_of(primitive, name):
    assert primitive["senlin_object.name"] == name
    assert primitive["senlin_object.namespace"] == "senlin"
    assert primitive["senlin_object.version"] == "1.0"
    return primitive["senlin_object.data"]


def test_every_phase_of_every_action_is_told(stage, tell, heard):
    tell()
    make_cluster(stage)
    stage.drain()

    told = heard.take(6)

    assert {publisher for _, publisher, _, _ in told} == {"senlin-engine:box"}
    assert {priority for priority, _, _, _ in told} == {"info"}
    types = [event_type for _, _, event_type, _ in told]
    assert types[0] == "cluster.create.start"
    assert types[-1] == "cluster.create.end"
    assert sorted(types[1:-1]) == ["node.create.end"] * 2 + ["node.create.start"] * 2
    assert len(stage.rows(Event)) == 6


def test_payloads_are_versioned_objects(stage, tell, heard):
    tell()
    action_id = make_cluster(stage, 1)
    stage.drain()

    told = {event_type: payload for _, _, event_type, payload in heard.take(4)}

    json.dumps(told)
    data = data_of(told["cluster.create.end"], "ClusterActionPayload")
    assert data["exception"] is None
    cluster = data_of(data["cluster"], "ClusterPayload")
    assert set(cluster) == COMMON | {
        "min_size",
        "max_size",
        "desired_capacity",
        "timeout",
    }
    assert (cluster["name"], cluster["status"]) == ("web", "ACTIVE")
    assert cluster["init_at"].endswith("Z")
    action = data_of(data["action"], "ActionPayload")
    assert (action["id"], action["status"]) == (action_id, "SUCCEEDED")
    assert action["action"] == "CLUSTER_CREATE"
    assert action["end_time"] > action["start_time"] > 0
    began = data_of(told["node.create.start"], "NodeActionPayload")
    assert data_of(began["node"], "NodePayload")["status"] == "CREATING"
    assert data_of(began["action"], "ActionPayload")["status"] == "RUNNING"
    ended = data_of(told["node.create.end"], "NodeActionPayload")
    node = data_of(ended["node"], "NodePayload")
    assert set(node) == COMMON | {"cluster_id", "physical_id", "index", "role"}
    assert node["physical_id"] == stage.servers()[0]["id"]


def test_a_lifecycle_hook_is_told_under_a_name_of_its_own(stage, tell, heard):
    make_cluster(stage, 1)
    stage.drain()
    policy = stage.a_policy("del", "deletion", hooks=hooks.zaqar(5))
    asked = {"policy_id": policy}
    cluster_actions.ask(stage.deps, stage.ctx, "web", "policy_attach", asked)
    stage.drain()
    tell()
    cluster_actions.ask(stage.deps, stage.ctx, "web", "scale_in", {})
    stage.drain()

    told = heard.take(6)

    assert [event_type for _, _, event_type, _ in told] == [
        "cluster.scale_in.start",
        "node.lifecycle_hook.start",
        "node.lifecycle_hook.end",
        "node.delete.start",
        "node.delete.end",
        "cluster.scale_in.end",
    ]
    payload = data_of(told[1][3], "NodeActionPayload")
    action = data_of(payload["action"], "ActionPayload")
    assert action["status"] == "WAITING_LIFECYCLE_COMPLETION"


def test_aggregates_are_told_with_their_hosts(stage, tell, heard):
    tell()
    hosts = hosted.make_hosts(stage, 3)
    uuid = hosted.make_aggregate(stage, hosts)
    action_id = hosted.ask(stage)
    stage.drain()

    told = heard.take(2)

    assert [event_type for _, _, event_type, _ in told] == [
        "aggregate.cache_images.start",
        "aggregate.cache_images.end",
    ]
    payload = data_of(told[-1][3], "AggregateActionPayload")
    assert data_of(payload["aggregate"], "AggregatePayload") == {
        "id": 1,
        "uuid": uuid,
        "name": hosted.AGGREGATE,
        "hosts": hosts,
        "metadata": {"ssd": "true"},
    }
    action = data_of(payload["action"], "ActionPayload")
    assert (action["id"], action["outputs"]["hosts"]["done"]) == (action_id, 3)


def test_errors_have_their_priority(stage, tell, heard):
    tell("event_dispatchers = message\n[dispatchers]\npriority = error\n")
    stage.controls.add_fault(
        {"effect": "error", "method": "compute.create_server", "message": "Full."}
    )
    make_cluster(stage, 1)
    stage.drain()

    told = heard.take(2)

    assert [(priority, kind) for priority, _, kind, _ in told] == [
        ("error", "node.create.error"),
        ("error", "cluster.create.error"),
    ]
    assert stage.rows(Event) == []


def test_children_can_be_left_out(stage, tell, heard):
    tell(
        "event_dispatchers = database\nevent_dispatchers = message\n"
        "[dispatchers]\nexclude_derived_actions = true\n"
    )
    make_cluster(stage, 2)
    stage.drain()

    types = [event_type for _, _, event_type, _ in heard.take(2)]

    assert types == ["cluster.create.start", "cluster.create.end"]
    assert len(stage.rows(Event)) == 2


def test_what_is_deleted_is_told_as_it_was(stage, tell, heard):
    tell()
    body = {"name": "n", "profile_id": stage.a_profile()}
    node_id = nodes.create(stage.deps, stage.ctx, body).record["id"]
    stage.drain()
    nodes.delete(stage.deps, stage.ctx, node_id, force=False)
    stage.drain()

    _, _, event_type, payload = heard.take(4)[-1]

    assert event_type == "node.delete.end"
    node = data_of(
        data_of(payload, "NodeActionPayload")["node"],
        "NodePayload",
    )
    assert (node["id"], node["name"]) == (node_id, "n")


def test_secrets_are_never_told(stage, tell, heard):
    tell()
    profile_id = stage.a_profile(admin_pass="hush-in-spec")
    body = {"name": "n", "profile_id": profile_id}
    node_id = nodes.create(stage.deps, stage.ctx, body).record["id"]
    stage.drain()
    node_actions.operate(
        stage.deps,
        stage.ctx,
        node_id,
        "change_password",
        {"admin_pass": "hush-in-inputs"},
    )
    stage.drain()

    told = heard.take(4)

    assert told[-1][2] == "node.change_password.end"
    text = json.dumps(told)
    assert "hush" not in text
    for word in ("sealed", "journal", "gAAAA", "credential"):
        assert word not in text


class Witness:
    """Instead of an outbox: looks at what is stored when an event is told."""

    def __init__(self, stage):
        self.stage = stage
        self.seen = []

    def put(self, happening):
        action = self.stage.rows(Action, Action.id == happening.action["id"])[0]
        events = self.stage.rows(Event, Event.oid == happening.subject["id"])
        phases = {row.status for row in events}
        self.seen.append((happening.phase in phases, action.status))


def test_events_are_told_when_they_are_stored(stage):
    witness = Witness(stage)
    stage.deps = dataclasses.replace(stage.deps, outboxes=(witness,))
    stage.engine = stage.new_engine()
    make_cluster(stage, 1)
    stage.drain()

    assert [stored for stored, _ in witness.seen] == [True] * 4
    assert [status for _, status in witness.seen][-2:] == ["SUCCEEDED", "SUCCEEDED"]


def test_what_is_not_stored_is_not_told(stage):
    told = []

    def work(session):
        after_commit(session, lambda: told.append("lost"))
        raise exceptions.Conflict("no")

    with pytest.raises(exceptions.Conflict):
        stage.deps.db.transact(work)
    stage.deps.db.transact(
        lambda session: after_commit(session, lambda: told.append("kept"))
    )
    stage.deps.db.transact(lambda session: session.execute(sa.select(1)))

    assert told == ["kept"]


def test_a_broker_that_is_away_holds_nothing_up(stage, tell, monkeypatch, caplog):
    [box] = tell(
        "event_dispatchers = database\nevent_dispatchers = message\n"
        "[dispatchers]\nmax_queued = 1\n"
    )
    gate = queue.Queue()
    box._dispatcher.send = lambda _happening: gate.get(timeout=PATIENCE_S)

    action_id = make_cluster(stage, 3)
    stage.drain()
    dropped = box.dropped
    for _ in range(8):
        gate.put("the broker is back")
    box.close(PATIENCE_S)

    assert stage.action(action_id).status == "SUCCEEDED"
    assert len(stage.rows(Event)) == 8
    assert dropped >= 6
    assert f"{dropped} events for 'message' were dropped" in caplog.text


def test_an_unknown_dispatcher_is_refused(tmp_path):
    conf = load_conf(tmp_path, "event_dispatchers = pigeon\n")

    with pytest.raises(exceptions.Invalid, match="installed are: database, message"):
        registry.load(conf.event_dispatchers, conf)


def test_the_default_is_the_database_alone(tmp_path):
    conf = load_conf(tmp_path)

    assert registry.load(conf.event_dispatchers, conf) == ()
    assert assembly.settings(conf).keeps_events
    assert conf.notification_topics == ["versioned_notifications"]
