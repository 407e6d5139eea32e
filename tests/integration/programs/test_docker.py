"""A service whose cloud is a Docker engine: real containers, on this machine."""

import contextlib
import json
import signal
import sqlite3
import uuid

import docker
import processes
import pytest

from tests import docker_engine
from tools import container_image

#: A shell ends at once when it is told to; a bare sleep has to be killed.
COMMAND = "sh -c 'trap \"exit 0\" TERM; sleep 3600 & wait'"
HEALTH = {
    "type": "senlin.policy.health",
    "version": "1.3",
    "properties": {
        "detection": {
            "interval": 1,
            "node_update_timeout": 1,
            "detection_modes": [{"type": "NODE_STATUS_POLLING"}],
        },
        "recovery": {"actions": [{"name": "RECREATE"}]},
    },
}

ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")

pytestmark = pytest.mark.docker


@pytest.fixture
def engine(docker_url):
    """The engine, seen by its own client."""
    with docker_engine.opened(docker_url) as client:
        yield client


class Service:
    """A service with the engine as its cloud, that can be killed and comes back."""

    def __init__(self, folder, url):
        self.folder, self.port = folder, processes.free_port()
        self.client = processes.Client(self.port)
        self.options = folder / "docker.conf"
        self.options.write_text(
            "[DEFAULT]\ncloud_backend = docker\nhealth_check_interval_min = 1\n"
            f"[docker]\nhost = {url}\npull_images = false\n"
        )
        self.start()

    def start(self):
        arguments = ["--cloud", "docker", "--state-dir", str(self.folder / "state")]
        arguments += ["--port", str(self.port), "--config-file", str(self.options)]
        log = self.folder / f"{uuid.uuid4()}.log"
        self.program = processes.Program("senlin-like-standalone", arguments, log)
        self.program.wait_for("is ready")

    def kill(self):
        self.program.stop(signal.SIGKILL)

    def manage(self, *words):
        """Run ``senlin-like-manage cloud``; give its exit status and its words."""
        arguments = ["--state-dir", str(self.folder / "state")]
        arguments += ["--config-file", str(self.options), "cloud", *words]
        log = self.folder / f"{uuid.uuid4()}.log"
        program = processes.Program("senlin-like-manage", arguments, log)
        return program.process.wait(processes.PATIENCE_S), program.text()

    def forget(self, node_id):
        """Lose the row of a node, but nothing else that tells of it."""
        database = self.folder / "state" / "senlin.db"
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("DELETE FROM node WHERE id = ?", [node_id])
            connection.commit()


@pytest.fixture
def service(tmp_path, docker_url, engine):
    """A running service; what a failed test leaves is removed."""
    made = Service(tmp_path, docker_url)
    try:
        yield made
        assert made.program.stop() == 0
    finally:
        made.kill()
        ids = nodes_in(tmp_path / "state" / "senlin.db")
        for one in containers_of(engine, ids):
            engine.remove_container(one["Id"], force=True)


def nodes_in(database):
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return {row[0] for row in connection.execute("SELECT id FROM node")}


@pytest.fixture
def client(service):
    return service.client


def create(client, what, **fields):
    path = {"policy": "/v1/policies"}.get(what, f"/v1/{what}s")
    status, body, _headers = client.call("POST", path, {what: fields})
    assert status in (201, 202), body
    return body[what]["id"]


def act(client, path, body=None):
    """Ask for an action and wait until it has succeeded."""
    method = "DELETE" if body is None else "POST"
    status, answer, headers = client.call(method, path, body)
    assert status in (200, 202), answer
    action_id = answer.get("action") if answer else None
    action = client.ended(action_id or headers["Location"].rsplit("/", 1)[1])
    assert action["status"] == "SUCCEEDED", action


def nodes_of(client):
    return client.call("GET", "/v1/nodes")[1]["nodes"]


def containers_of(engine, node_ids):
    found = engine.containers(all=True, filters={"label": "cluster_node_id"})
    return [one for one in found if one["Labels"]["cluster_node_id"] in node_ids]


def unfinished(client):
    actions = client.call("GET", "/v1/actions")[1]["actions"]
    return [one for one in actions if one["status"] not in ENDED]


def are_well(client, size):
    return [node["status"] for node in nodes_of(client)] == ["ACTIVE"] * size


def ask_for_cluster(client, size):
    spec = {
        "type": "container.dockerinc.docker",
        "version": "1.0",
        "properties": {"image": container_image.NAME, "command": COMMAND},
    }
    profile_id = create(client, "profile", name="p", spec=spec)
    fields = {"profile_id": profile_id, "desired_capacity": size}
    return create(client, "cluster", name="c", **fields)


def a_cluster(client):
    cluster_id = ask_for_cluster(client, 2)
    processes.until(lambda: are_well(client, 2), "two nodes")
    return cluster_id


def test_a_cluster_of_containers_heals_itself(client, engine):
    cluster_id = a_cluster(client)
    policy_id = create(client, "policy", name="h", spec=HEALTH)
    actions = f"/v1/clusters/{cluster_id}/actions"
    act(client, actions, {"policy_attach": {"policy_id": policy_id}})
    victim, other = nodes_of(client)

    engine.kill(victim["physical_id"])

    def is_healed():
        mine = client.call("GET", f"/v1/nodes/{victim['id']}")[1]["node"]
        is_new = mine["physical_id"] not in (None, victim["physical_id"])
        return is_new and are_well(client, 2)

    processes.until(is_healed, "a new container")
    ids = {victim["id"], other["id"]}
    found = containers_of(engine, ids)
    assert [one["State"] for one in found] == ["running", "running"]
    assert other["physical_id"] in {one["Id"][:36] for one in found}

    act(client, actions, {"policy_detach": {"policy_id": policy_id}})
    act(client, f"/v1/clusters/{cluster_id}")
    assert containers_of(engine, ids) == []


def test_a_killed_service_leaves_one_container_for_each_node(service, engine):
    client, size = service.client, 4
    before = len(engine.containers(all=True))
    ask_for_cluster(client, size)
    # With some of them made it is killed, wherever it is then.
    processes.until(lambda: len(engine.containers(all=True)) > before, "a container")
    service.kill()

    service.start()

    processes.until(lambda: are_well(client, size), "four nodes")
    nodes = nodes_of(client)
    found = containers_of(engine, {node["id"] for node in nodes})
    assert {one["Id"][:36] for one in found} == {one["physical_id"] for one in nodes}
    assert [one["State"] for one in found] == ["running"] * size


def test_a_webhook_scales_a_cluster_of_containers(client, engine):
    cluster_id = a_cluster(client)
    receiver = {"name": "r", "type": "webhook", "cluster_id": cluster_id}
    body = {"receiver": {**receiver, "action": "CLUSTER_SCALE_OUT"}}
    channel = client.call("POST", "/v1/receivers", body)[1]["receiver"]["channel"]

    path = channel["alarm_url"].partition("/v1/")[2]
    status, answer, _headers = client.call("POST", f"/v1/{path}")

    assert status == 202, answer
    processes.until(lambda: are_well(client, 3), "three nodes")
    ids = {node["id"] for node in nodes_of(client)}
    assert len(containers_of(engine, ids)) == 3
    assert client.call("DELETE", f"/v1/receivers/{_id(client)}")[0] == 204
    act(client, f"/v1/clusters/{cluster_id}")
    assert containers_of(engine, ids) == []


def _id(client):
    [receiver] = client.call("GET", "/v1/receivers")[1]["receivers"]
    return receiver["id"]


def test_only_the_container_without_a_node_is_mended(service, client, engine):
    a_cluster(client)
    processes.until(lambda: not unfinished(client), "all actions to end")
    lost, kept = nodes_of(client)
    stranger = engine.create_container(container_image.NAME, COMMAND)["Id"]
    marks = {"cluster_node_id": lost["id"], "another": "program"}
    unmarked = engine.create_container(container_image.NAME, COMMAND, labels=marks)
    young = ("--older-than", "0")
    service.forget(lost["id"])
    try:
        status, text = service.manage("report", "--format", "json", *young)
        assert status == 3, text
        [leak] = json.loads(text)["leaks"]
        assert (leak["kind"], leak["verdict"]) == ("container", "orphan")
        assert leak["id"].endswith(lost["physical_id"])
        assert service.manage("mend", "--dry-run", *young)[0] == 3
        assert len(containers_of(engine, {lost["id"]})) == 2

        assert service.manage("mend", "--yes", "--pause", "0", *young)[0] == 0

        left = {one["Id"] for one in engine.containers(all=True)}
        assert {stranger, unmarked["Id"]} <= left
        assert {one[:36] for one in left} & {lost["physical_id"]} == set()
        assert kept["physical_id"] in {one[:36] for one in left}
        assert service.manage("report", *young) == (0, "Nothing was found.\n")
    finally:
        for one in (stranger, unmarked["Id"], lost["physical_id"]):
            with contextlib.suppress(docker.errors.NotFound):
                engine.remove_container(one, force=True)


def test_what_docker_lacks_is_told_to_the_caller(client):
    for kind, properties, lacking in (
        ("os.nova.server", {"flavor": "1", "image": "i"}, "servers"),
        ("os.heat.stack", {"template": {"a": "b"}}, "stacks"),
        ("container.dockerinc.docker", {"image": "i", "host_node": "h"}, "host_node"),
    ):
        spec = {"type": kind, "version": "1.0", "properties": properties}
        profile = {"profile": {"name": str(uuid.uuid4()), "spec": spec}}

        status, body, _headers = client.call("POST", "/v1/profiles", profile)

        assert status == 400
        assert lacking in body["error"]["message"]
