"""A small map of what was found out a moment ago, shared by threads."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_MOST = 512


class Kept(Generic[Key, Value]):
    """A small map that forgets the oldest, and everything after a time."""

    def __init__(self, keep_s: float | None = None) -> None:
        self._keep_s = keep_s
        self._lock = threading.Lock()
        self._values: OrderedDict[Key, tuple[float, Value]] = OrderedDict()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value of a key, made if it isn't there."""
        now = time.monotonic()
        with self._lock:
            found = self._values.get(key)
        if found is not None and (
            self._keep_s is None or now - found[0] < self._keep_s
        ):
            return found[1]
        value = make()
        with self._lock:
            self._values[key] = (now, value)
            while len(self._values) > _MOST:
                self._values.popitem(last=False)
        return value

    def forget(self, key: Key) -> None:
        """Drop one value."""
        with self._lock:
            self._values.pop(key, None)
