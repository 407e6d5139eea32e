"""Wait until something is so in a cloud, and say what was there instead."""

import time
from collections.abc import Callable
from typing import Any

#: Building a server takes 1 to 2 s on an idle machine; these are for busy ones.
TIMEOUT_S = 120.0
POLL_S = 0.25


def until(
    look: Callable[[], Any],
    is_so: Callable[[Any], object] = bool,
    timeout_s: float = TIMEOUT_S,
) -> Any:
    """Look again and again until what is seen will do, and return it.

    :raises AssertionError: when the time is over; it tells what was seen last.
    """
    deadline = time.monotonic() + timeout_s
    seen = look()
    while not is_so(seen):
        if time.monotonic() > deadline:
            raise AssertionError(f"after {timeout_s:g} s there is still {seen!r}")
        time.sleep(POLL_S)
        seen = look()
    return seen
