"""The step that brings images to hosts: it looks, asks who is next, and waits.

Between two rounds the action is parked. All that a round has found and done is
written in one transaction with the journal, with as many statements for a
thousand hosts as for one. If that is lost with the engine, the next round sees
what is on its way before it asks anybody.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from senlin_like import exceptions
from senlin_like.db import image_tasks
from senlin_like.db.session import Session
from senlin_like.domain import image_caching as rules
from senlin_like.domain.enums import Phase
from senlin_like.domain.image_caching import Counts, Limits, Sight, Task, TaskStatus
from senlin_like.drivers.hosts import CachedImage, Host
from senlin_like.flows import telling
from senlin_like.flows.outcomes import (
    Cancelled,
    Decide,
    Done,
    HandedOver,
    Outcome,
    Park,
    Suspended,
    TimedOut,
)
from senlin_like.flows.run import Run
from senlin_like.flows.tasks.base import Step

#: Host and image id.
Key = tuple[str, str]

_BUSY_FIRST_S = 0.5
_BUSY_MOST_S = 30.0
_STOPPED = (Cancelled, TimedOut, Suspended, HandedOver)
_MISSING = "The cloud doesn't know this host."
_DOWN = "The host is down."


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seen:
    """The hosts of the cloud by name, and what is known of images there."""

    hosts: Mapping[str, Host]
    images: Mapping[tuple[str, str], CachedImage]


class CacheImages(Step):
    """Bring images to hosts, a few hosts at a time."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        settings = run.deps.settings
        self.limits = Limits(
            hosts=settings.image_cache_parallelism,
            tries=settings.image_cache_attempts,
            try_s=settings.image_cache_host_timeout,
        )

    def work(self, memo: Mapping[str, Any]) -> Outcome:
        """Go round once."""
        run = self.run
        before = run.read(lambda one: image_tasks.list_open(one, run.facts.id))
        try:
            seen = self._look(before)
        except exceptions.CloudNotFound:
            raise
        except exceptions.CloudError as error:
            return self._later(memo, error)
        now = run.now()
        tasks = {_key(task): self._sighted(task, seen, now) for task in before}
        is_stopped = self._ask(tasks)
        after = list(tasks.values())
        changed = [task for task, old in zip(after, before, strict=True) if task != old]

        def settle(session: Session) -> Done | Park:
            image_tasks.put(session, run.facts.id, changed)
            counts = image_tasks.count(session, run.facts.id)
            run.data["hosts"] = counts.shown()
            if not any(task.is_open for task in after):
                return Done()
            kept = self._tell(session, counts, memo)
            kept["pace"] = pace_s = self._pace_s(memo, has_changed=bool(changed))
            wait_s = rules.next_look_s(after, self.limits, run.now(), pace_s)
            return self._park(0.0 if is_stopped else wait_s, f"{counts}.", kept)

        return Decide(decide=settle)

    def _look(self, tasks: Sequence[Task]) -> Seen:
        """Look at all hosts, and at all images there, with a call for each."""
        if not tasks:
            return Seen(hosts={}, images={})
        cloud = self.run.deps.driver.hosts
        images = cloud.look_at_images({task.image_id for task in tasks})
        hosts = {host.name: host for host in cloud.list_hosts()}
        return Seen(hosts=hosts, images=images)

    def _sighted(self, task: Task, seen: Seen, now: float) -> Task:
        """Take in how a host and an image on it are seen."""
        image = seen.images.get(_key(task))
        sight = Sight.MISSING if image is None else Sight(image.status.value)
        host = seen.hosts.get(task.host)
        if sight is not Sight.CACHED and (host is None or not host.is_up):
            reason = _MISSING if host is None else _DOWN
            return task.ended(TaskStatus.SKIPPED, reason)
        reason = "" if image is None else image.reason
        return rules.sighted(task, sight, reason, self.limits, now)

    def _ask(self, tasks: dict[Key, Task]) -> bool:
        """Ask the hosts whose turn it is; tell whether something has come between.

        What was asked until then has to be written down before that is heeded.
        """
        for task in rules.next_asked(tasks.values(), self.limits, self.run.now()):
            if tasks[_key(task)] is not task:
                continue
            try:
                self.run.may_go_on()
            except _STOPPED:
                return True
            tasks.update(self._asked(task, tasks.values()))
        return False

    def _asked(self, task: Task, tasks: Iterable[Task]) -> dict[Key, Task]:
        """Ask a host for an image; returns the tasks that change by that."""
        try:
            self.run.deps.driver.hosts.cache_image(task.host, task.image_id)
        except exceptions.CloudNotFound as error:
            return _not_found(task, tasks, error)
        except exceptions.CloudError as error:
            wish_s = getattr(error, "retry_after_s", None)
            made = rules.tried(task, error.message, self.limits, self.run.now(), wish_s)
        else:
            made = task.begun(self.limits, self.run.now())
        return {_key(task): made}

    def _tell(
        self, session: Session, counts: Counts, memo: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Write an event at every tenth, and when hosts fail for the first time.

        Returns what is told now, for the memo.
        """
        told = {"tenth": counts.tenth, "has_failures": counts.failed > 0}
        is_first = told["has_failures"] and not memo.get("has_failures")
        if counts.tenth > memo.get("tenth", 0) or is_first:
            reason = f"{counts}."
            telling.about_aggregate(self.run, Phase.PROGRESS, reason, session)
        return told

    def _pace_s(self, memo: Mapping[str, Any], *, has_changed: bool) -> float:
        ties = self.run.ties
        if "pace" not in memo:
            return ties.watch_first_s
        return rules.next_pace_s(
            memo["pace"],
            has_changed=has_changed,
            first_s=ties.watch_first_s,
            longest_s=ties.watch_longest_s,
        )

    def _later(self, memo: Mapping[str, Any], error: exceptions.CloudError) -> Park:
        """Wait for a cloud that can't be looked at now; one that refuses, not long."""
        tries = int(memo.get("busy", 0)) + 1
        is_ill = isinstance(error, exceptions.CloudBusy | exceptions.CloudUnsure)
        if not is_ill and tries >= self.limits.tries:
            raise error
        wish_s = getattr(error, "retry_after_s", None)
        pause_s = wish_s or min(_BUSY_FIRST_S * 2 ** min(tries, 10), _BUSY_MOST_S)
        reason = f"The cloud can't answer now ({error.message}); trying again."
        return self._park(pause_s, reason, {**memo, "busy": tries})

    def _park(self, seconds: float, reason: str, memo: Mapping[str, Any]) -> Park:
        """Wait, but not for longer than the action may take."""
        wait_s = min(seconds, max(self.run.seconds_left(), 0.0) + 0.1)
        return Park(parking=self.run.pause(wait_s, reason), memo=memo)


def _key(task: Task) -> Key:
    return task.host, task.image_id


def _not_found(
    task: Task, tasks: Iterable[Task], error: exceptions.CloudNotFound
) -> dict[Key, Task]:
    """Give up what can't be: an image that isn't there is on no host's way."""
    if error.kind == "host":
        return {_key(task): task.ended(TaskStatus.SKIPPED, _MISSING)}
    lost = [task]
    if error.kind == "image":
        lost = [
            one
            for one in tasks
            if one.image_id == task.image_id and one.status is TaskStatus.PENDING
        ]
    return {_key(one): one.ended(TaskStatus.FAILED, error.message) for one in lost}
