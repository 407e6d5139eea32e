"""The service starts with the generated samples as they are; process test: polls."""

import pathlib

import processes

ETC = pathlib.Path(__file__).resolve().parents[3] / "etc" / "senlin_like"


def generate(folder, program, kind, name):
    """Write a sample as tox does, but elsewhere."""
    arguments = [
        "--config-file",
        str(ETC / f"{kind}-generator.conf"),
        "--output-file",
        str(folder / name),
    ]
    made = processes.Program(program, arguments, folder / f"{kind}.log")
    assert made.process.wait(processes.PATIENCE_S) == 0, made.text()


def test_samples_do_as_they_are(tmp_path):
    generate(tmp_path, "oslo-config-generator", "config", "senlin_like.conf")
    generate(tmp_path, "oslopolicy-sample-generator", "policy", "policy.yaml")
    port = processes.free_port()
    client = processes.Client(port)
    program = processes.Program(
        "senlin-like-standalone",
        [
            "--config-file",
            str(tmp_path / "senlin_like.conf"),
            "--state-dir",
            str(tmp_path / "state"),
            "--port",
            str(port),
        ],
        tmp_path / "standalone.log",
    )
    with processes.running(program):
        program.wait_for("is ready")
        _cluster_id, action_id = client.make_cluster(client.make_profile(), 1)

        assert client.ended(action_id)["status"] == "SUCCEEDED"
        assert program.stop() == 0
