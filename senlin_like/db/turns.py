"""Who may go to the database now: one at a time, or only a few."""

import contextlib
import threading
from collections import deque
from collections.abc import Iterator
from types import TracebackType

#: Seconds after which nobody waits any longer for a few others.
_PATIENCE_S = 0.5


class Courtesy:
    """Lets a few threads in at a time; who has waited for long goes anyway.

    More of them would only get in each other's way, and in that of those who
    read. But where the few are held up by a lock, others mustn't be.
    """

    def __init__(self, most: int, patience_s: float = _PATIENCE_S) -> None:
        self._free = threading.Semaphore(most)
        self._patience_s = patience_s

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and give it back at the end."""
        has_turn = self._free.acquire(timeout=self._patience_s)
        try:
            yield
        finally:
            if has_turn:
                self._free.release()


class Turns:
    """A lock that lets threads in one at a time, first come, first served.

    The standard lock is taken by whoever happens to run: under load a thread
    may wait for it for a very long time.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._is_taken = False
        self._line: deque[threading.Lock] = deque()

    def turn(self) -> "Turns":
        """Return the lock, to be held."""
        return self

    def __enter__(self) -> "Turns":
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return self
            mine = threading.Lock()
            mine.acquire()
            self._line.append(mine)
        mine.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._mutex:
            if self._line:
                self._line.popleft().release()
            else:
                self._is_taken = False
