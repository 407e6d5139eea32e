"""Notifications through a real broker, and without one; process test: polls."""

import processes
import pytest

from tests.heard import listening


def start(tmp_path, url, topic):
    port = processes.free_port()
    path = tmp_path / "senlin_like.conf"
    path.write_text(
        f"""
[DEFAULT]
host = box
transport_url = {url}
event_dispatchers = database
event_dispatchers = message
notification_topics = {topic}
"""
    )
    program = processes.Program(
        "senlin-like-standalone",
        [
            "--state-dir",
            str(tmp_path / "state"),
            "--port",
            str(port),
            "--config-file",
            str(path),
        ],
        tmp_path / "standalone.log",
    )
    return processes.Client(port), program


@pytest.mark.rabbitmq
def test_others_hear_what_happens(tmp_path, rabbitmq_url):
    topic = f"test-{tmp_path.name}-{processes.free_port()}"
    client, program = start(tmp_path, rabbitmq_url, topic)
    with listening(rabbitmq_url, topic) as heard, processes.running(program):
        program.wait_for("is ready")
        cluster_id, action_id = client.make_cluster(client.make_profile(), 2)
        assert client.ended(action_id)["status"] == "SUCCEEDED"

        told = heard.take(6)

        assert program.stop() == 0
    types = [event_type for _, _, event_type, _ in told]
    assert (types[0], types[-1]) == ("cluster.create.start", "cluster.create.end")
    assert {publisher for _, publisher, _, _ in told} == {"senlin-engine:box"}
    payload = told[-1][3]["senlin_object.data"]["cluster"]["senlin_object.data"]
    assert (payload["id"], payload["status"]) == (cluster_id, "ACTIVE")


def test_without_a_broker_all_goes_on(tmp_path):
    nowhere = f"rabbit://guest:guest@127.0.0.1:{processes.free_port()}/"
    client, program = start(tmp_path, nowhere, "nobody")
    with processes.running(program):
        program.wait_for("is ready")
        _cluster_id, action_id = client.make_cluster(client.make_profile(), 2)

        assert client.ended(action_id)["status"] == "SUCCEEDED"
        events = client.call("GET", "/v1/events")[1]["events"]
        assert len(events) == 6
        assert program.stop() == 0
        assert "6 events for 'message' were dropped" in program.text()
