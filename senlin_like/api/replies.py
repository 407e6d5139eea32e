"""Writes answers, and knows the address under which the service is seen."""

import json
import urllib.parse
from http import HTTPStatus
from typing import Any

from senlin_like.api.auth import Environ

JSON = ("Content-Type", "application/json")


def encode(body: Any) -> bytes:
    """Write a body as JSON, keys in alphabetical order."""
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def base_url(environ: Environ) -> str:
    """Return the address under which the service is mounted, no final slash."""
    host = environ.get("HTTP_HOST")
    if not host:
        host = f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    prefix = urllib.parse.quote(
        environ.get("SCRIPT_NAME", "").encode("latin-1").rstrip(b"/")
    )
    return f"{environ['wsgi.url_scheme']}://{host}{prefix}"


def reply(
    environ: Environ,
    start_response: Any,
    status: int,
    body: bytes,
    *headers: tuple[str, str],
) -> list[bytes]:
    """Send an answer; HEAD gets the headers only."""
    start_response(
        f"{status} {HTTPStatus(status).phrase}",
        [JSON, ("Content-Length", str(len(body))), *headers],
    )
    return [b""] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def empty(start_response: Any, status: int, *headers: tuple[str, str]) -> list[bytes]:
    """Send an answer without a body."""
    length = [] if status == HTTPStatus.NO_CONTENT else [("Content-Length", "0")]
    start_response(f"{status} {HTTPStatus(status).phrase}", [*length, *headers])
    return []
