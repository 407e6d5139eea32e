"""Rules of bringing images to hosts: who is asked next, and what came of it.

A *task* is one image on one host. A host holds its place from when it is begun
until nothing is left to do there, also while it waits to be tried again: a cloud
that is ill for a while fails a few hosts, not all of them.
"""

import dataclasses
import enum
from collections.abc import Iterable, Sequence

#: Seconds to the second try; they double with every try, up to the longest.
_FIRST_S = 2.0
_LONGEST_S = 60.0
#: Longest reason that is kept of a task, in characters.
_LONGEST_REASON = 500


class TaskStatus(enum.StrEnum):
    """How far an image is on a host, as far as the action is concerned.

    ASKED is the end where the cloud doesn't tell what came of it.
    """

    PENDING = "pending"
    UNDERWAY = "underway"
    CACHED = "cached"
    ASKED = "asked"
    FAILED = "failed"
    SKIPPED = "skipped"


#: What is still to be done.
OPEN = (TaskStatus.PENDING, TaskStatus.UNDERWAY)


class Sight(enum.StrEnum):
    """How an image is seen on a host; the words are those of drivers."""

    MISSING = "missing"
    CACHING = "caching"
    CACHED = "cached"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """An image that is brought to a host.

    ``due_at`` is when the host is to be asked, or while it is at work, when its try
    is given up: in epoch seconds of the database's clock, None if nothing is to be
    done. ``attempts`` counts tries that came to nothing.
    """

    host: str
    image_id: str
    position: int
    status: TaskStatus = TaskStatus.PENDING
    attempts: int = 0
    due_at: float | None = 0.0
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether anything is left to do."""
        return self.status in OPEN

    def begun(self, limits: "Limits", now: float) -> "Task":
        """Return the task with the host at work since ``now``."""
        until = now + limits.try_s
        return dataclasses.replace(
            self, status=TaskStatus.UNDERWAY, due_at=until, reason=""
        )

    def ended(self, status: TaskStatus, reason: str = "") -> "Task":
        """Return the task with nothing left to do."""
        told = reason[:_LONGEST_REASON]
        return dataclasses.replace(self, status=status, due_at=None, reason=told)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """``hosts`` may be at work at the same time; ``tries`` of a task are enough.

    A try is given up after ``try_s`` seconds.
    """

    hosts: int
    tries: int
    try_s: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Counts:
    """How many hosts are how far.

    A host is failed if any of its images is, else left while there is anything to
    do, else skipped if any of its images was; all others are done.
    """

    done: int = 0
    failed: int = 0
    skipped: int = 0
    left: int = 0

    @property
    def total(self) -> int:
        """Return the number of all hosts."""
        return self.done + self.failed + self.skipped + self.left

    @property
    def tenth(self) -> int:
        """Return how many tenths of the hosts need nothing more, from 0 to 10."""
        return (self.total - self.left) * 10 // self.total if self.total else 10

    def shown(self) -> dict[str, int]:
        """Return the numbers by the names that users see."""
        return {"total": self.total, **dataclasses.asdict(self)}

    def __str__(self) -> str:
        """Say it for people."""
        return (
            f"{self.done} of {self.total} hosts done, {self.failed} failed, "
            f"{self.skipped} skipped, {self.left} left"
        )


def class_of(statuses: Iterable[TaskStatus]) -> str:
    """Return as what a host counts whose tasks have these statuses."""
    found = set(statuses)
    if TaskStatus.FAILED in found:
        return "failed"
    if not found.isdisjoint(OPEN):
        return "left"
    return "skipped" if TaskStatus.SKIPPED in found else "done"


def sighted(task: Task, sight: Sight, reason: str, limits: Limits, now: float) -> Task:
    """Take in how an image is seen on a host; ``now`` as ``due_at``.

    What is there is there, and what is on its way is waited for, whoever asked, but
    not for ever.
    """
    if not task.is_open:
        return task
    if sight is Sight.CACHED:
        return task.ended(TaskStatus.CACHED)
    if sight is Sight.CACHING:
        return _waited_for(task, limits, now)
    if task.status is not TaskStatus.UNDERWAY:
        return task
    if sight is Sight.UNKNOWN:
        told = "The host was asked; the cloud doesn't tell what came of it."
        return task.ended(TaskStatus.ASKED, told)
    told = reason or "The host hasn't got the image, and isn't getting it."
    return tried(task, told, limits, now)


def _waited_for(task: Task, limits: Limits, now: float) -> Task:
    """Go on waiting for a host at work, or give its try up.

    The host is asked again at once: it has had its pause, and a task that paused
    would be taken for one that somebody else has set to work.
    """
    if task.status is not TaskStatus.UNDERWAY or task.due_at is None:
        return task.begun(limits, now)
    if now < task.due_at:
        return task
    told = f"The host hasn't got the image within {limits.try_s:g} seconds."
    again = tried(task, told, limits, now)
    return dataclasses.replace(again, due_at=now) if again.is_open else again


def tried(
    task: Task,
    reason: str,
    limits: Limits,
    now: float,
    retry_after_s: float | None = None,
) -> Task:
    """Note that a try came to nothing: there is another one later, or none.

    ``retry_after_s`` is how long the cloud wants to be left alone.
    """
    attempts = task.attempts + 1
    counted = dataclasses.replace(task, attempts=attempts)
    if attempts >= limits.tries:
        return counted.ended(TaskStatus.FAILED, reason)
    pause_s = max(backoff_s(attempts), retry_after_s or 0.0)
    again = counted.ended(TaskStatus.PENDING, reason)
    return dataclasses.replace(again, due_at=now + pause_s)


def backoff_s(attempts: int) -> float:
    """Return the seconds to the next try after so many that came to nothing."""
    return float(min(_FIRST_S * 2 ** (min(attempts, 10) - 1), _LONGEST_S))


def next_asked(tasks: Iterable[Task], limits: Limits, now: float) -> list[Task]:
    """Return the tasks whose hosts are asked now, in order.

    Never more hosts are at work than the limit says, but for those that others
    have set to work. Hosts that are begun go before others.
    """
    hosts = _by_host(tasks)
    flying = {host for host, own in hosts.items() if _is_flying(own)}
    begun = {host for host, own in hosts.items() if _is_begun(own)}
    chosen: list[Task] = []
    for host in sorted(hosts, key=lambda one: (one not in begun, _place(hosts[one]))):
        due = [task for task in hosts[host] if _is_due(task, now)]
        if not due:
            continue
        has_room = host in flying or len(flying) < limits.hosts
        has_place = host in begun or len(begun) < limits.hosts
        if has_room and has_place:
            flying.add(host)
            begun.add(host)
            chosen += due
    return chosen


def next_look_s(
    tasks: Iterable[Task], limits: Limits, now: float, pace_s: float
) -> float:
    """Return in how many seconds to look again; ``pace_s`` is for what is at work."""
    left = [task for task in tasks if task.is_open]
    if next_asked(left, limits, now):
        return 0.0
    times = [(task.due_at or now) - now for task in left if _is_timed(task)]
    if any(task.status is TaskStatus.UNDERWAY for task in left):
        times.append(pace_s)
    return max(min(times, default=pace_s), 0.0)


def next_pace_s(
    pace_s: float, *, has_changed: bool, first_s: float, longest_s: float
) -> float:
    """Return the pace of looks: quicker while things change, else slower."""
    if has_changed:
        return max(pace_s / 2, first_s)
    return min(pace_s * 1.5, longest_s)


def _by_host(tasks: Iterable[Task]) -> dict[str, list[Task]]:
    hosts: dict[str, list[Task]] = {}
    for task in sorted(tasks, key=lambda one: one.position):
        if task.is_open:
            hosts.setdefault(task.host, []).append(task)
    return hosts


def _place(tasks: Sequence[Task]) -> int:
    return tasks[0].position


def _is_flying(tasks: Iterable[Task]) -> bool:
    return any(task.status is TaskStatus.UNDERWAY for task in tasks)


def _is_begun(tasks: Iterable[Task]) -> bool:
    return any(task.status is TaskStatus.UNDERWAY or task.attempts for task in tasks)


def _is_due(task: Task, now: float) -> bool:
    return task.status is TaskStatus.PENDING and (task.due_at or 0.0) <= now


def _is_timed(task: Task) -> bool:
    return task.status is TaskStatus.UNDERWAY or task.attempts > 0
