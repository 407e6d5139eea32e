"""Keeps an engine that lost its lease from calling a cloud.

An engine that was paused for longer than its lease goes on in the middle of
its code; before every call it looks at the clock, and stops. What remains is
the time between that look and the call itself.
"""

from collections.abc import Callable
from typing import Any, cast

from senlin_like.drivers import base as clouds


class _Fenced:
    """Wraps an object: each method call is preceded by a check."""

    def __init__(self, inner: Any, check: Callable[[], None]) -> None:
        self._inner = inner
        self._check = check

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return _Fenced(found, self._check)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._check()
            return found(*args, **kwargs)

        return call


def fenced(cloud: clouds.Cloud, check: Callable[[], None]) -> clouds.Cloud:
    """Return the cloud with ``check`` called before every call."""
    return cast(clouds.Cloud, _Fenced(cloud, check))
