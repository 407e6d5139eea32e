"""Asks the addresses of many nodes, a few at a time."""

import time
from collections.abc import Callable, Hashable, Mapping
from concurrent import futures
from typing import TypeVar

import regex

from senlin_like.domain.health import GOOD, Finding, Seen
from senlin_like.drivers import web
from senlin_like.policies.health import NODE_NAME, Probe

Key = TypeVar("Key", bound=Hashable)

#: Seconds that the pattern of a user may take with one answer.
PATTERN_S = 1.0
#: What is said of a node for which there was no time.
NOT_IN_TIME = Seen(finding=Finding.UNKNOWN, reason="It wasn't asked in time.")


class Prober:
    """The threads that ask, and the limits that they keep to."""

    def __init__(
        self, limits: web.Limits, *, threads: int, get: Callable[..., web.Answer]
    ) -> None:
        self.limits = limits
        self.get = get
        self._threads = threads
        self._pool: futures.ThreadPoolExecutor | None = None

    def ask(
        self,
        wanted: Mapping[Key, tuple[Probe, str]],
        *,
        within_s: float,
        beat_s: float,
        beat: Callable[[], None],
    ) -> dict[Key, Seen]:
        """Ask for nodes by probe and name; each key has an entry in the answer.

        ``beat`` is called every ``beat_s`` meanwhile. Who wasn't asked
        ``within_s`` is unknown.
        """
        if not wanted:
            return {}
        if self._pool is None:
            self._pool = futures.ThreadPoolExecutor(
                self._threads, thread_name_prefix="probe"
            )
        ends_at = time.monotonic() + within_s
        jobs = {
            self._pool.submit(self.probe, probe, name): key
            for key, (probe, name) in wanted.items()
        }
        left = set(jobs)
        while left and (rest_s := ends_at - time.monotonic()) > 0:
            _, left = futures.wait(left, timeout=min(beat_s, rest_s))
            if left:
                beat()
        for job in left:
            job.cancel()
        return {
            key: NOT_IN_TIME if job in left else job.result()
            for job, key in jobs.items()
        }

    def probe(self, probe: Probe, name: str) -> Seen:
        """Ask one node and judge the answer."""
        url = probe.url.replace(NODE_NAME, name)
        usual = max(0.1 * probe.retry_interval_s, 1.0)
        limits = web.Limits(
            rules=self.limits.rules,
            timeout_s=min(usual, self.limits.timeout_s),
            max_bytes=self.limits.max_bytes,
        )
        try:
            answer = self.get(url, limits, verify=probe.verify)
        except web.Forbidden as error:
            return Seen(finding=Finding.UNKNOWN, reason=str(error)[:500])
        except web.Unreachable as error:
            return _unanswered(probe, str(error))
        if not 200 <= answer.status < 300:
            return _unanswered(probe, f"{url} answered {answer.status}")
        return _judged(probe, url, answer.text)

    def close(self) -> None:
        """Let the threads end; those that wait for an answer end later."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)


def _unanswered(probe: Probe, reason: str) -> Seen:
    if not probe.error_is_bad:
        return GOOD
    return Seen(finding=Finding.BAD, reason=reason[:500])


def _judged(probe: Probe, url: str, text: str) -> Seen:
    try:
        fits = regex.search(probe.pattern, text, timeout=PATTERN_S)
    except (TimeoutError, regex.error, RecursionError, MemoryError):
        return Seen(
            finding=Finding.UNKNOWN,
            reason="The pattern for the healthy answer takes too long.",
        )
    if fits:
        return GOOD
    return Seen(
        finding=Finding.BAD,
        reason=f"{url} gave an answer that doesn't fit the pattern."[:500],
    )
