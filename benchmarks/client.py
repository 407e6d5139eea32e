"""Ask a Clustering endpoint, one connection per thread.

Answers come back as they are: a status and bytes. Whether a status is good is for
the caller to say, since counting bad ones is part of measuring.
"""

import dataclasses
import http.client
import json
import ssl
import time
from typing import Any, Self

from benchmarks import auth, errors, wire

# A server may close an idle connection at any time; a request that meets the close
# would count as failed, though nothing is wrong.
_IDLE_LIMIT_S = 1.0
_UNAUTHORIZED = 401


@dataclasses.dataclass(frozen=True, kw_only=True)
class Target:
    """Tell where the service is and how to ask it; ``timeout_s`` per answer."""

    address: wire.Address
    credentials: auth.Credentials
    microversion: str
    timeout_s: float = 60.0
    tls: ssl.SSLContext | None = None

    def at_root(self) -> "Target":
        """Return the same service above its version, where admin routes live."""
        path = self.address.path.rpartition("/")[0]
        return dataclasses.replace(
            self, address=dataclasses.replace(self.address, path=path)
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Response:
    """Hold one answer."""

    status: int
    body: bytes
    location: str | None = None

    def json(self) -> Any:
        """Read the body as JSON.

        :raises BenchmarkError: when it isn't JSON.
        """
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise errors.BenchmarkError(
                f"The service answered {self.status} without JSON: {self.excerpt()}"
            ) from error

    def excerpt(self) -> str:
        """Return the error's message, or the first characters of the body."""
        text = self.body[:2000].decode("utf-8", "replace")
        try:
            return str(json.loads(self.body)["error"]["message"])
        except (ValueError, KeyError, TypeError):
            return text[:200]


def versioned(url: str) -> wire.Address:
    """Take any spelling of the endpoint and return the one that ends in the version."""
    address = wire.parse(url)
    if address.path.rpartition("/")[2] in {"v1", "v1.0"}:
        return address
    return dataclasses.replace(address, path=f"{address.path}/v1")


class Connection:
    """Keep one HTTP connection open and ask through it, one request at a time."""

    def __init__(self, target: Target) -> None:
        """Prepare the connection; the first request opens it."""
        self._target = target
        self._http = wire.connect(target.address, target.tls, target.timeout_s)
        self._used_at = 0.0
        self._base = {
            "Accept": "application/json",
            "OpenStack-API-Version": f"clustering {target.microversion}",
            "User-Agent": "clustering-benchmark",
        }

    def __enter__(self) -> Self:
        """Return the connection itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def get(self, path: str) -> Response:
        """Read what is at a path below the version, e.g. ``/clusters``."""
        return self.request("GET", path)

    def request(self, method: str, path: str, body: Any = None) -> Response:
        """Ask once; once more only if the token had ended.

        :raises TransportError: when no answer came.
        """
        text = None if body is None else json.dumps(body).encode()
        sent = self._target.credentials.headers()
        response = self._ask(method, path, text, sent)
        if response.status == _UNAUTHORIZED and self._target.credentials.renew(sent):
            sent = self._target.credentials.headers()
            response = self._ask(method, path, text, sent)
        return response

    def close(self) -> None:
        """Close the connection; a later request opens it again."""
        self._http.close()

    def _ask(self, method: str, path: str, text: bytes | None, sent: Any) -> Response:
        if time.monotonic() - self._used_at > _IDLE_LIMIT_S:
            self._http.close()
        headers = self._base | dict(sent)
        if text is not None:
            headers["Content-Type"] = "application/json"
        try:
            self._http.request(method, self._target.address.path + path, text, headers)
            answer = self._http.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._http.close()
            raise errors.TransportError(
                f"No answer to {method} {path}: {type(error).__name__} {error}"
            ) from error
        self._used_at = time.monotonic()
        location = answer.getheader("Location")
        return Response(status=answer.status, body=body, location=location)
