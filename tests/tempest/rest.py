"""Send requests to the service as one of the users in ``clouds.yaml``.

Nothing is retried and no status is an error here, unlike in the SDK: the callers
look at every answer.
"""

import dataclasses
import json
import os
import pathlib
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

TIMEOUT_S = 60
POLL_S = 0.5
VERSION = "clustering 1.14"
SERVER: dict[str, Any] = {
    "type": "os.nova.server",
    "version": "1.0",
    "properties": {
        "name": "rest",
        "flavor": 1,
        "image": "cirros-0.4.0-x86_64-disk",
        "networks": [{"network": "private"}],
    },
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """Hold an answer; ``body`` is None where it isn't JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def action(self) -> str:
        """Return the id of the action that the address names."""
        return self.headers.get("Location", "").rpartition("/")[2]


@dataclasses.dataclass(frozen=True, kw_only=True)
class User:
    """Talk to the service as one user, with the token given."""

    name: str
    endpoint: str
    token: str
    project_id: str = ""

    def get(self, path: str) -> Answer:
        """Send a GET."""
        return self.call("GET", path)

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Send a POST."""
        return self.call("POST", path, body)

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Answer:
        """Send one request and return the answer, whatever it is."""
        return send(
            method,
            f"{self.endpoint}/v1{path}",
            body,
            {"X-Auth-Token": self.token, "OpenStack-API-Version": VERSION},
        )


def send(
    method: str,
    url: str,
    body: Mapping[str, Any] | None,
    headers: Mapping[str, str],
) -> Answer:
    """Send one request and return the answer, whatever its status.

    :raises OSError: when there is no answer at all.
    """
    request = urllib.request.Request(
        url,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            return _read(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return _read(error.code, dict(error.headers), error.read())


def login(name: str) -> User:
    """Fetch a token for a cloud of the ``clouds.yaml`` that the environment names.

    :raises AssertionError: when Keystone refuses.
    """
    clouds = json.loads(pathlib.Path(os.environ["OS_CLIENT_CONFIG_FILE"]).read_text())
    given = clouds["clouds"][name]["auth"]
    domain = {"name": given["user_domain_name"]}
    user = {"name": given["username"], "domain": domain, "password": given["password"]}
    project = {"name": given["project_name"], "domain": domain}
    asked = {
        "identity": {"methods": ["password"], "password": {"user": user}},
        "scope": {"project": project},
    }
    answer = send("POST", f"{given['auth_url']}/auth/tokens", {"auth": asked}, {})
    if answer.status != 201:
        raise AssertionError(f"Keystone answered {answer.status} to {name}")
    token = answer.body["token"]
    return User(
        name=name,
        endpoint=_endpoint(token["catalog"]),
        token=answer.headers["X-Subject-Token"],
        project_id=token["project"]["id"],
    )


def wait_until(check: Callable[[], bool], what: str, limit_s: float = 180) -> None:
    """Wait until a check holds.

    :raises AssertionError: when it doesn't in time.
    """
    deadline = time.monotonic() + limit_s
    while not check():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {limit_s:g} s: {what}")
        time.sleep(POLL_S)


def _endpoint(catalog: list[dict[str, Any]]) -> str:
    """Find the service in the catalogue of a token."""
    (entry,) = [entry for entry in catalog if entry["type"] == "clustering"]
    return str(entry["endpoints"][0]["url"]).rstrip("/")


def _read(status: int, headers: Mapping[str, str], raw: bytes) -> Answer:
    """Read an answer."""
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    return Answer(status=status, headers=headers, body=body)
