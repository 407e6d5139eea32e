"""API and engines as processes of their own, with real servers between them.

Process test: polls.
"""

import signal
import uuid

import processes
import pytest


@pytest.fixture(
    params=[
        pytest.param("mariadb", marks=pytest.mark.mariadb),
        pytest.param("postgresql", marks=pytest.mark.postgresql),
    ]
)
def url(request):
    return request.getfixturevalue(f"{request.param}_url")


def configure(tmp_path, url, broker):
    """Write a configuration and make the tables; return how programs get it."""
    port = processes.free_port()
    keys = tmp_path / "keys"
    path = tmp_path / "senlin_like.conf"
    path.write_text(
        f"""
[DEFAULT]
transport_url = {broker}
cloud_backend = simulated
[database]
connection = {str(url).replace("%", "%%")}
max_pool_size = 5
max_overflow = 5
[secrets]
fernet_key_file = {keys}
[senlin_api]
auth_strategy = none
bind_host = 127.0.0.1
bind_port = {port}
[engine]
lease_s = 3
poll_interval_s = 0.5
threads = 4
"""
    )
    arguments = ["--config-file", str(path)]
    for command in (
        ["secrets", "new-key", "--file", str(keys)],
        [*arguments, "db", "sync"],
        [*arguments, "db", "check"],
    ):
        manage = processes.Program(
            "senlin-like-manage", command, tmp_path / "manage.log"
        )
        assert manage.process.wait(processes.PATIENCE_S) == 0, manage.text()
    return port, arguments


def start(tmp_path, port, arguments):
    api = processes.Program("senlin-like-api", arguments, tmp_path / "api.log")
    engines = [
        processes.Program(
            "senlin-like-engine", arguments, tmp_path / f"engine-{number}.log"
        )
        for number in range(2)
    ]
    client = processes.Client(port)
    processes.until(client.is_up, "the API")
    for engine in engines:
        engine.wait_for("is ready")
    return client, api, engines


@pytest.mark.rabbitmq
def test_a_killed_engine_is_replaced_by_the_other(tmp_path, url, rabbitmq_url):
    port, arguments = configure(tmp_path, url, rabbitmq_url)
    client, api, engines = start(tmp_path, port, arguments)
    with processes.running(api, *engines):
        profile_id = client.make_profile(simulated_wait_time="2")
        _cluster_id, action_id = client.make_cluster(profile_id, 6)
        processes.until(
            lambda: client.call("GET", "/simulated/v1/servers")[1]["servers"],
            "a server",
        )

        engines[0].stop(signal.SIGKILL)

        action = client.ended(action_id)
        assert action["status"] == "SUCCEEDED", action
        assert action["data"]["progress"]["steps_done"]
        assert client.call("GET", "/simulated/v1/problems")[1]["problems"] == []
        services = client.call("GET", "/v1/services")[1]["services"]
        assert {"senlin-engine", "senlin-api"} <= {row["binary"] for row in services}
        assert engines[1].stop() == 0
        assert api.stop() == 0


def test_without_a_broker_nothing_is_lost(tmp_path, url):
    nowhere = f"rabbit://guest:guest@127.0.0.1:{processes.free_port()}/"
    port, arguments = configure(tmp_path, url, nowhere)
    client, api, engines = start(tmp_path, port, arguments)
    with processes.running(api, *engines):
        profile_id = client.make_profile()
        cluster_id, action_id = client.make_cluster(profile_id, 2)

        assert client.ended(action_id)["status"] == "SUCCEEDED"
        status, _body, headers = client.call("DELETE", f"/v1/clusters/{cluster_id}")
        assert status == 202
        action_id = headers["Location"].rsplit("/", 1)[1]
        assert client.ended(action_id)["status"] == "SUCCEEDED"
        unknown = client.call("GET", f"/v1/clusters/{uuid.uuid4()}")
        assert unknown[0] == 404
