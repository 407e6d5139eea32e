"""How often one thing may be done: a bucket of tokens for each.

Kept in the process, not in the database: a flood of requests must not become a
flood of writes. So each API process counts for itself.
"""

import collections
import math
import threading
import time
from collections.abc import Callable

from senlin_like import exceptions

#: Buckets that are kept; the one that was used least lately goes first.
MOST_BUCKETS = 10000


class Throttle:
    """Buckets that hold ``burst`` tokens and get ``rate`` new ones a second.

    A rate of 0 means no limit. ``now`` gives seconds that never go back.
    """

    def __init__(
        self,
        rate: float = 0.0,
        burst: int = 1,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._now = now
        self._lock = threading.Lock()
        #: Key → tokens, and when they were counted.
        self._buckets: collections.OrderedDict[str, tuple[float, float]] = (
            collections.OrderedDict()
        )

    def take(self, key: str) -> None:
        """Take a token out of a bucket.

        :raises TooManyRequests: when there is none; says when there will be.
        """
        if not self._rate:
            return
        with self._lock:
            now = self._now()
            tokens, counted_at = self._buckets.get(key, (self._burst, now))
            tokens = min(self._burst, tokens + (now - counted_at) * self._rate)
            is_refused = tokens < 1
            self._buckets[key] = (tokens if is_refused else tokens - 1, now)
            self._buckets.move_to_end(key)
            if len(self._buckets) > MOST_BUCKETS:
                self._buckets.popitem(last=False)
        if is_refused:
            raise exceptions.TooManyRequests(
                "This webhook is triggered too often.",
                math.ceil((1 - tokens) / self._rate),
            )
