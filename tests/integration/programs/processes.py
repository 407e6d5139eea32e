"""Starts the programs of the service, talks to them, and stops them."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

PATIENCE_S = 90.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(what: Callable[[], Any], text: str) -> Any:
    """Ask again and again until the answer is true; process test: polls."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        answer = what()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {PATIENCE_S:g} s: {text}")


class Program:
    """A program of the service in a process of its own, with its log."""

    def __init__(self, name: str, arguments: list[str], log: pathlib.Path) -> None:
        self.log = log
        command = [str(pathlib.Path(sys.executable).parent / name), *arguments]
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, cwd=log.parent
            )

    def text(self) -> str:
        """Return what the program has written."""
        return self.log.read_text(errors="replace")

    def wait_for(self, words: str) -> None:
        """Wait until the program has written some words."""

        def written() -> bool:
            assert self.process.poll() is None, self.text()
            return words in self.text()

        until(written, f"'{words}' in {self.text()[-2000:]}")

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGCONT)
            self.process.send_signal(sent)
        return self.process.wait(PATIENCE_S)


@contextlib.contextmanager
def running(*programs: Program) -> Iterator[None]:
    """Stop programs in the end, whatever happens."""
    try:
        yield
    finally:
        for program in programs:
            program.stop(signal.SIGKILL)


class Client:
    """Talks to the API."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}"

    def call(
        self, method: str, path: str, body: Any = None
    ) -> tuple[int, Any, dict[str, str]]:
        """Return status, body and headers of an answer."""
        request = urllib.request.Request(
            self.root + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "OpenStack-API-Version": "clustering 1.14",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, _read(answer), dict(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _read(error), dict(error.headers)

    def is_up(self) -> bool:
        """Tell whether the API answers."""
        try:
            return self.call("GET", "/healthcheck")[0] == 200
        except OSError:
            return False

    def make_profile(self, **metadata: str) -> str:
        """Make a server profile and return its id."""
        properties = {"flavor": "1", "image": "cirros-0.4.0-x86_64-disk"}
        if metadata:
            properties["metadata"] = metadata
        spec = {"type": "os.nova.server", "version": "1.0", "properties": properties}
        status, body, _headers = self.call(
            "POST", "/v1/profiles", {"profile": {"name": "p", "spec": spec}}
        )
        assert status == 201, body
        profile_id: str = body["profile"]["id"]
        return profile_id

    def make_cluster(self, profile_id: str, size: int) -> tuple[str, str]:
        """Ask for a cluster; return its id and that of the action."""
        cluster = {"name": "c", "profile_id": profile_id, "desired_capacity": size}
        status, body, headers = self.call("POST", "/v1/clusters", {"cluster": cluster})
        assert status == 202, body
        return body["cluster"]["id"], headers["Location"].rsplit("/", 1)[1]

    def ended(self, action_id: str) -> dict[str, Any]:
        """Wait for the end of an action and return it."""

        def final() -> Any:
            action = self.call("GET", f"/v1/actions/{action_id}")[1]["action"]
            is_final = action["status"] in ("SUCCEEDED", "FAILED", "CANCELLED")
            return action if is_final else None

        found: dict[str, Any] = until(final, f"end of action {action_id}")
        return found


def _read(answer: Any) -> Any:
    text = answer.read()
    return json.loads(text) if text else None
