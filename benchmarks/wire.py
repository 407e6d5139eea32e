"""Open HTTP connections, by the standard library alone.

A raw ``http.client`` connection per thread is the leanest load generator that plain
Python has, so that it takes little from the cores that the service shares with it.
"""

import dataclasses
import http.client
import pathlib
import ssl
import urllib.parse

from benchmarks import errors


@dataclasses.dataclass(frozen=True, kw_only=True)
class Address:
    """Hold a URL in the parts that a connection needs; never user or password."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """Return the address as text."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def parse(url: str) -> Address:
    """Take a URL apart.

    :raises BenchmarkError: when it isn't an http or https URL, or carries a password.
    """
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise errors.BenchmarkError(
            "The endpoint must look like http://host:port or https://host/path."
        )
    if parts.username is not None or parts.password is not None:
        raise errors.BenchmarkError(
            "Give user and password by options, not inside of the URL."
        )
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise errors.BenchmarkError("The port of the URL is not valid.") from error
    return Address(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port,
        path=parts.path.rstrip("/"),
    )


def tls_context(cacert: pathlib.Path | None, insecure: bool) -> ssl.SSLContext:
    """Build what checks the server's certificate.

    :raises BenchmarkError: when the file of authorities can't be read.
    """
    try:
        context = ssl.create_default_context(cafile=str(cacert) if cacert else None)
    except OSError as error:
        raise errors.BenchmarkError(f"Can't read '{cacert}': {error}.") from error
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def connect(
    address: Address, tls: ssl.SSLContext | None, timeout_s: float
) -> http.client.HTTPConnection:
    """Prepare a connection; it is opened by its first request."""
    if address.scheme == "https":
        return http.client.HTTPSConnection(
            address.host, address.port, timeout=timeout_s, context=tls
        )
    return http.client.HTTPConnection(address.host, address.port, timeout=timeout_s)
