"""How many may be on their way at the same time, in all and to each place."""

import contextlib
import threading
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

Place = TypeVar("Place", bound=Hashable)


class Lanes(Generic[Place]):
    """Lets in who finds room, and turns away all others: nobody waits here.

    Without it, the threads of an engine could all wait for one slow place.
    """

    def __init__(self, *, in_all: int, each: int) -> None:
        self.in_all = in_all
        self.each = each
        self._lock = threading.Lock()
        self._busy: Counter[Place] = Counter()

    @contextlib.contextmanager
    def enter(self, place: Place) -> Iterator[bool]:
        """Tell whether there was room; it is kept until the end of the block."""
        with self._lock:
            has_room = (
                self._busy[place] < self.each and self._busy.total() < self.in_all
            )
            if has_room:
                self._busy[place] += 1
        try:
            yield has_room
        finally:
            if has_room:
                with self._lock:
                    self._busy[place] -= 1
                    if not self._busy[place]:
                        del self._busy[place]
