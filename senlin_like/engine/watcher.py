"""Looks at what actions wait for in the cloud: once for all of a group.

Groups are kept in the database: one engine at a time looks at a group, any
engine may. The pace is fast at first and slower the longer nothing changes;
it honours what the cloud asks for when it is busy.
"""

import logging
import threading
from collections.abc import Callable, Mapping

from senlin_like import exceptions
from senlin_like.db import claims, progress, watches
from senlin_like.db.session import Session
from senlin_like.db.watches import Group, Waiting
from senlin_like.domain.enums import WaitKind
from senlin_like.drivers.base import UNREACHABLE, ObjectKind, Observed
from senlin_like.flows.workbench import Workbench

LOG = logging.getLogger(__name__)

_SLOWER = 1.3
_IDLE_FIRST_S = 1.0
_IDLE_LAST_S = 60.0
_BUSY_MOST_S = 30.0


class Watcher:
    """Takes due groups, asks the cloud, wakes the actions that may go on."""

    def __init__(
        self,
        bench: Workbench,
        wake: Callable[[], None],
        *,
        first_s: float,
        longest_s: float,
        hold_s: float = 10.0,
    ) -> None:
        self.bench = bench
        self.db = bench.deps.db
        self.wake = wake
        self.first_s = first_s
        self.longest_s = max(longest_s, first_s)
        # When a watcher is lost, another one looks after this time.
        self.hold_s = hold_s
        self._idle: dict[str, float] = {}
        #: Somebody is about to wait for the cloud.
        self.nudged = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Look at groups until told to stop."""
        while not stop.is_set():
            pause_s = self.longest_s
            try:
                self.look_once()
                pause_s = self._pause()
            except exceptions.ServiceUnavailable:
                LOG.warning("The watcher has no database")
            except Exception:  # the thread has to live
                LOG.exception("The watcher failed")
            if self.nudged.wait(pause_s):
                # What has just parked is committed a moment later.
                self.nudged.clear()
                stop.wait(min(self.first_s, pause_s))

    def nudge(self) -> None:
        """Say that something in this process is about to wait for the cloud."""
        self.nudged.set()

    def _pause(self) -> float:
        with self.db.reader() as session:
            left = watches.seconds_to_next(session)
        if left is None:
            return _IDLE_FIRST_S
        return min(max(float(left), 0.02), _IDLE_FIRST_S)

    def look_once(self) -> int:
        """Look at the groups that are due; returns how many actions were woken."""
        groups = self.db.transact(
            lambda session: watches.take(session, hold_s=self.hold_s)
        )
        return sum(self._look_safely(group) for group in groups)

    def _look_safely(self, group: Group) -> int:
        """Look at a group; one that can't be looked at mustn't hold up others."""
        try:
            return self._look(group)
        except exceptions.ServiceUnavailable:
            raise
        except Exception:
            # It is looked at again when this engine's hold is over.
            LOG.exception("Group %s can't be looked at", group.key)
            return 0

    def _look(self, group: Group) -> int:
        with self.db.reader() as session:
            waiting = watches.waiting(session, group.key)
        if not waiting:
            self._rest(group)
            return 0
        self._idle.pop(group.key, None)
        try:
            seen = self._ask(group.key, waiting)
        except exceptions.CloudError as error:
            self._back_off(group, error, are_told=all(one.is_told for one in waiting))
            return 0
        was_silent = any(one.is_told for one in waiting)
        over = [
            one
            for one in waiting
            if seen[one.object_id].status in one.until | one.failed
        ]
        pace = self._pace_of(group, seen, has_changed=bool(over))
        woken = self.db.transact(
            lambda session: self._write(
                session, group.key, over, seen, pace, was_silent=was_silent
            )
        )
        if woken:
            self.wake()
        return int(woken)

    def _pace_of(
        self, group: Group, seen: Mapping[str, Observed], *, has_changed: bool
    ) -> float:
        """Return the seconds to the next look; long where no host can be asked.

        Such looks take long themselves, and other groups wait meanwhile.
        """
        if has_changed:
            return self.first_s
        if all(one.status == UNREACHABLE for one in seen.values()):
            return min(max(group.pace * 2, self.first_s), _BUSY_MOST_S)
        return min(group.pace * _SLOWER, self.longest_s)

    def _ask(self, key: str, waiting: list[Waiting]) -> Mapping[str, Observed]:
        kind, project, user, region = key.split("|", 3)
        cloud = self.bench.cloud(user, project, region or None)
        return cloud.look(ObjectKind(kind), {one.object_id for one in waiting})

    def _write(
        self,
        session: Session,
        key: str,
        over: list[Waiting],
        seen: Mapping[str, Observed],
        pace: float,
        *,
        was_silent: bool,
    ) -> int:
        if was_silent:
            watches.take_back_silence(session, key)
        alike: dict[tuple[str, str], list[Waiting]] = {}
        for one in over:
            what = seen[one.object_id]
            alike.setdefault((what.status, what.reason), []).append(one)
        woken = 0
        for (status, reason), members in alike.items():
            for start in range(0, len(members), 500):
                part = members[start : start + 500]
                woken += claims.wake(
                    session,
                    [one.id for one in part],
                    kind=WaitKind.CLOUD,
                    seen={"id": "", "status": status, "reason": reason},
                    leases=[(one.id, one.lease) for one in part],
                )
        watches.put_back(session, key, after_s=pace, pace=pace)
        return woken

    def _rest(self, group: Group) -> None:
        """Look more and more rarely at a group that nobody waits in."""
        idle = self._idle.get(group.key, _IDLE_FIRST_S / 2) * 2
        self._idle[group.key] = idle

        def work(session: Session) -> None:
            if idle > _IDLE_LAST_S:
                watches.drop(session, group.key)
            else:
                after_s = min(idle, self.longest_s)
                watches.put_back(session, group.key, after_s=after_s, pace=self.first_s)

        if idle > _IDLE_LAST_S:
            self._idle.pop(group.key, None)
        self.db.transact(work)

    def _back_off(
        self, group: Group, error: exceptions.CloudError, *, are_told: bool
    ) -> None:
        """Look later, and tell those who wait, unless they are told."""
        asked = getattr(error, "retry_after_s", None)
        pace = min(max(group.pace * 2, self.first_s), _BUSY_MOST_S)
        after_s = asked or pace
        LOG.warning("The cloud doesn't answer a look, next in %.1f s", after_s)

        def work(session: Session) -> None:
            if not are_told:
                watches.tell_silence(session, group.key)
            watches.put_back(session, group.key, after_s=after_s, pace=pace)

        self.db.transact(work)

    def mend(self) -> None:
        """See to groups that actions wait in, but that nobody looks at."""

        def work(session: Session) -> None:
            for key in watches.missing_groups(session):
                progress.touch_group(session, key, self.first_s)

        self.db.transact(work)
