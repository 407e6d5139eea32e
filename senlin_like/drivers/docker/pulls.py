"""Images that engines fetch: begun here, and gone on with until they are there."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Never

import requests

from senlin_like import exceptions
from senlin_like.drivers import objects
from senlin_like.drivers.docker import faults

#: Seconds after which somebody who waits for an image asks again.
_AGAIN_S = 2.0
#: Seconds that a failure is remembered, for who asks again.
_REMEMBERED_S = 60.0
#: So many go on at the same time. A host may be at one until its time is over, so
#: no project has all of them.
_MOST = 32
_MOST_OF_PROJECT = 8
#: Bytes that Docker tells one step of its progress in.
_LONGEST = 65_536

_Key = tuple[objects.ContainerHost, str]


class Pulls:
    """What is being fetched by this process. Safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        #: Who has begun it, of each image that is being fetched.
        self._running: dict[_Key, str] = {}
        self._failed: dict[_Key, tuple[float, str]] = {}

    def await_image(
        self, host: objects.ContainerHost, client: Any, image: str, *, project: str
    ) -> Never:
        """Have a missing image fetched; never returns.

        :raises CloudBusy: while it is fetched, or has to wait for its turn.
        :raises CloudError: when that has failed, once; then it is tried anew.
        """
        key = (host, image)
        with self._lock:
            self._forget_old()
            _at, reason = self._failed.pop(key, (0.0, ""))
            if reason:
                raise exceptions.CloudError(f"Image {image}: {reason}", 404)
            is_new = key not in self._running and self._has_room(project)
            if is_new:
                self._running[key] = project
        if is_new:
            threading.Thread(
                target=self._fetch, args=(key, client), name="docker-pull", daemon=True
            ).start()
        raise exceptions.CloudBusy(f"Image {image} is being fetched.", _AGAIN_S)

    def _forget_old(self) -> None:
        """Forget failures that nobody has asked for: the time of each is its last."""
        since = self._clock() - _REMEMBERED_S
        self._failed = {
            key: failure for key, failure in self._failed.items() if failure[0] > since
        }

    def _has_room(self, project: str) -> bool:
        counts = Counter(self._running.values())
        return counts.total() < _MOST and counts[project] < _MOST_OF_PROJECT

    def _fetch(self, key: _Key, client: Any) -> None:
        reason = ""
        try:
            reason = _trouble(client.pull(key[1], stream=True))
        except Exception as error:  # noqa: BLE001 - whoever waits is to be told
            reason = _reason(error)
        with self._lock:
            self._running.pop(key, None)
            if reason:
                self._failed[key] = (self._clock(), reason)


def _reason(error: Exception) -> str:
    said = getattr(error, "explanation", None)
    if isinstance(error, requests.exceptions.RequestException) and not said:
        return faults.reason(error)
    return str(said or error)[:1000] or type(error).__name__


def _trouble(progress: Iterable[bytes | str]) -> str:
    """Follow Docker's progress to its end; return what it says went wrong.

    :raises ValueError: when it isn't progress.
    """
    reason = ""
    for line in _lines(progress):
        step = json.loads(line)
        if isinstance(step, dict):
            reason = str(step.get("error") or reason)
    return reason[:1000]


def _lines(parts: Iterable[bytes | str]) -> Iterator[bytes]:
    """Yield lines, however they are cut up on their way.

    The SDK's own way looks at all that has come each time: it takes very long over
    what isn't Docker's.
    """
    rest = bytearray()
    for part in parts:
        first, *others = (part if isinstance(part, bytes) else part.encode()).split(
            b"\n"
        )
        for start in others:
            rest += first
            if rest.strip():
                yield bytes(rest)
            rest, first = bytearray(), start
        rest += first
        if len(rest) > _LONGEST:
            raise ValueError("Docker doesn't tell how far it is.")
    if rest.strip():
        yield bytes(rest)
