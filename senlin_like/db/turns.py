"""Who may go to the database now: one at a time, or only a few."""

import contextlib
import itertools
import threading
import time
from collections import deque
from collections.abc import Iterator
from types import TracebackType

#: Seconds after which one that was let in counts as held up by something else.
_PATIENCE_S = 0.1


class Courtesy:
    """Lets a few threads in at a time, not counting those that are held up.

    More of them would only get in each other's way, and in that of those who
    read. But where the few are held up, by a row that is locked elsewhere or by a
    database that is far away, others mustn't be: who has been in for longer than
    ``patience_s`` no longer counts.
    """

    def __init__(self, most: int, patience_s: float = _PATIENCE_S) -> None:
        self._most = most
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._came_in: dict[int, float] = {}
        self._numbers = itertools.count()

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and give it back at the end."""
        number = self._come_in()
        try:
            yield
        finally:
            with self._changed:
                del self._came_in[number]
                self._changed.notify()

    def _come_in(self) -> int:
        with self._changed:
            while (wait_s := self._to_wait()) > 0:
                self._changed.wait(wait_s)
            number = next(self._numbers)
            self._came_in[number] = time.monotonic()
            return number

    def _to_wait(self) -> float:
        """Return the seconds until fewer than ``most`` count, if none goes before."""
        freed = time.monotonic() - self._patience_s
        counting = [came for came in self._came_in.values() if came > freed]
        if len(counting) < self._most:
            return 0.0
        return counting[-self._most] - freed


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
