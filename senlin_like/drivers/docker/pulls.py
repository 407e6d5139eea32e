"""Images that engines fetch: begun here, and gone on with until they are there."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Never

from senlin_like import exceptions
from senlin_like.drivers import objects

#: Seconds after which somebody who waits for an image asks again.
_AGAIN_S = 2.0
#: Seconds that a failure is remembered, for who asks again.
_REMEMBERED_S = 60.0
_MOST = 16

_Key = tuple[objects.ContainerHost, str]


class Pulls:
    """What is being fetched by this process. Safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._running: set[_Key] = set()
        self._failed: dict[_Key, tuple[float, str]] = {}

    def await_image(
        self, host: objects.ContainerHost, client: Any, image: str
    ) -> Never:
        """Have a missing image fetched; never returns.

        :raises CloudBusy: while it is fetched.
        :raises CloudError: when that has failed, once; then it is tried anew.
        """
        key = (host, image)
        with self._lock:
            at, reason = self._failed.pop(key, (0.0, ""))
            if reason and self._clock() - at < _REMEMBERED_S:
                raise exceptions.CloudError(f"Image {image}: {reason}", 404)
            is_new = key not in self._running and len(self._running) < _MOST
            if is_new:
                self._running.add(key)
        if is_new:
            threading.Thread(
                target=self._fetch, args=(key, client), name="docker-pull", daemon=True
            ).start()
        raise exceptions.CloudBusy(f"Image {image} is being fetched.", _AGAIN_S)

    def _fetch(self, key: _Key, client: Any) -> None:
        reason = ""
        try:
            reason = _trouble(client.pull(key[1], stream=True, decode=True))
        except Exception as error:  # noqa: BLE001 - whoever waits is to be told
            reason = str(getattr(error, "explanation", None) or error)[:1000]
        with self._lock:
            self._running.discard(key)
            if reason:
                self._failed[key] = (self._clock(), reason)


def _trouble(progress: Iterable[Mapping[str, Any]]) -> str:
    """Follow Docker's progress to its end; return what it says went wrong."""
    reason = ""
    for step in progress:
        reason = str(step.get("error") or reason)
    return reason[:1000]
