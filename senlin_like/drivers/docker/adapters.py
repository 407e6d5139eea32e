"""Carries requests to Docker engines, each answer within limits of time and size.

Who answers on a node is whoever the node's owner lets answer: one byte at a time,
never, or without end. A timeout of a socket holds for one piece only, so what is
read is timed and counted here as a whole.
"""

import dataclasses
import errno
import http.client
import io
import pathlib
import socket
import threading
import time
from typing import Any

import requests
import urllib3

#: Seconds that an answer may take whose end nobody can tell: of an image that is
#: fetched. It tells how far it is, so it isn't silent for long.
_STREAM_S = 3600.0
_SILENCE_S = 300.0
#: So much more may come of such an answer, which isn't kept.
_STREAM_SHARE = 8
#: Connections to one host that are kept.
_CONNECTIONS = 64


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds to wait for a connection, and for an answer to who only looks.

    No answer may have more than ``most_bytes``; None is for an engine that is
    trusted.
    """

    connect_s: float
    look_s: float
    most_bytes: int | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Allowance:
    """What one answer may take; ``ends_at`` is of the monotonic clock."""

    ends_at: float
    silence_s: float
    most_bytes: int | None


class _Reader(io.RawIOBase):
    """Reads an answer from a socket as far as it is allowed."""

    def __init__(self, connection: socket.socket, allowance: _Allowance) -> None:
        super().__init__()
        self._connection = connection
        # It keeps the socket open for itself, whoever closes that meanwhile.
        self._stream = connection.makefile("rb", buffering=0)
        self._allowance = allowance
        self._size = 0

    def makefile(self, mode: str) -> io.BufferedReader:
        """Give the stream that the HTTP library reads from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what has come.

        :raises OSError: when the time is over, or too much has come.
        """
        left = self._allowance.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._connection.settimeout(min(left, self._allowance.silence_s))
        count = self._stream.readinto(buffer)
        self._size += count or 0
        most = self._allowance.most_bytes
        if most is not None and self._size > most:
            raise OSError(errno.EFBIG, "The answer is too long")
        return count

    def close(self) -> None:
        """Let go of the socket."""
        self._stream.close()
        super().close()


class Adapter(requests.adapters.HTTPAdapter):
    """Sends requests by TCP, also with TLS. Safe for threads."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        # A request and the head of its answer are one thread's.
        self._now = threading.local()
        super().__init__(pool_maxsize=_CONNECTIONS)

    def init_poolmanager(self, *sizes: Any, **how: Any) -> None:
        """Make pools whose connections read answers within the limits."""
        super().init_poolmanager(*sizes, **how)
        answers = self.answers

        class Plain(urllib3.connection.HTTPConnection):
            response_class = answers  # type: ignore[assignment]  # a maker will do

        class Secured(urllib3.connection.HTTPSConnection):
            response_class = answers  # type: ignore[assignment]  # as above

        class PlainPool(urllib3.HTTPConnectionPool):
            ConnectionCls = Plain

        class SecuredPool(urllib3.HTTPSConnectionPool):
            ConnectionCls = Secured

        self.poolmanager.pool_classes_by_scheme = {
            "http": PlainPool,
            "https": SecuredPool,
        }

    def answers(
        self, connection: socket.socket, *rest: Any, **more: Any
    ) -> http.client.HTTPResponse:
        """Read the answer to what this thread has sent just now."""
        reader: Any = _Reader(connection, self._now.allowance)
        return http.client.HTTPResponse(reader, *rest, **more)

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, **how: Any
    ) -> requests.Response:
        """Send a request; without a timeout the answer is taken for a stream."""
        given, most = how.pop("timeout", None), self._limits.most_bytes
        if given is None:
            whole, silence = _STREAM_S, _SILENCE_S
            most = None if most is None else most * _STREAM_SHARE
        else:
            is_look = request.method == "GET"
            whole = silence = min(given, self._limits.look_s) if is_look else given
        self._now.allowance = _Allowance(
            ends_at=time.monotonic() + whole, silence_s=silence, most_bytes=most
        )
        connect = min(self._limits.connect_s, whole)
        answer = super().send(request, timeout=(connect, silence), **how)
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            # Little may become much when it is unpacked.
            answer.close()
            raise requests.exceptions.ContentDecodingError("It isn't plain.")
        # Others are slow to decode, or to guess.
        answer.encoding = "utf-8"
        return answer


class UnixAdapter(Adapter):
    """Sends requests by the socket at a path."""

    def __init__(self, path: str, limits: Limits) -> None:
        super().__init__(limits)
        self._pool = _unix_pool(path, self)

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> Any:
        """Return the pool: all addresses mean this socket."""
        return self._pool

    def get_connection(self, *_: Any, **__: Any) -> Any:
        """Return the pool, as ``requests`` before 2.32 asks for it."""
        return self._pool

    def request_url(self, request: requests.PreparedRequest, _proxies: Any) -> str:
        """Return the path alone: there is no host."""
        return str(request.path_url)

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.close()
        super().close()


def _unix_pool(path: str, adapter: Adapter) -> urllib3.HTTPConnectionPool:
    class Connection(urllib3.connection.HTTPConnection):
        response_class = adapter.answers  # type: ignore[assignment]  # as above

        def connect(self) -> None:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.settimeout(self.timeout)
            self.sock.connect(str(pathlib.Path(path)))

    class Pool(urllib3.HTTPConnectionPool):
        ConnectionCls = Connection

    return Pool("localhost", maxsize=_CONNECTIONS)
