"""Takes Nova's API away while everything goes on, and brings it back.

process test: polls
"""

import contextlib
import itertools
import threading
import time
from collections.abc import Callable

from tests.cloud import settings as cloud_settings
from tests.cloud import spoiling
from tests.torture.places import Outage

API = "nova-api"
Way = Callable[
    [cloud_settings.Settings, float], contextlib.AbstractContextManager[None]
]


class Outages(threading.Thread):
    """Makes so many outages, at even distances within a time.

    By turns Nova's API is stopped, and hangs: then it does later what it was asked
    for, though those who asked have given up.
    """

    def __init__(
        self,
        settings: cloud_settings.Settings,
        *,
        number: int,
        within_s: float,
        long_s: float,
    ) -> None:
        super().__init__(name="outages", daemon=True)
        self.settings = settings
        self.number = number
        self.within_s = within_s
        self.long_s = long_s
        self.happened: list[Outage] = []
        self.surprises: list[str] = []

    def run(self) -> None:
        """Make all outages; the cloud is whole afterwards."""
        began = time.monotonic()
        ways = itertools.cycle(WAYS)
        for turn in range(1, self.number + 1):
            due = began + self.within_s * turn / (self.number + 1)
            time.sleep(max(due - time.monotonic(), 0.0))
            try:
                self._make(next(ways))
            except Exception as error:  # noqa: BLE001 - is told at the end
                self.surprises.append(f"outages: {error!r}"[:500])

    def _make(self, way: str) -> None:
        at = time.time()
        WAYS[way](self.settings, self.long_s)
        made = Outage(way=way, what=API, began=at, ended=time.time())
        self.happened.append(made)


def _stop(settings: cloud_settings.Settings, seconds: float) -> None:
    with spoiling.away_for(settings, seconds, API):
        pass


def _freeze(settings: cloud_settings.Settings, seconds: float) -> None:
    with spoiling.frozen(settings, API):
        time.sleep(seconds)


WAYS = {"stopped": _stop, "frozen": _freeze}
