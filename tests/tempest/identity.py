"""Fill a fresh Keystone through its API with what the tests need.

Everything is looked up first, so that filling it twice changes nothing.
"""

import dataclasses
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

import processes

TIMEOUT_S = 30
INTERFACES = ("public", "internal", "admin")
#: user → (project, roles); the projects are made too.
USERS = {
    "senlin": ("service", ("admin", "service")),
    "demo": ("demo", ("member",)),
    "demo2": ("demo2", ("member",)),
    "demo-reader": ("demo", ("reader",)),
    "demo-manager": ("demo", ("manager",)),
}
ROLES = ("admin", "manager", "member", "reader", "service")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry:
    """Name a service and its address as the catalogue shall show them."""

    service_type: str
    service_name: str
    region: str
    url: str


class Keystone:
    """Talk to Keystone's version 3 API as its administrator."""

    def __init__(
        self,
        auth_url: str,
        password: str,
        *,
        username: str = "admin",
        project: str = "admin",
    ) -> None:
        """Fetch a token scoped to the project."""
        self.auth_url = auth_url
        self.token = self._authenticate(username, password, project)

    def ensure(self, kind: str, name: str, **attributes: Any) -> str:
        """Return the id of a named thing, made if it isn't there.

        ``kind`` is the singular of the path, such as ``project``.
        """
        query = urllib.parse.urlencode({"name": name})
        found = self.call("GET", f"/{kind}s?{query}")[f"{kind}s"]
        if found:
            return str(found[0]["id"])
        body = {kind: {"name": name, **attributes}}
        return str(self.call("POST", f"/{kind}s", body)[kind]["id"])

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send one request and return the parsed answer, empty if there is none.

        :raises processes.ProgramError: when the answer isn't a success.
        """
        answer = self._send(method, path, body)[0]
        return dict(json.loads(answer)) if answer else {}

    def _authenticate(self, username: str, password: str, project: str) -> str:
        """Fetch the administrator's token."""
        domain = {"name": "Default"}
        user = {"name": username, "domain": domain, "password": password}
        auth = {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"name": project, "domain": domain}},
        }
        self.token = ""
        headers = self._send("POST", "/auth/tokens", {"auth": auth})[1]
        return headers["X-Subject-Token"]

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None
    ) -> tuple[bytes, Mapping[str, str]]:
        """Send one request and return body and headers of the answer."""
        request = urllib.request.Request(
            self.auth_url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-Auth-Token": self.token},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")[:500]
            reason = f"Keystone answered {error.code} to {method} {path}: {text}"
            raise processes.ProgramError(reason) from error


def fill(keystone: Keystone, password: str, catalogue: Sequence[Entry]) -> None:
    """Make roles, projects, users and the catalogue's entries."""
    roles = {name: keystone.ensure("role", name) for name in ROLES}
    for user, (project, granted) in USERS.items():
        project_id = keystone.ensure("project", project, domain_id="default")
        user_id = keystone.ensure("user", user, domain_id="default", password=password)
        for role in granted:
            path = f"/projects/{project_id}/users/{user_id}/roles/{roles[role]}"
            keystone.call("PUT", path)
    for entry in catalogue:
        register(keystone, entry)


def clouds(auth_url: str, password: str, region: str) -> dict[str, Any]:
    """Describe the users as the clouds of a ``clouds.yaml``."""
    users = {"admin": "admin"} | {name: where for name, (where, _) in USERS.items()}
    return {
        "clouds": {
            user: {
                "auth": {
                    "auth_url": auth_url,
                    "username": user,
                    "password": password,
                    "project_name": project,
                    "user_domain_name": "Default",
                    "project_domain_name": "Default",
                },
                "region_name": region,
                "identity_api_version": "3",
            }
            for user, project in users.items()
        }
    }


def register(keystone: Keystone, entry: Entry) -> str:
    """Put a service into the catalogue, or move it to its new address.

    Returns the service's id.
    """
    service_id = keystone.ensure("service", entry.service_name, type=entry.service_type)
    query = urllib.parse.urlencode({"service_id": service_id})
    known = keystone.call("GET", f"/endpoints?{query}")["endpoints"]
    by_interface = {endpoint["interface"]: endpoint["id"] for endpoint in known}
    for interface in INTERFACES:
        wanted = {
            "interface": interface,
            "region_id": entry.region,
            "service_id": service_id,
            "url": entry.url,
        }
        if endpoint_id := by_interface.get(interface):
            keystone.call("PATCH", f"/endpoints/{endpoint_id}", {"endpoint": wanted})
        else:
            keystone.call("POST", "/endpoints", {"endpoint": wanted})
    return service_id
