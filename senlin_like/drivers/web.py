"""Asks addresses that users have given, and takes care that this harms nobody.

A name is resolved once and the connection goes to what was found, so that the
name can't lead elsewhere after the check. Time and size are limited as a
whole, also for who answers one byte at a time.
"""

import dataclasses
import http.client
import io
import ipaddress
import json
import socket
import ssl
import time
import urllib.parse
from collections.abc import Callable
from typing import Any

from senlin_like.domain import urls

MAX_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 65_536

Resolve = Callable[[str, int], list[str]]


class Forbidden(Exception):
    """The address isn't one that is asked; the message says why."""


class Unreachable(Exception):
    """Nobody answered, not in time, or not in HTTP; the message says why."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """How far a request goes; ``timeout_s`` is for all of it."""

    rules: urls.Rules = dataclasses.field(default_factory=urls.Rules)
    timeout_s: float = 5.0
    max_bytes: int = 524_288


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """What was answered; ``text`` is cut after the limit."""

    status: int
    text: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Request:
    """What is sent; ``body`` is JSON, None for none."""

    method: str = "GET"
    body: bytes | None = None
    verify: bool = True

    def head(self, target: urls.Target) -> bytes:
        """Return the lines before the body."""
        lines = [
            f"{self.method} {target.path} HTTP/1.1",
            f"Host: {target.authority}",
            "User-Agent: senlin-like",
            "Accept: */*",
            "Accept-Encoding: identity",
            "Connection: close",
        ]
        if self.body is not None:
            lines += [
                "Content-Type: application/json",
                f"Content-Length: {len(self.body)}",
            ]
        return "\r\n".join([*lines, "", ""]).encode("ascii")


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system resolves it.

    :raises OSError: when it can't be resolved.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def get(
    url: str, limits: Limits, *, verify: bool = True, resolver: Resolve = resolve
) -> Answer:
    """GET a URL; redirects are followed where the rules let them lead.

    :raises Forbidden: when the URL, or what it leads to, may not be asked.
    :raises Unreachable: when there is no answer.
    """
    ends_at = time.monotonic() + limits.timeout_s
    for _ in range(MAX_REDIRECTS + 1):
        try:
            target = urls.parse(url)
        except ValueError as error:
            raise Forbidden(f"{url[:200]} can't be asked: {error}") from error
        request = Request(verify=verify)
        answer, leads_to = _exchange(target, request, limits, ends_at, resolver)
        if leads_to is None:
            return answer
        url = urllib.parse.urljoin(url, leads_to)
    raise Unreachable(f"{target.authority} redirects more than {MAX_REDIRECTS} times")


def post(url: str, body: Any, limits: Limits, *, resolver: Resolve = resolve) -> Answer:
    """POST JSON to a URL; the text of the answer isn't read.

    Redirects aren't followed. No message tells more of the URL than its host,
    as the rest may be secret.

    :raises Forbidden: when the URL may not be asked.
    :raises Unreachable: when there is no answer.
    """
    ends_at = time.monotonic() + limits.timeout_s
    try:
        target = urls.parse(url)
    except ValueError as error:
        raise Forbidden(f"the address can't be asked: {error}") from error
    request = Request(method="POST", body=json.dumps(body).encode())
    silent = dataclasses.replace(limits, max_bytes=0)
    answer, _leads_to = _exchange(target, request, silent, ends_at, resolver)
    return answer


def _exchange(
    target: urls.Target,
    request: "Request",
    limits: Limits,
    ends_at: float,
    resolver: Resolve,
) -> tuple[Answer, str | None]:
    """Send one request to an address that may be asked; as ``_ask``."""
    addresses = _addresses(target, limits.rules, resolver)
    try:
        with _connect(addresses, target.port, ends_at) as plain:
            return _ask(target, request, plain, limits.max_bytes, ends_at)
    except ssl.SSLError as error:
        raise Unreachable(f"TLS with {target.authority} failed: {error}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"{target.authority} gave no answer: {error}") from error


def _addresses(target: urls.Target, rules: urls.Rules, resolver: Resolve) -> list[str]:
    """Return the addresses to connect to: those of the name, if they may be asked.

    All addresses of the name have to be such ones, so that nobody gets by
    with one of each kind.
    """
    try:
        found = resolver(target.host, target.port)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{target.host} can't be resolved: {error}") from error
    if not found:
        raise Unreachable(f"{target.host} has no address")
    for text in found:
        refusal = rules.refusal(ipaddress.ip_address(text.partition("%")[0]))
        if refusal is not None:
            raise Forbidden(f"{target.authority} isn't asked: {refusal}")
    return found


def _connect(addresses: list[str], port: int, ends_at: float) -> socket.socket:
    """Connect to the first address that answers; each has its share of the time."""
    for place, address in enumerate(addresses):
        share = _left(ends_at) / (len(addresses) - place)
        try:
            return socket.create_connection((address, port), share)
        except OSError:
            if place == len(addresses) - 1:
                raise
    raise AssertionError("unreachable")


def _ask(
    target: urls.Target,
    request: Request,
    plain: socket.socket,
    max_bytes: int,
    ends_at: float,
) -> tuple[Answer, str | None]:
    """Send one request; return the answer, and where it leads."""
    plain.settimeout(_left(ends_at))
    connection = plain
    if _is_tls(target):
        connection = _secured(plain, target.host, request.verify)
    with connection:
        connection.settimeout(_left(ends_at))
        connection.sendall(request.head(target) + (request.body or b""))
        timed: Any = _Timed(connection, ends_at)
        reply = http.client.HTTPResponse(timed, method=request.method)
        try:
            reply.begin()
            leads_to = reply.getheader("Location")
            if reply.status in _REDIRECTS and leads_to:
                return Answer(status=reply.status, text=""), leads_to
            body = _read(reply, max_bytes)
        finally:
            reply.close()
    text = body.decode("utf-8", errors="replace")
    return Answer(status=reply.status, text=text), None


def _is_tls(target: urls.Target) -> bool:
    return target.scheme == "https"


def _secured(plain: socket.socket, host: str, verify: bool) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain, server_hostname=host)


def _read(reply: http.client.HTTPResponse, max_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size < max_bytes:
        part = reply.read(min(_CHUNK, max_bytes - size))
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


class _Timed(io.RawIOBase):
    """Reads from a socket until a time, however little comes at once."""

    def __init__(self, connection: socket.socket, ends_at: float) -> None:
        super().__init__()
        self._connection = connection
        self._ends_at = ends_at

    def makefile(self, mode: str) -> io.BufferedReader:
        """Give the stream that the HTTP library reads from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what has come."""
        self._connection.settimeout(_left(self._ends_at))
        return self._connection.recv_into(buffer)
