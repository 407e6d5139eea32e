"""Notifications of the cloud through a real broker, and engines that die meanwhile.

Process test: polls.
"""

import contextlib
import signal
import uuid

import processes
import pytest

from tests import recorded

POLICY = {
    "type": "senlin.policy.health",
    "version": "1.3",
    "properties": {
        "detection": {
            # So long that nothing is found by it here.
            "interval": 86400,
            "node_update_timeout": 0,
            "detection_modes": [{"type": "LIFECYCLE_EVENTS"}],
        },
        "recovery": {"actions": [{"name": "RECREATE"}]},
    },
}


#: Each engine is one consumer of the queue, which has all that it is bound to then.
LISTENERS = 1


class Site:
    """A service whose engines listen to exchanges of its own."""

    def __init__(self, tmp_path, broker):
        self.name = f"test-{uuid.uuid4().hex[:8]}"
        self.topics = (f"{self.name}-old", f"{self.name}-new")
        self.broker = broker
        self._logs = tmp_path
        self.port = processes.free_port()
        keys, path = tmp_path / "keys", tmp_path / "senlin_like.conf"
        path.write_text(
            f"""
[DEFAULT]
transport_url = {broker}
cloud_backend = simulated
[database]
connection = sqlite:///{tmp_path}/s.db
[secrets]
fernet_key_file = {keys}
[simulated_cloud]
connection = sqlite:///{tmp_path}/c.db
[senlin_api]
auth_strategy = none
bind_host = 127.0.0.1
bind_port = {self.port}
[engine]
lease_s = 3
cloud_call_timeout_s = 5
poll_interval_s = 0.5
threads = 4
[health]
listen_to_cloud = true
hold_s = 10
nova_control_exchange = {self.name}
nova_notification_topics = {",".join(self.topics)}
heat_control_exchange = {self.name}-heat
notification_pool = {self.name}-pool
"""
        )
        self.arguments = ["--config-file", str(path)]
        for command in (
            ["secrets", "new-key", "--file", str(keys)],
            [*self.arguments, "db", "sync"],
        ):
            manage = processes.Program("senlin-like-manage", command, tmp_path / "m")
            assert manage.process.wait(processes.PATIENCE_S) == 0, manage.text()
        self.programs = contextlib.ExitStack()
        self.client = processes.Client(self.port)

    def start(self, program, name):
        """Start a program, which ends with the test."""
        log = self._logs / f"{name}.log"
        made = processes.Program(f"senlin-like-{program}", self.arguments, log)
        self.programs.enter_context(processes.running(made))
        if program == "engine":
            made.wait_for("is ready")
        return made

    def make(self, size):
        """Make a cluster that is watched; its first check is over."""
        client = self.client
        cluster_id, action_id = client.make_cluster(client.make_profile(), size)
        assert client.ended(action_id)["status"] == "SUCCEEDED"
        body = {"policy": {"name": "heal", "spec": POLICY}}
        policy = client.call("POST", "/v1/policies", body)[1]["policy"]
        asked = {"policy_attach": {"policy_id": policy["id"]}}
        _status, _body, headers = client.call(
            "POST", f"/v1/clusters/{cluster_id}/actions", asked
        )
        action_id = headers["Location"].rsplit("/", 1)[1]
        assert client.ended(action_id)["status"] == "SUCCEEDED"
        return cluster_id

    def nodes(self):
        return self.client.call("GET", "/v1/nodes")[1]["nodes"]

    def stop_server(self, node):
        path = f"/simulated/v1/servers/{node['physical_id']}"
        body = {"server": {"status": "SHUTOFF"}}
        assert self.client.call("PATCH", path, body)[0] == 200

    def tell(self, send, node, event="instance.power_off.end"):
        told = recorded.about(node["id"], node["physical_id"], event)
        send(told, self.name, self.topics[1])

    def recovered(self, node):
        """Wait until a node has another server."""

        def is_well():
            path = f"/v1/nodes/{node['id']}"
            found = self.client.call("GET", path)[1]["node"]
            return (
                found["status"] == "ACTIVE"
                and found["physical_id"] != node["physical_id"]
            )

        processes.until(is_well, f"recovery of {node['id']}")

    def has_listeners(self):
        """Tell whether an engine listens to all topics."""
        return recorded.listeners(self.broker, f"{self.name}-pool") >= LISTENERS

    def forget(self):
        """Remove from the broker what this test has made."""
        with recorded.channel(self.broker) as channel:
            channel.queue_delete(f"{self.name}-pool")
            for exchange in (self.name, f"{self.name}-heat"):
                channel.exchange_delete(exchange)
            for topic in self.topics:
                for priority in ("info", "error"):
                    channel.queue_delete(f"{topic}.{priority}")


@pytest.fixture
def site(tmp_path, rabbitmq_url):
    made = Site(tmp_path, rabbitmq_url)
    with made.programs:
        yield made
    made.forget()


@pytest.mark.rabbitmq
def test_what_nova_tells_is_acted_on_whichever_engine_lives(site):
    api = site.start("api", "api")
    processes.until(site.client.is_up, "the API")
    engines = [site.start("engine", f"engine-{number}") for number in range(2)]
    site.make(3)
    first, second, third = site.nodes()
    with recorded.sending(site.broker) as send:
        processes.until(site.has_listeners, "engines that listen")
        site.stop_server(first)
        site.tell(send, first)
        site.recovered(first)

        engines[0].stop(signal.SIGKILL)
        site.stop_server(second)
        site.tell(send, second)
        site.recovered(second)

        engines[1].stop(signal.SIGKILL)
        site.stop_server(third)
        site.tell(send, third)
        engine = site.start("engine", "engine-3")
        site.recovered(third)

    assert len(site.client.call("GET", "/simulated/v1/servers")[1]["servers"]) == 3
    assert site.client.call("GET", "/simulated/v1/problems")[1]["problems"] == []
    assert engine.stop() == 0
    assert api.stop() == 0
