"""A Docker engine as it listens on a node: reached by TCP, and sometimes not."""

import contextlib
import pathlib
import select
import socket
import ssl
import threading
import urllib.parse


class Proxy:
    """Passes bytes on to an engine. ``off`` makes its address one that refuses.

    With ``swallows`` requests arrive, and the connection breaks before the answer.
    With a ``context`` it speaks TLS. ``requests`` are the first lines of what is
    asked, as ``GET /v1.41/containers/json``.
    """

    def __init__(self, url: str, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._url = urllib.parse.urlsplit(url)
        self._open: list[socket.socket] = []
        self.swallows = False
        self.requests: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def off(self) -> None:
        """Refuse connections from now on; those that are there break."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._pass, args=(near,), daemon=True).start()

    def _pass(self, near: socket.socket) -> None:
        if self._context is not None:
            try:
                near = self._context.wrap_socket(near, server_side=True)
            except OSError:
                near.close()
                return
        with near, self._connect() as far, contextlib.suppress(OSError):
            self._open += [near, far]
            while True:
                ready, _, _ = select.select([near, far], [], [])
                for one in ready:
                    data = one.recv(65536)
                    while isinstance(one, ssl.SSLSocket) and one.pending():
                        data += one.recv(one.pending())
                    if not data or (one is far and self.swallows):
                        return
                    if one is near and b" HTTP/1.1\r\n" in data:
                        self.requests.append(
                            data.split(b"?")[0].decode().split(" H")[0]
                        )
                    (far if one is near else near).sendall(data)

    def _connect(self) -> socket.socket:
        if self._url.scheme != "unix":
            return socket.create_connection((self._url.hostname, self._url.port))
        made = socket.socket(socket.AF_UNIX)
        made.connect(str(pathlib.Path(self._url.path)))
        return made
