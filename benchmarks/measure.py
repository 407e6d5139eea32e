"""Measure what the service itself uses: CPU seconds, memory, connections.

Processes are found by patterns of their command lines, or by their ids, and belong to
named groups (api, engine, database); children belong to the group of their parent.
Processes that start and end meanwhile are counted too, as far as they are seen.
"""

import dataclasses
import os
import re
import threading
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import psutil

from benchmarks import errors

_MEGABYTE = 1024 * 1024
# A young process may not have called exec() yet; its command line may still change.
_SETTLED_AFTER_S = 5.0
# The kernel counts in ticks of 10 ms.
_TICKS_S = 0.05


@dataclasses.dataclass(frozen=True, kw_only=True)
class Group:
    """Name some processes: those that match the pattern, or have one of the ids."""

    name: str
    pattern: re.Pattern[str] | None = None
    pids: frozenset[int] = frozenset()


class Key(NamedTuple):
    """Tell processes apart even if an id is used twice."""

    pid: int
    created: float


class Reading(NamedTuple):
    """Hold what one look at a process says; CPU in seconds, RSS in bytes.

    ``reaped_s`` is the CPU time of its children that have ended and been waited for.
    """

    group: str
    parent: Key | None
    cpu_s: float
    reaped_s: float
    rss: int


class Ledger:
    """Add up the CPU time of processes that come and go.

    A child that ends hands its time over to the parent that waits for it (the kernel
    does that). If the parent isn't watched or doesn't wait, what was last seen counts.
    """

    def __init__(
        self, first: Mapping[Key, Reading], older: frozenset[Key] = frozenset()
    ) -> None:
        """Begin with one look.

        ``older`` are all processes that lived then, watched or not: what these spent
        before doesn't count if they are found later. (Their times of creation don't
        tell, since the kernel's time of boot is known to a second only.)
        """
        self._older = older
        self._last = dict(first)
        self._base = {key: r.cpu_s + r.reaped_s for key, r in first.items()}
        self._ended: dict[str, float] = {}

    def add(self, now: Mapping[Key, Reading]) -> None:
        """Take in one more look."""
        gone = [key for key in self._last if key not in now]
        handed_over = {
            key: reading.reaped_s - self._last[key].reaped_s
            for key, reading in now.items()
            if key in self._last
        }
        for key, reading in now.items():
            if key not in self._base:
                total = reading.cpu_s + reading.reaped_s
                self._base[key] = total if key in self._older else 0.0
        for key in gone:
            self._close(key, handed_over)
        self._last = dict(now)

    def spent_s(self) -> dict[str, float]:
        """Return the CPU seconds of each group since the first look."""
        spent = dict(self._ended)
        for key, reading in self._last.items():
            used = reading.cpu_s + reading.reaped_s - self._base[key]
            spent[reading.group] = spent.get(reading.group, 0.0) + used
        return spent

    def _close(self, key: Key, handed_over: dict[Key, float]) -> None:
        reading = self._last[key]
        total = reading.cpu_s + reading.reaped_s
        base = self._base.pop(key)
        parent = reading.parent
        handed = handed_over.get(parent) if parent is not None else None
        if parent is not None and handed is not None and handed >= total - _TICKS_S:
            # The parent shows all of it now, also what was spent before we began.
            handed_over[parent] -= total
            self._base[parent] += base
            return
        self._ended[reading.group] = self._ended.get(reading.group, 0) + total - base


@dataclasses.dataclass(frozen=True, kw_only=True)
class Usage:
    """Hold what the watched processes used between start and stop.

    ``own_cpu_s`` is the load generator's. Memory is the highest that was seen.
    """

    seconds: float
    own_cpu_s: float
    cpu_s: Mapping[str, float]
    peak_rss_mb: Mapping[str, float]
    peak_processes: int
    peak_connections: int | None

    def measures(self, per: str, count: int) -> dict[str, float]:
        """Return the figures of a result row, e.g. CPU per ``node``.

        Without watched processes only the load generator's own share is known.
        """
        row = {"generator_cpu_s": self.own_cpu_s}
        if not self.cpu_s:
            return row
        total = sum(self.cpu_s.values())
        row["cpu_s"] = total
        row["peak_rss_mb"] = sum(self.peak_rss_mb.values())
        row["processes"] = self.peak_processes
        if count > 0:
            row[f"cpu_ms_per_{per}"] = total * 1000 / count
            for group, cpu_s in self.cpu_s.items():
                row[f"{group}_cpu_ms_per_{per}"] = cpu_s * 1000 / count
        for group, rss_mb in self.peak_rss_mb.items():
            row[f"{group}_peak_rss_mb"] = rss_mb
        if self.peak_connections is not None:
            row["peak_database_connections"] = self.peak_connections
        return row


class Meter:
    """Watch groups of processes from ``with`` to its end, once per interval."""

    def __init__(
        self,
        groups: Sequence[Group],
        database_port: int | None = None,
        interval_s: float = 1.0,
    ) -> None:
        """Prepare; nothing is looked at yet."""
        self._groups = groups
        self._port = database_port
        self._interval_s = interval_s
        self._finder = Finder(groups)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._rss: dict[str, float] = {group.name: 0.0 for group in groups}
        self._processes = 0
        self._connections = 0

    def __enter__(self) -> Self:
        """Take the first look and go on looking in a thread.

        :raises BenchmarkError: when a group has no process.
        """
        readings = self._finder.look()
        seen = {reading.group for reading in readings.values()}
        for group in self._groups:
            if group.name not in seen:
                raise errors.BenchmarkError(f"No process belongs to '{group.name}'.")
        self._peak(readings)
        self._wall = time.perf_counter()
        self._own = time.process_time()
        self._ledger = Ledger(readings, self._finder.alive)
        if self._groups:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop looking, after one last look."""
        self._own = time.process_time() - self._own
        self._wall = time.perf_counter() - self._wall
        self._stop.set()
        if self._groups:
            self._thread.join()
            self._take()

    @property
    def usage(self) -> Usage:
        """Return what was used; call it after the end only."""
        return Usage(
            seconds=self._wall,
            own_cpu_s=self._own,
            cpu_s=self._ledger.spent_s(),
            peak_rss_mb=self._rss if self._groups else {},
            peak_processes=self._processes,
            peak_connections=self._connections if self._port else None,
        )

    def _watch(self) -> None:
        while not self._stop.wait(self._interval_s):
            self._take()

    def _take(self) -> None:
        readings = self._finder.look()
        self._ledger.add(readings)
        self._peak(readings)

    def _peak(self, readings: Mapping[Key, Reading]) -> None:
        self._processes = max(self._processes, len(readings))
        for name in self._rss:
            used = sum(r.rss for r in readings.values() if r.group == name)
            self._rss[name] = max(self._rss[name], used / _MEGABYTE)
        if self._port:
            pids = {key.pid for key in readings}
            self._connections = max(self._connections, _open_to(self._port, pids))


class Finder:
    """Find the processes of the groups, and remember which they are."""

    def __init__(self, groups: Sequence[Group]) -> None:
        """Leave out the load generator and what started it.

        Their command lines hold the patterns too, as options.
        """
        self._groups = groups
        self._known: dict[Key, str | None] = {}
        self.alive: frozenset[Key] = frozenset()
        own = psutil.Process()
        self._excluded = {own.pid, *(parent.pid for parent in own.parents())}

    def look(self) -> dict[Key, Reading]:
        """Read all processes that belong to a group."""
        if not self._groups:
            return {}
        alive = {
            Key(process.pid, process.create_time()): process
            for process in psutil.process_iter()
        }
        self.alive = frozenset(alive)
        by_pid = {key.pid: key for key in alive}
        readings: dict[Key, Reading] = {}
        # Parents are older than their children, so their group is known first.
        for key in sorted(alive, key=lambda key: (key.created, key.pid)):
            reading = self._read(key, alive[key], by_pid)
            if reading is not None:
                readings[key] = reading
        self._known = {key: name for key, name in self._known.items() if key in alive}
        return readings

    def _read(
        self, key: Key, process: psutil.Process, by_pid: Mapping[int, Key]
    ) -> Reading | None:
        if key.pid in self._excluded:
            return None
        try:
            parent = by_pid.get(process.ppid())
            group = self._group(key, process, parent)
            if group is None:
                return None
            times = process.cpu_times()
            return Reading(
                group=group,
                parent=parent,
                cpu_s=times.user + times.system,
                reaped_s=times.children_user + times.children_system,
                rss=process.memory_info().rss,
            )
        except psutil.Error:
            # It ended between the listing and the look, or isn't ours to see.
            return None

    def _group(
        self, key: Key, process: psutil.Process, parent: Key | None
    ) -> str | None:
        known = self._known.get(key)
        if known is not None:
            return known
        if key in self._known and time.time() - key.created > _SETTLED_AFTER_S:
            return None
        command = " ".join(process.cmdline()) or process.name()
        found = match(self._groups, key.pid, command)
        if found is None and parent is not None:
            found = self._known.get(parent)
        self._known[key] = found
        return found


def match(groups: Sequence[Group], pid: int, command: str) -> str | None:
    """Return the first group that wants this process, or None."""
    for group in groups:
        if pid in group.pids:
            return group.name
        if group.pattern is not None and group.pattern.search(command):
            return group.name
    return None


def parse_group(text: str) -> Group:
    """Read ``NAME=PATTERN`` or ``NAME=pid:1234,5678``.

    :raises ValueError: when the text is neither.
    """
    name, separator, wanted = text.partition("=")
    if not name.isidentifier() or not separator or not wanted:
        raise ValueError("Expected NAME=PATTERN or NAME=pid:1234,5678.")
    if wanted.startswith("pid:"):
        pids = frozenset(int(pid) for pid in wanted[4:].split(","))
        return Group(name=name, pids=pids)
    try:
        return Group(name=name, pattern=re.compile(wanted))
    except re.error as error:
        raise ValueError(f"'{wanted}' is not a pattern: {error}.") from error


def _open_to(port: int, pids: set[int]) -> int:
    return sum(
        1
        for found in psutil.net_connections(kind="tcp")
        if found.raddr
        and found.raddr.port == port
        and found.pid in pids
        and found.status == psutil.CONN_ESTABLISHED
    )


def machine() -> dict[str, str | int | float]:
    """Describe the machine that the benchmark runs on, without naming it."""
    return {
        "cpus": os.cpu_count() or 0,
        "memory_mb": round(psutil.virtual_memory().total / _MEGABYTE),
        "system": f"{os.uname().sysname} {os.uname().release}",
    }
