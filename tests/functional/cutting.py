"""Cuts off what works on a cloud, right after some of its calls."""


class Crash(BaseException):
    """The engine died right after a call of the cloud."""


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now


class Cutting:
    """Wraps a cloud: counts calls, and crashes right after some of them."""

    def __init__(self, inner, calls, crashes, path=""):
        self._inner = inner
        self._calls = calls
        self._crashes = crashes
        self._path = path

    def __getattr__(self, name):
        found = getattr(self._inner, name)
        path = f"{self._path}.{name}".lstrip(".")
        if not callable(found):
            return Cutting(found, self._calls, self._crashes, path)

        def call(*args, **kwargs):
            try:
                return found(*args, **kwargs)
            finally:
                self._calls.append(path)
                if len(self._calls) in self._crashes:
                    raise Crash

        return call


def look(cloud, clock, wait):
    """Wait as an engine's watcher does; None after the time is over."""
    for _ in range(100):
        seen = cloud.look(wait.kind, [wait.id])[wait.id]
        if seen.status in wait.until or seen.status in wait.failed:
            return seen
        clock.now += wait.timeout_s / 90
    return None
