"""The API under uWSGI and gunicorn with the files of contrib/; process test: polls.

Only the address and the number of processes are others than in those files.
"""

import dataclasses
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from senlin_like.db import vault
from senlin_like.db.migrations import migrate

pytestmark = pytest.mark.timeout(900)

CONTRIB = pathlib.Path(__file__).resolve().parents[2] / "contrib"
FILES = {
    "uwsgi": CONTRIB / "uwsgi" / "senlin-like-api.ini",
    "gunicorn": CONTRIB / "gunicorn" / "gunicorn.conf.py",
}
WSGI = "senlin_like.wsgi.api:application"
PATIENCE_S = 300.0
SPEC = {
    "type": "os.nova.server",
    "version": "1.0",
    "properties": {"flavor": "1", "image": "cirros-0.4.0-x86_64-disk"},
}
BODY = json.dumps({"profile": {"name": "p", "spec": SPEC}}).encode()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Server:
    """A server of the API and its log."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: pathlib.Path

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)

    def get(self, path: str) -> int:
        connection = self.connect()
        connection.request("GET", path)
        status = connection.getresponse().status
        connection.close()
        return status

    def begin(self) -> http.client.HTTPConnection:
        """Send a request but the end of its body."""
        connection = self.connect()
        connection.putrequest("POST", "/v1/profiles")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(BODY)))
        connection.endheaders(BODY[:10])
        return connection

    def loads(self) -> int:
        """Count how often a process of it got ready."""
        return len(re.findall("WSGI app 0.*ready|Booting worker", self.log.read_text()))


def finish(connection: http.client.HTTPConnection) -> int:
    """Send the end of a body; return the status of the answer."""
    connection.send(BODY[10:])
    status = connection.getresponse().status
    connection.close()
    return status


def until(what, server) -> None:
    end = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < end, server.log.read_text()[-3000:]
        time.sleep(0.1)


def command(kind: str, file: pathlib.Path) -> list[str]:
    """Say how a server is started, as its unit does."""
    program = shutil.which(kind)
    assert program, f"{kind} isn't installed; tox -e devstack brings it"
    if kind == "uwsgi":
        # Python's own packages are found by what it was built for.
        return [program, "--venv", sys.prefix, "--ini", str(file)]
    return [program, "--config", str(file), WSGI]


@pytest.fixture(params=["uwsgi", "gunicorn"])
def kind(request) -> str:
    return request.param


@pytest.fixture
def configured(tmp_path) -> pathlib.Path:
    """Have a configuration, but no tables; gives its folder."""
    (tmp_path / "senlin_like.conf").write_text(
        f"""
[DEFAULT]
transport_url = fake:/
cloud_backend = simulated
[database]
connection = sqlite:///{tmp_path}/s.db
[secrets]
fernet_keys = {vault.new_key()}
[senlin_api]
auth_strategy = none
"""
    )
    return tmp_path


def launch(kind: str, folder: pathlib.Path) -> Server:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    text = FILES[kind].read_text().replace("127.0.0.1:8777", f"127.0.0.1:{port}")
    text, changes = re.subn("(?m)^(processes|workers) = 4$", r"\1 = 1", text)
    assert changes == 1
    file = folder / FILES[kind].name
    file.write_text(text)
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command(kind, file),
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, "OS_SENLIN_LIKE_CONFIG_DIR": str(folder)},
            start_new_session=True,
        )
    return Server(process=process, port=port, log=log)


@pytest.fixture
def server(kind, configured) -> Iterator[Server]:
    migrate.sync(f"sqlite:///{configured}/s.db", "head")
    found = launch(kind, configured)

    def is_up() -> bool:
        assert found.process.poll() is None, found.log.read_text()
        try:
            return found.get("/healthcheck") == 200
        except OSError:
            return False

    try:
        until(is_up, found)
        yield found
    finally:
        if found.process.poll() is None:
            os.killpg(found.process.pid, signal.SIGKILL)
        found.process.wait()


def test_a_process_answers_several_at_once(server):
    waiting = [server.begin() for _ in range(7)]

    assert server.get("/v1/clusters") == 200
    assert [finish(one) for one in waiting] == [201] * 7


def test_a_reload_lets_answers_be_given(server):
    waiting = server.begin()

    server.process.send_signal(signal.SIGHUP)

    assert finish(waiting) == 201
    until(lambda: server.loads() == 2, server)
    assert server.get("/v1/profiles") == 200
    assert server.process.poll() is None


def test_a_stop_lets_answers_be_given(server):
    waiting = server.begin()

    server.process.send_signal(signal.SIGTERM)

    assert finish(waiting) == 201
    assert server.process.wait(PATIENCE_S) == 0


def test_long_headers_are_taken(server):
    connection = server.connect()
    connection.request("GET", "/v1/clusters", headers={"X-Auth-Token": "x" * 7000})

    assert connection.getresponse().status == 200
    connection.close()


def test_without_tables_there_is_no_server(kind, configured):
    server = launch(kind, configured)
    try:
        assert server.process.wait(PATIENCE_S) != 0
    finally:
        if server.process.poll() is None:
            os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait()
    assert "senlin-like-manage db sync" in server.log.read_text()
