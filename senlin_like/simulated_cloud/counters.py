"""How often the cloud was called, and the journal of the calls.

Calls are noted in memory and written in batches, at most a second later, so
that counting costs a call next to nothing.
"""

import collections
import logging
import threading
from typing import Any

import sqlalchemy as sa

from senlin_like import exceptions
from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.store import Store

LOG = logging.getLogger(__name__)

FLUSH_AFTER_S = 1.0


class Counters:
    """What this process noted and hasn't written yet."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._calls: collections.Counter[tuple[str, str]] = collections.Counter()
        self._journal: list[dict[str, Any]] = []
        self._timer: threading.Timer | None = None

    def note(
        self, method: str, outcome: str, entry: dict[str, Any] | None = None
    ) -> None:
        """Count a call; keep its journal entry if there is one."""
        with self._lock:
            self._calls[method, outcome] += 1
            if entry is not None:
                self._journal.append(entry)
            if self._timer is None:
                self._timer = threading.Timer(FLUSH_AFTER_S, self._flush_late)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what was noted; what somebody else is writing is there then, too."""
        with self._writing:
            with self._lock:
                if self._timer is not None:
                    self._timer.cancel()
                    self._timer = None
                calls, self._calls = self._calls, collections.Counter()
                journal, self._journal = self._journal, []
            if calls or journal:
                self._store.transact(
                    lambda connection: _write(connection, calls, journal)
                )

    def discard(self) -> None:
        """Forget what was noted but not written."""
        with self._lock:
            self._calls.clear()
            self._journal.clear()

    def _flush_late(self) -> None:
        try:
            self.flush()
        except exceptions.CloudError as error:
            LOG.warning("Calls of the simulated cloud weren't counted: %s", error)


def _write(
    connection: sa.Connection,
    calls: collections.Counter[tuple[str, str]],
    journal: list[dict[str, Any]],
) -> None:
    table = tables.COUNTERS
    # In one order for all processes, so that they can't block each other.
    for (method, outcome), number in sorted(calls.items()):
        changed = connection.execute(
            table.update()
            .where(table.c.method == method, table.c.outcome == outcome)
            .values(calls=table.c.calls + number)
        ).rowcount
        if not changed:
            row = {"method": method, "outcome": outcome, "calls": number}
            connection.execute(table.insert(), row)
    if journal:
        connection.execute(tables.JOURNAL.insert(), journal)
