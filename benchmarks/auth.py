"""Turn what a person knows (token, password, nothing) into request headers.

Secrets stay inside of these objects: no representation and no error shows them.
"""

import base64
import dataclasses
import json
import ssl
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from benchmarks import errors, wire

_TIMEOUT_S = 60.0


class Credentials(Protocol):
    """Give the headers of a request, and new ones when the old ones are refused."""

    def headers(self) -> Mapping[str, str]:
        """Return the headers that say who asks."""

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Get new headers in place of the refused ones; False if there are none."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fixed:
    """Send the same headers with every request: none, a token, or http_basic."""

    sent: Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)

    def headers(self) -> Mapping[str, str]:
        """Return the headers that say who asks."""
        return self.sent

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Say that fixed headers can't be renewed."""
        del refused
        return False


def nobody() -> Fixed:
    """Send nothing, for a service that asks nobody who he is."""
    return Fixed()


def token(text: str) -> Fixed:
    """Send a token that somebody else got."""
    return Fixed(sent={"X-Auth-Token": text})


def http_basic(user: str, password: str) -> Fixed:
    """Send user and password with each request."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return Fixed(sent={"Authorization": f"Basic {pair}"})


@dataclasses.dataclass(frozen=True, kw_only=True)
class PasswordLogin:
    """Hold what Keystone's v3 password method wants to know."""

    auth_url: str
    user: str
    password: str = dataclasses.field(repr=False)
    project: str
    user_domain: str = "Default"
    project_domain: str = "Default"


class KeystonePassword:
    """Fetch tokens from Keystone by password, again whenever one has ended.

    Safe to share between threads: of many that are refused at once, one asks.
    """

    def __init__(self, login: PasswordLogin, tls: ssl.SSLContext | None) -> None:
        """Fetch the first token.

        :raises BenchmarkError: when Keystone refuses or doesn't answer.
        """
        self._login = login
        self._tls = tls
        self._lock = threading.Lock()
        self._sent: Mapping[str, str] = {}
        self._catalog: list[Any] = []
        self._fetch()

    def headers(self) -> Mapping[str, str]:
        """Return the headers that say who asks."""
        return self._sent

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Fetch a new token unless another thread has just done so."""
        with self._lock:
            if self._sent is refused:
                self._fetch()
        return True

    def endpoint(self, service_type: str, interface: str, region: str | None) -> str:
        """Find the URL of a service in the catalog.

        :raises BenchmarkError: when the catalog has none.
        """
        for service in self._catalog:
            if service.get("type") != service_type:
                continue
            for found in service.get("endpoints", []):
                in_region = region is None or found.get("region_id") == region
                if found.get("interface") == interface and in_region:
                    return str(found["url"])
        raise errors.BenchmarkError(
            f"The catalog has no {interface} endpoint of type '{service_type}'."
        )

    def _fetch(self) -> None:
        status, headers, text = self._post_login()
        if status != 201 or "X-Subject-Token" not in headers:
            raise errors.BenchmarkError(
                f"Keystone at {self._login.auth_url} answered the login with {status}."
            )
        self._sent = {"X-Auth-Token": headers["X-Subject-Token"]}
        self._catalog = json.loads(text)["token"].get("catalog", [])

    def _post_login(self) -> tuple[int, Mapping[str, str], bytes]:
        address = wire.parse(self._login.auth_url)
        path = address.path if address.path.endswith("/v3") else f"{address.path}/v3"
        connection = wire.connect(address, self._tls, _TIMEOUT_S)
        try:
            connection.request(
                "POST",
                f"{path}/auth/tokens",
                body=json.dumps(login_body(self._login)),
                headers={"Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        except OSError as error:
            raise errors.TransportError(
                f"Keystone at {self._login.auth_url} doesn't answer: {error}."
            ) from error
        finally:
            connection.close()


def login_body(login: PasswordLogin) -> dict[str, Any]:
    """Write the request body of Keystone's password method, scoped to a project."""
    user = {
        "name": login.user,
        "password": login.password,
        "domain": {"name": login.user_domain},
    }
    return {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {
                "project": {
                    "name": login.project,
                    "domain": {"name": login.project_domain},
                }
            },
        }
    }
