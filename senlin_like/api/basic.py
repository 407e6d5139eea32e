"""Users and passwords of an htpasswd file (bcrypt)."""

import base64
import binascii
import hmac
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable

import bcrypt

from senlin_like import exceptions

LOG = logging.getLogger(__name__)

#: A password that was right is right again without bcrypt for so many seconds.
MEMORY_S = 60.0
MOST_REMEMBERED = 1024
_PREFIXES = (b"$2a$", b"$2b$", b"$2y$")
#: A user who isn't there costs the same time as a wrong password.
_NOBODY = bcrypt.hashpw(b"nobody", bcrypt.gensalt(10))


class Users:
    """The users of one file; a file that changes is read again."""

    def __init__(self, path: str, now: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._now = now
        self._lock = threading.Lock()
        self._key = secrets.token_bytes(32)
        self._known: dict[bytes, float] = {}
        self._stamp: tuple[int, int] | None = None
        self._hashes: dict[str, bytes] = {}

    def recognise(self, header: str) -> str:
        """Return the user of an Authorization header.

        :raises NotAuthenticated: when the header is missing or wrong.
        """
        user, password = _decoded(header)
        stored = self._read().get(user)
        proof = hmac.digest(
            self._key, b"\0".join((user.encode(), password, stored or b"")), "sha256"
        )
        if stored is not None and self._known.get(proof, 0.0) > self._now():
            return user
        if not _matches(password, stored):
            LOG.info("Wrong user or password")
            raise exceptions.NotAuthenticated
        with self._lock:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[proof] = self._now() + MEMORY_S
        return user

    def _read(self) -> dict[str, bytes]:
        """Read the file if it has changed.

        :raises ServiceUnavailable: when it can't be read.
        """
        try:
            status = os.stat(self._path)
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp != self._stamp:
                with open(self._path, "rb") as file:
                    hashes = _parsed(file.read())
                with self._lock:
                    self._hashes, self._stamp = hashes, stamp
                    self._known.clear()
        except OSError as error:
            LOG.warning("The password file can't be read: %s", error)
            raise exceptions.ServiceUnavailable(
                "The password file of the service can't be read."
            ) from error
        return self._hashes


def _parsed(content: bytes) -> dict[str, bytes]:
    """Read the lines ``user:hash``; hashes that aren't bcrypt's are left out."""
    hashes = {}
    for line in content.splitlines():
        user, colon, stored = line.strip().partition(b":")
        if colon and stored.startswith(_PREFIXES):
            hashes[user.decode("utf-8", "replace")] = stored
        elif line.strip() and not line.startswith(b"#"):
            LOG.warning("A line of the password file isn't 'user:bcrypt hash'")
    return hashes


def _decoded(header: str) -> tuple[str, bytes]:
    """Take user and password out of a header.

    :raises NotAuthenticated: when they aren't there.
    """
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise exceptions.NotAuthenticated
    try:
        user, colon, password = base64.b64decode(encoded.strip()).partition(b":")
        if colon and user:
            return user.decode(), password
    except (binascii.Error, UnicodeDecodeError, ValueError):
        LOG.debug("An Authorization header can't be read")
    raise exceptions.NotAuthenticated


def _matches(password: bytes, stored: bytes | None) -> bool:
    """Compare a password with a hash; takes about a tenth of a second."""
    # bcrypt looks at 72 bytes only, so no longer password can be the right one.
    if len(password) > 72:
        password, stored = password[:72], None
    try:
        is_right = bcrypt.checkpw(password, stored or _NOBODY)
    except ValueError:
        LOG.warning("A hash in the password file can't be used")
        return False
    return is_right and stored is not None
