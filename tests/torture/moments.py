"""The moments at which something may come between: a crash, another engine."""

import dataclasses
from collections.abc import Callable
from typing import Any

from senlin_like.drivers import base as clouds


class Crash(BaseException):
    """The process is gone, as far as its engine is concerned."""


@dataclasses.dataclass
class Moments:
    """The moments at which a crash may come, told apart by what goes on there.

    ``crash_at`` is a label; the moment is met once.
    """

    seen: list[str] = dataclasses.field(default_factory=list)
    crash_at: str | None = None
    is_watching: bool = False
    #: Kind and id of the action at work.
    kind: str = "engine"
    action_id: str = ""
    #: Is asked at every moment; for random crashes.
    dice: Callable[[str], bool] | None = None
    #: Statements that changed a database, so far.
    writes: int = 0
    #: Those of ``seen`` before which something was written since the last.
    telling: list[str] = dataclasses.field(default_factory=list)
    _visits: dict[tuple[str, str], int] = dataclasses.field(default_factory=dict)
    _written: int = -1

    def hit(self, moment: str) -> None:
        if not self.is_watching:
            return
        key = (self.action_id, moment)
        visit = self._visits[key] = self._visits.get(key, 0) + 1
        label = f"{self.kind} {moment} #{visit}"
        self.seen.append(label)
        if self.writes != self._written:
            self._written = self.writes
            self.telling.append(label)
        if label == self.crash_at:
            self.crash_at = None
            raise Crash(label)
        if self.dice is not None and self.dice(label):
            raise Crash(label)

    def count(self, _connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        self.writes += text.startswith(("INSERT", "UPDATE", "DELETE"))

    def forget(self) -> None:
        """Begin anew."""
        self.seen, self.telling, self._visits = [], [], {}
        self.crash_at, self.is_watching, self._written = None, False, -1


class _Watched:
    """Wraps a cloud: every call is a moment before it and one after it."""

    def __init__(self, inner: Any, moments: Moments, path: str = "") -> None:
        self._inner = inner
        self._moments = moments
        self._path = path

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        path = f"{self._path}{name}"
        if not callable(found):
            return _Watched(found, self._moments, f"{path}.")

        def call(*args: Any, **kwargs: Any) -> Any:
            self._moments.hit(f"call {path}")
            result = found(*args, **kwargs)
            self._moments.hit(f"called {path}")
            return result

        return call


class WatchedDriver:
    """The simulated cloud's driver, whose calls are moments."""

    def __init__(self, inner: Any, moments: Moments) -> None:
        self.inner = inner
        self.world = inner.world
        self._moments = moments

    @property
    def identity(self) -> clouds.Identity:
        found: clouds.Identity = self.inner.identity
        return found

    @property
    def region(self) -> str | None:
        found: str | None = self.inner.region
        return found

    @property
    def hosts(self) -> Any:
        return _Watched(self.inner.hosts, self._moments, "hosts.")

    def cloud(self, account: clouds.Account) -> Any:
        return _Watched(self.inner.cloud(account), self._moments)

    def close(self) -> None:
        self.inner.close()
