"""The whole service in one process: starts, stops, goes on; process test: polls."""

import signal
import uuid

import processes


def start(state, port, *more):
    return processes.Program(
        "senlin-like-standalone",
        ["--state-dir", str(state), "--port", str(port), *more],
        state.parent / f"standalone-{uuid.uuid4()}.log",
    )


def test_a_cluster_goes_on_where_a_clean_stop_left_it(tmp_path):
    port = processes.free_port()
    client = processes.Client(port)
    first = start(tmp_path / "state", port)
    with processes.running(first):
        first.wait_for("is ready")
        profile_id = client.make_profile(simulated_wait_time="3")
        _cluster_id, action_id = client.make_cluster(profile_id, 3)
        processes.until(
            lambda: len(client.call("GET", "/simulated/v1/servers")[1]["servers"]) == 3,
            "three servers that build",
        )

        assert first.stop() == 0

    second = start(tmp_path / "state", port)
    with processes.running(second):
        second.wait_for("is ready")
        action = client.ended(action_id)

        assert action["status"] == "SUCCEEDED", action
        nodes = client.call("GET", "/v1/nodes")[1]["nodes"]
        assert {node["status"] for node in nodes} == {"ACTIVE"}
        servers = client.call("GET", "/simulated/v1/servers")[1]["servers"]
        assert {server["id"] for server in servers} == {
            node["physical_id"] for node in nodes
        }
        assert second.stop() == 0


def test_a_cluster_survives_a_kill(tmp_path):
    port = processes.free_port()
    client = processes.Client(port)
    first = start(tmp_path / "state", port)
    with processes.running(first):
        first.wait_for("is ready")
        profile_id = client.make_profile(simulated_wait_time="2")
        _cluster_id, action_id = client.make_cluster(profile_id, 5)
        processes.until(
            lambda: client.call("GET", "/simulated/v1/servers")[1]["servers"],
            "a server",
        )
        first.stop(signal.SIGKILL)

    second = start(tmp_path / "state", port)
    with processes.running(second):
        second.wait_for("is ready")
        action = client.ended(action_id)

        assert action["status"] == "SUCCEEDED", action
        nodes = client.call("GET", "/v1/nodes")[1]["nodes"]
        servers = client.call("GET", "/simulated/v1/servers")[1]["servers"]
        assert len(nodes) == len(servers) == 5
        assert client.call("GET", "/simulated/v1/problems")[1]["problems"] == []


def test_what_it_keeps_is_its_owners_and_its_commands_find_it(tmp_path):
    port = processes.free_port()
    client = processes.Client(port)
    state = tmp_path / "state"
    state.mkdir(mode=0o755)
    for name in ("htpasswd", "cloud.db"):
        (state / name).touch(mode=0o644)
        (state / name).chmod(0o644)
    first = start(state, port)
    with processes.running(first):
        first.wait_for("is ready")
        profile_id = client.make_profile(simulated_wait_time="5")
        _cluster_id, action_id = client.make_cluster(profile_id, 1)
        assert first.stop() == 0

    suspended = manage(state, "action", "suspend", action_id)
    resumed = manage(state, "action", "resume", action_id)
    again = manage(state, "action", "resume", action_id)
    second = start(state, port)
    with processes.running(second):
        second.wait_for("is ready")

        assert (suspended, resumed) == ((0, ""), (0, ""))
        assert again[0] == 1
        assert "isn't suspended, its status is" in again[1]
        assert client.ended(action_id)["status"] == "SUCCEEDED"
        modes = {file.name: file.stat().st_mode & 0o777 for file in state.iterdir()}
        assert {"senlin.db", "senlin.db-wal", "cloud.db"} <= set(modes)
        assert set(modes.values()) == {0o600}, modes


def manage(state, *words):
    """Run a command on a state directory; return its status and what it said."""
    program = processes.Program(
        "senlin-like-manage",
        ["--state-dir", str(state), *words],
        state.parent / f"manage-{uuid.uuid4()}.log",
    )
    return program.process.wait(processes.PATIENCE_S), program.text()


def test_commands_need_a_state_directory_that_is_one(tmp_path):
    left, said = manage(tmp_path / "nothing", "db", "version")

    assert left == 1
    assert "is no state directory of senlin-like-standalone" in said


def test_strangers_are_not_let_in_without_authentication(tmp_path):
    program = start(tmp_path / "state", processes.free_port(), "--host", "0.0.0.0")

    assert program.process.wait(processes.PATIENCE_S) == 1
    assert "http_basic" in program.text()


def test_no_password_no_entry(tmp_path):
    port = processes.free_port()
    state = tmp_path / "state"
    state.mkdir()
    (state / "htpasswd").write_text("")
    program = start(state, port, "--auth", "http_basic")
    with processes.running(program):
        program.wait_for("is ready")
        client = processes.Client(port)

        assert client.call("GET", "/v1/clusters")[0] == 401
        assert client.call("GET", "/healthcheck")[0] == 200
        assert client.call("GET", "/")[0] == 300
