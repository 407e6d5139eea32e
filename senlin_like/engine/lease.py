"""The engine's sign of life: leases of what it works on, and its service row."""

import logging
import threading
import time
from collections.abc import Callable

from senlin_like import exceptions
from senlin_like.db import claims, heartbeat
from senlin_like.db.session import Session
from senlin_like.flows.run import Run
from senlin_like.operations.deps import Deps

LOG = logging.getLogger(__name__)

BINARY = "senlin-engine"


class Heart:
    """Knows the runs at work; renews their leases and tells them their signals."""

    def __init__(self, deps: Deps, engine_id: str, *, lease_s: float) -> None:
        self.deps = deps
        self.engine_id = engine_id
        self.lease_s = lease_s
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}

    def add(self, run: Run) -> None:
        """Take a run into care."""
        with self._lock:
            self._runs[run.facts.id] = run

    def discard(self, run: Run) -> None:
        """Let go of a run; its lease is renewed no more."""
        with self._lock:
            if self._runs.get(run.facts.id) is run:
                del self._runs[run.facts.id]

    def runs(self) -> list[Run]:
        """Return the runs at work."""
        with self._lock:
            return list(self._runs.values())

    def run(self, stop: threading.Event) -> None:
        """Beat until told to stop; three times within a lease."""
        while not stop.is_set():
            try:
                self.beat()
            except exceptions.ServiceUnavailable as error:
                LOG.warning("No sign of life can be given: %s", error.message)
            except Exception:  # the thread has to live
                LOG.exception("The heartbeat failed")
            stop.wait(self.lease_s / 3)

    def beat(self) -> None:
        """Renew all leases at once, and hear of signals."""
        asked_at = time.monotonic()
        runs = self.runs()
        held = self.deps.db.transact(lambda session: self._write(session, runs))
        for run in runs:
            mine = held.get(run.facts.id)
            if mine is None or mine[0] != run.hold.lease:
                # An action that has just been parked isn't held either; its
                # run is over then, and the mark does no harm.
                run.is_lost = True
            else:
                run.renewed(asked_at, mine[1])

    def _write(
        self, session: Session, runs: list[Run]
    ) -> dict[str, tuple[int, str | None]]:
        heartbeat.beat(
            session,
            self.engine_id,
            host=self.deps.settings.host,
            binary=BINARY,
            now=self.deps.clock(),
        )
        ids = [run.facts.id for run in runs]
        return claims.renew(session, self.engine_id, ids, lease_s=self.lease_s)

    def leave(self) -> None:
        """Remove the service row; the engine stops."""
        self.deps.db.transact(lambda session: heartbeat.leave(session, self.engine_id))


def every(
    stop: threading.Event, seconds: float, what: Callable[[], object], name: str
) -> None:
    """Do something again and again until told to stop; failures are logged."""
    while not stop.wait(seconds):
        try:
            what()
        except Exception:  # the thread has to live
            LOG.exception("%s failed", name)
