"""Put load on an endpoint from threads with a connection each, and count.

Every loop ends by time and by count, whichever comes first.
"""

import collections
import dataclasses
import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from benchmarks import client, errors, percentiles

Item = TypeVar("Item")
Result = TypeVar("Result")

NO_ANSWER = 0
_SERVER_ERROR = 500

Ask = Callable[[client.Connection, int], client.Response]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """Say how much load: by how many, how long at most, how many at most.

    ``pause_s`` is the time that each connection rests between two requests.
    """

    connections: int
    seconds: float
    max_requests: int = 1_000_000
    expected: int = 200
    pause_s: float = 0.0


@dataclasses.dataclass(kw_only=True)
class Tally:
    """Count what came back; status 0 stands for no answer at all."""

    expected: int = 200
    seconds: float = 0.0
    latencies_ms: list[float] = dataclasses.field(default_factory=list)
    statuses: collections.Counter[int] = dataclasses.field(
        default_factory=collections.Counter
    )

    def add(self, status: int, latency_ms: float) -> None:
        """Count one request; the latency counts only if the status is expected."""
        self.statuses[status] += 1
        if status == self.expected:
            self.latencies_ms.append(latency_ms)

    def merge(self, other: "Tally") -> None:
        """Take in what another thread has counted."""
        self.statuses.update(other.statuses)
        self.latencies_ms.extend(other.latencies_ms)

    @property
    def asked(self) -> int:
        """Return the number of requests, good and bad."""
        return self.statuses.total()

    @property
    def server_errors(self) -> int:
        """Return how many answers were 5xx."""
        return sum(n for status, n in self.statuses.items() if status >= _SERVER_ERROR)

    def failures(self) -> dict[str, int]:
        """Return how many requests ended otherwise than expected, by status."""
        return {
            "no answer" if status == NO_ANSWER else str(status): count
            for status, count in sorted(self.statuses.items())
            if status != self.expected
        }

    def measures(self) -> dict[str, float]:
        """Return the figures of a result row; rates count good answers only."""
        good = self.statuses[self.expected]
        rate = good / self.seconds if self.seconds > 0 else 0.0
        return {
            "requests_per_s": rate,
            **percentiles.summary(self.latencies_ms),
            "requests": self.asked,
            "errors": self.asked - good,
            "status_5xx": self.server_errors,
            "no_answer": self.statuses[NO_ANSWER],
        }


def run(
    target: client.Target, ask: Ask, plan: Plan, stop: threading.Event | None = None
) -> Tally:
    """Ask through all connections at once until time, count or ``stop`` ends it.

    ``ask`` gets a connection and a number that no other request of the run has.
    """
    stop = stop or threading.Event()
    numbers = iter(range(plan.max_requests))
    lock = threading.Lock()
    barrier = threading.Barrier(plan.connections + 1)
    tallies = [Tally(expected=plan.expected) for _ in range(plan.connections)]

    def next_number() -> int | None:
        with lock:
            return next(numbers, None)

    def work(tally: Tally) -> None:
        with client.Connection(target) as connection:
            barrier.wait()
            deadline = time.perf_counter() + plan.seconds
            while time.perf_counter() < deadline and not stop.is_set():
                number = next_number()
                if number is None:
                    return
                tally.add(*_timed(ask, connection, number))
                if plan.pause_s > 0:
                    stop.wait(plan.pause_s)

    threads = [threading.Thread(target=work, args=(t,), daemon=True) for t in tallies]
    for thread in threads:
        thread.start()
    barrier.wait()
    started = time.perf_counter()
    join(threads, stop.set)
    total = Tally(expected=plan.expected, seconds=time.perf_counter() - started)
    for tally in tallies:
        total.merge(tally)
    return total


def join(threads: Iterable[threading.Thread], give_up: Callable[[], object]) -> None:
    """Wait for threads; call ``give_up`` if the wait is broken off, as by Ctrl-C."""
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        # The threads must not go on beside the clean-up.
        give_up()
        raise


def _timed(ask: Ask, connection: client.Connection, number: int) -> tuple[int, float]:
    started = time.perf_counter()
    try:
        status = ask(connection, number).status
    except errors.BenchmarkError:
        # Also when a token has ended and Keystone gives no new one.
        status = NO_ANSWER
    return status, (time.perf_counter() - started) * 1000


def fan_out(
    target: client.Target,
    items: Iterable[Item],
    clients: int,
    work: Callable[[client.Connection, Item], Result],
) -> list[Result]:
    """Do one piece of work per item, by several clients; results in item order.

    After the first failure no further item is begun, and that failure is raised.
    """
    jobs: queue.SimpleQueue[tuple[int, Item]] = queue.SimpleQueue()
    for job in enumerate(items):
        jobs.put(job)
    size = jobs.qsize()
    done: dict[int, Result] = {}
    failures: list[Exception] = []

    def take() -> None:
        with client.Connection(target) as connection:
            while not failures:
                try:
                    position, item = jobs.get_nowait()
                    done[position] = work(connection, item)
                except queue.Empty:
                    return
                except Exception as error:  # noqa: BLE001 (raised below, by the caller)
                    failures.append(error)

    threads = [
        threading.Thread(target=take, daemon=True) for _ in range(min(clients, size))
    ]
    for thread in threads:
        thread.start()
    join(threads, lambda: failures.append(errors.BenchmarkError("Interrupted.")))
    if failures:
        raise failures[0]
    return [done[position] for position in range(size)]


def rotation(paths: Iterable[str]) -> Ask:
    """Return what reads these paths in turn."""
    ring = list(itertools.chain(paths))

    def ask(connection: client.Connection, number: int) -> client.Response:
        return connection.get(ring[number % len(ring)])

    return ask
