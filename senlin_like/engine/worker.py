"""The worker: claims actions and carries them out on a few threads.

Waiting, whether for children or for the cloud, takes no thread. The wake-up
makes it quick, polling makes it sure.
"""

import dataclasses
import logging
import threading
import time
import uuid
from collections.abc import Callable
from concurrent import futures

from senlin_like import exceptions
from senlin_like.context import mark_logs
from senlin_like.db import claims, heartbeat
from senlin_like.db.session import Session
from senlin_like.engine import lease, policy_strays, pruner, runner, strays, upkeep
from senlin_like.engine.checker import Checker
from senlin_like.engine.checker import Options as HealthOptions
from senlin_like.engine.watcher import Watcher
from senlin_like.flows.run import Run, Ties
from senlin_like.flows.workbench import Workbench
from senlin_like.operations import zones
from senlin_like.operations.deps import Deps

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """How an engine works; read from the group ``[engine]``."""

    threads: int = 16
    lease_s: float = 10.0
    poll_s: float = 1.0
    max_attempts: int = 10
    watch_first_s: float = 0.2
    watch_longest_s: float = 5.0
    stray_watch_s: float = 900.0
    stray_every_s: float = 10.0
    members_every_s: float = 300.0
    action_days: int = 0
    event_days: int = 0
    health: HealthOptions = dataclasses.field(default_factory=HealthOptions)


class Engine:
    """One engine: its threads, what it holds, and how it stops."""

    def __init__(
        self,
        deps: Deps,
        options: Options,
        *,
        probe: Callable[[str], None] | None = None,
        engine_id: str | None = None,
    ) -> None:
        self.deps = deps
        self.options = options
        self.id = engine_id or str(uuid.uuid4())
        self.bench = Workbench(
            deps, asking=options.health.asking, threads=options.threads
        )
        self.heart = lease.Heart(deps, self.id, lease_s=options.lease_s)
        self._stopping = threading.Event()
        self._nudge = threading.Event()
        self._threads: list[threading.Thread] = []
        self._pool: futures.ThreadPoolExecutor | None = None
        # One more round of work is claimed ahead, so that claims come in
        # batches and no thread waits for one.
        self._room = threading.BoundedSemaphore(options.threads * 2)
        self.watcher = Watcher(
            self.bench,
            self.wake,
            first_s=options.watch_first_s,
            longest_s=options.watch_longest_s,
            hold_s=options.lease_s,
        )
        self.checker = Checker(self.bench, self.wake, options.health)
        self.ties = Ties(
            lease_s=options.lease_s,
            is_stopping=self._stopping.is_set,
            watch_first_s=options.watch_first_s,
            watch_longest_s=options.watch_longest_s,
            on_park=self.watcher.nudge,
            stray_watch_s=options.stray_watch_s,
            **({"probe": probe} if probe else {}),
        )

    # -- life -------------------------------------------------------------

    def start(self) -> None:
        """Start the threads of the engine."""
        runner.warm_up()
        self._pool = futures.ThreadPoolExecutor(
            self.options.threads, thread_name_prefix="action"
        )
        self.heart.beat()
        for name, target in (
            ("heart", lambda: self.heart.run(self._stopping)),
            ("claimer", self._claim_on),
            ("watcher", lambda: self.watcher.run(self._stopping)),
            ("reaper", self._reap_on),
            ("sweeper", self._sweep_on),
            ("pruner", self._prune_on),
            ("checker", lambda: self.checker.run(self._stopping)),
        ):
            thread = threading.Thread(target=target, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)
        LOG.info("Engine %s works with %s threads", self.id, self.options.threads)

    def stop(self, timeout_s: float = 30.0) -> None:
        """Stop cleanly: what is at work is handed over after its present step."""
        self._stopping.set()
        self._nudge.set()
        self.watcher.nudge()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        for thread in self._threads:
            thread.join(timeout_s)
        left = [run.facts.id for run in self.heart.runs()]
        try:
            self.deps.db.transact(
                lambda session: claims.give_back(session, self.id, left)
            )
            self.heart.leave()
        except exceptions.ServiceUnavailable:
            LOG.warning("No database to say goodbye to; the leases run out")
        if left:
            self.deps.wake()
        LOG.info("Engine %s has stopped", self.id)

    def wake(self) -> None:
        """Look for work now."""
        self._nudge.set()

    # -- work -------------------------------------------------------------

    def _claim_on(self) -> None:
        while not self._stopping.is_set():
            self._nudge.wait(self.options.poll_s)
            self._nudge.clear()
            try:
                while not self._stopping.is_set() and self._claim_some():
                    continue
            except exceptions.ServiceUnavailable:
                LOG.warning("No database to find work in; trying again")
                self._stopping.wait(self.options.poll_s)
            except Exception:  # the thread has to live
                LOG.exception("Claiming failed")
                self._stopping.wait(self.options.poll_s)

    def _claim_some(self) -> bool:
        """Claim as much as there is room for; tells whether there may be more.

        While all threads have work for some time, small claims aren't worth it:
        each one ranks everything that is ready.
        """
        room = 0
        while room < self.options.threads and self._room.acquire(blocking=False):
            room += 1
        if room < max(self.options.threads // 2, 1):
            if room:
                self._room.release(room)
            return False
        taken: list[Run] = []
        try:
            taken = self.claim(room)
        finally:
            for _ in range(room - len(taken)):
                self._room.release()
        assert self._pool is not None  # noqa: S101 - start() made it
        for run in taken:
            try:
                self._pool.submit(self._work, run)
            except RuntimeError:  # the pool is shut down: stop() gives back
                self._room.release()
        if len(taken) == room:
            self.deps.wake()
        return bool(taken)

    def claim(self, limit: int) -> list[Run]:
        """Claim up to ``limit`` actions and take them into care."""
        asked_at = time.monotonic()
        claimed = self.deps.db.transact(
            lambda session: claims.claim(
                session, self.id, lease_s=self.options.lease_s, limit=limit
            )
        )
        runs = [run for one in claimed if (run := self._open(one)) is not None]
        for run in runs:
            # The process may have been stopped since: the lease counts from before.
            run.renewed(asked_at, run.signal)
            self.heart.add(run)
        return runs

    def _open(self, claimed: claims.Claimed) -> Run | None:
        """Take an action in hand; one that can't be read mustn't hold up others.

        It may be of a newer release: its lease runs out, and another engine may be
        able to.
        """
        try:
            return runner.open_run(self.bench, self.ties, claimed)
        except exceptions.SpecUnreadable:
            runner.leave_unread(self.bench, self.ties, claimed)
            return None
        except Exception:
            LOG.exception("Action %s can't be read", claimed.row.id)
            return None

    def work(self, run: Run) -> None:
        """Carry out a claimed action, and let go of it."""
        facts = run.facts
        # What health checks ask for comes from no request.
        mark_logs(facts.request_id or f"req-{facts.id}", facts.user, facts.project)
        try:
            runner.carry_out(run, self.bench, max_attempts=self.options.max_attempts)
        finally:
            self.heart.discard(run)

    def _work(self, run: Run) -> None:
        try:
            self.work(run)
        except BaseException:
            LOG.exception("Action %s was left by a bug", run.facts.id)
        finally:
            self._room.release()
            self._nudge.set()

    # -- the safety nets --------------------------------------------------

    def reap(self) -> int:
        """Free what lost engines held, wake what is due, mend what was missed."""

        def work(session: Session) -> int:
            lost = claims.reap(session, stray_watch_s=self.options.stray_watch_s)
            for action_id, owner in lost.items():
                LOG.warning("Action %s is taken from lost engine %s", action_id, owner)
            return len(lost) + claims.wake_due(session) + claims.mend(session)

        found = self.deps.db.transact(work)
        self.watcher.mend()
        if found:
            self.wake()
            self.deps.wake()
        return int(found)

    def _reap_on(self) -> None:
        pace = min(self.options.poll_s, self.options.lease_s / 4)
        lease.every(self._stopping, pace, self.reap, "Reaping")

    def sweep(self) -> int:
        """Remove what lost engines have made too much; see to members and zones."""
        self.deps.db.transact(heartbeat.forget_lost)
        zones.tell(self.deps)
        every_s = self.options.stray_every_s
        removed = sum(
            one.sweep(self.bench, every_s=every_s) for one in (strays, policy_strays)
        )
        if upkeep.look(self.bench, every_s=self.options.members_every_s):
            self.wake()
        return removed

    def _sweep_on(self) -> None:
        lease.every(
            self._stopping, self.options.stray_every_s / 2, self.sweep, "Sweeping"
        )

    def _prune_on(self) -> None:
        def prune() -> None:
            pruner.prune(
                self.deps,
                action_days=self.options.action_days,
                event_days=self.options.event_days,
            )

        lease.every(self._stopping, pruner.EVERY_S, prune, "Purging")
