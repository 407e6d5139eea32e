"""One simulated cloud, as a process sees it: clock, shared things, calls."""

import dataclasses
import threading
import time
import types
from collections.abc import Callable, Mapping
from typing import Any, Literal

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import addresses, catalogue, faults
from senlin_like.simulated_cloud.counters import Counters
from senlin_like.simulated_cloud.store import Store

#: A changed setting reaches all processes within this time, in seconds.
FRESH_S = 1.0

_UNSURE = "The cloud gave no answer in time."


@dataclasses.dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose objects are worked on, and where."""

    project: str
    user: str
    region: str


class World:
    """A cloud in a database, shared with all processes that use the same."""

    def __init__(
        self,
        url: str,
        *,
        settings: Mapping[str, Any] | None = None,
        clock: Callable[[], float] = time.time,
        fresh_s: float = FRESH_S,
        call_timeout_s: float = 60.0,
    ) -> None:
        self.store = Store(url)
        self.counters = Counters(self.store)
        self.addresses = addresses.Pool(self.store)
        self.call_timeout_s = call_timeout_s
        self._clock = clock
        self._fresh_s = fresh_s
        self._defaults = dict(settings or {})
        self._lock = threading.Lock()
        self.store.transact(catalogue.plant)
        self._picture = self.store.read(self._take)
        self._fresh_until = time.monotonic() + fresh_s
        self._turn = 0

    @property
    def picture(self) -> catalogue.Picture:
        """Return the shared things, not older than ``fresh_s``."""
        if time.monotonic() >= self._fresh_until:
            self._renew()
        return self._picture

    def setting(self, name: str) -> Any:
        """Return a setting's present value."""
        return self.picture.settings[name]

    def now(self) -> float:
        """Return the cloud's time, in seconds since the epoch."""
        return self._clock() + float(self.setting("clock_offset_s"))

    def next_turn(self) -> int:
        """Return the next of ever growing numbers, to take things in turn."""
        with self._lock:
            self._turn += 1
            return self._turn

    def change(self, work: Callable[[sa.Connection], Any]) -> Any:
        """Change shared things; this process sees the change at once."""

        def changed(connection: sa.Connection) -> Any:
            catalogue.bump(connection)
            return work(connection)

        result = self.store.transact(changed)
        self._renew()
        return result

    def call(self, method: str, project: str, name: str = "") -> "Ongoing":
        """Note a call of the cloud, and let faults strike it.

        Used as a context manager around the work.
        """
        return Ongoing(
            self,
            # As long as the columns that take them.
            faults.Call(
                method=method[:64],
                project=project[:64],
                name=name[:255],
                at=self.now(),
            ),
        )

    def close(self) -> None:
        """Write what is noted and let go of the connections."""
        self.counters.flush()
        self.store.close()

    def _renew(self) -> None:
        picture = self.store.read(self._take_if_newer)
        with self._lock:
            self._fresh_until = time.monotonic() + self._fresh_s
            if picture is not None and picture.version >= self._picture.version:
                self._picture = picture

    def _take(self, connection: sa.Connection) -> catalogue.Picture:
        return catalogue.take_picture(connection, self._defaults)

    def _take_if_newer(self, connection: sa.Connection) -> catalogue.Picture | None:
        if catalogue.read_version(connection) == self._picture.version:
            return None
        return self._take(connection)


class Ongoing:
    """A call under way.

    ``error_status`` is the fault with which the object has to end, if a rule
    says so.
    """

    def __init__(self, world: World, call: faults.Call) -> None:
        self.error_status: str | None = None
        self._world = world
        self._call = call
        self._is_lost = False
        self._started = time.perf_counter()

    def __enter__(self) -> "Ongoing":
        picture = self._world.picture
        try:
            for rule in faults.matching(picture.rules, self._call):
                self._meet(rule, picture.settings["seed"])
        except exceptions.Error as error:
            self._note(error)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> Literal[False]:
        if error is None and self._is_lost:
            lost = exceptions.CloudUnsure(_UNSURE, 504)
            self._note(lost)
            raise lost
        self._note(error)
        return False

    def _meet(self, rule: faults.Rule, dice_seed: int) -> None:
        if rule.is_counted and not self._world.store.transact(
            lambda connection: faults.count(connection, rule, dice_seed)
        ):
            return
        match rule.effect:
            case faults.Effect.ERROR:
                raise exceptions.CloudError(rule.message, rule.status)
            case faults.Effect.BUSY:
                raise exceptions.CloudBusy(rule.message, rule.retry_after_s)
            case faults.Effect.TIMEOUT:
                raise exceptions.CloudUnsure(_UNSURE, 504)
            case faults.Effect.DONE_BUT_TIMEOUT:
                self._is_lost = True
            case faults.Effect.ERROR_STATUS:
                self.error_status = rule.message
            case faults.Effect.SLOW:
                # A caller who waits no longer has no answer, but the cloud
                # goes on.
                time.sleep(min(rule.seconds, self._world.call_timeout_s))
                self._is_lost |= rule.seconds >= self._world.call_timeout_s

    def _note(self, error: BaseException | None) -> None:
        outcome = "ok" if error is None else type(error).__name__
        entry = None
        if self._world.setting("journal"):
            entry = {
                "at": self._call.at,
                "method": self._call.method,
                "project": self._call.project,
                "name": self._call.name,
                "outcome": outcome,
                "message": "" if error is None else str(error),
                "duration_s": time.perf_counter() - self._started,
            }
        self._world.counters.note(self._call.method, outcome, entry)
