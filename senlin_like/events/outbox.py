"""Hands out what happened from a thread of its own, and never holds anybody up.

What can't be handed out for a while waits in a bounded queue. What doesn't fit
any more is dropped, counted, and said in the log.
"""

import collections
import logging
import threading

from senlin_like.events.happening import Dispatcher, Happening

LOG = logging.getLogger(__name__)

LIMIT = 1000


class Outbox:
    """The queue and the thread of one dispatcher."""

    def __init__(
        self, name: str, dispatcher: Dispatcher, *, limit: int = LIMIT
    ) -> None:
        self.name = name
        #: Events that nobody was told of, since the start.
        self.dropped = 0
        self._dispatcher = dispatcher
        self._limit = limit
        self._queue: collections.deque[Happening] = collections.deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_closing = False
        self._is_busy = False
        #: What is still being sent counts as dropped already.
        self._is_over = False
        #: Dropped ones that the log doesn't tell of yet.
        self._unsaid = 0

    def put(self, happening: Happening) -> None:
        """Let an event be told; returns at once and never raises."""
        with self._changed:
            if self._is_closing or len(self._queue) >= self._limit:
                self._drop()
                return
            self._queue.append(happening)
            self._changed.notify_all()
            # Started late, so that a server that forks has no thread before.
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._send_on, name=f"events-{self.name}", daemon=True
                )
                self._thread.start()

    def close(self, timeout_s: float = 5.0) -> None:
        """Tell what waits, for so long, then drop and count the rest."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
            is_empty = self._changed.wait_for(
                lambda: not self._queue and not self._is_busy, timeout_s
            )
            left = 0 if is_empty else len(self._queue) + self._is_busy
            self._queue.clear()
            self._is_over = True
            self.dropped += left
            self._unsaid += left
            self._say()
        self._dispatcher.close()

    def _drop(self) -> None:
        if not self._unsaid:
            LOG.warning(
                "Events for '%s' are dropped: %s wait already", self.name, self._limit
            )
        self.dropped += 1
        self._unsaid += 1

    def _say(self) -> None:
        unsaid, self._unsaid = self._unsaid, 0
        if unsaid:
            LOG.warning("%s events for '%s' were dropped", unsaid, self.name)

    def _send_on(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._is_closing)
                if not self._queue:
                    return
                happening = self._queue.popleft()
                self._is_busy = True
            self._send(happening)
            with self._changed:
                self._is_busy = False
                self._say()
                self._changed.notify_all()

    def _send(self, happening: Happening) -> None:
        try:
            self._dispatcher.send(happening)
        except Exception as error:  # noqa: BLE001 - a plugin's, and only told
            with self._changed:
                if self._is_over:
                    return
                self.dropped += 1
                self._unsaid += 1
            LOG.warning("The event dispatcher '%s' failed: %s", self.name, error)
