"""What must hold of aggregates, and of images on their hosts, when all is at rest.

As in ``checks``, each function returns a sentence for each thing that is wrong.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from senlin_like.db.aggregate_models import Aggregate, AggregateHost, ImageTask
from senlin_like.db.models import Action
from senlin_like.db.session import Database, Session
from senlin_like.db.work_models import Dependency
from senlin_like.domain import aggregates as rules
from senlin_like.domain.enums import FINAL, Kind
from senlin_like.domain.image_caching import Counts, TaskStatus, class_of
from senlin_like.operations import zones
from senlin_like.simulated_cloud import tables
from senlin_like.simulated_cloud.controls import Controls
from senlin_like.simulated_cloud.world import World
from tests.torture import checks, histories, meddlers
from tests.torture.meddlers import Meddler

#: How far clocks and transactions may be apart, in seconds.
TOLERANCE_S = 0.5

#: Tasks of an action.
Tasks = Mapping[str, list[Any]]


def cachings(db: Database) -> list[Any]:
    """Return all actions that bring images, in the order in which they were made."""
    stored = checks.rows(db, Action)
    found = [row for row in stored if row.action == Kind.AGGREGATE_CACHE_IMAGES]
    return sorted(found, key=lambda row: row.created_at)


def tasks_of(db: Database) -> Tasks:
    """Return the tasks of each action."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in checks.rows(db, ImageTask):
        found[row.action_id].append(row)
    return found


def problems(db: Database, meddler: Meddler) -> list[str]:
    """Return everything that is wrong at rest, whatever the time."""
    stored, tasks = cachings(db), tasks_of(db)
    return [
        *two_zones(db),
        *_miscounted(stored, tasks),
        *_absent(meddler, tasks),
        *_given_up(tasks),
        *asked_too_often(meddler.controls, stored, tasks),
        *meddler.surprises,
    ]


def untimely(db: Database) -> list[str]:
    """Return what was done too early, too late or twice."""
    stored, tasks = cachings(db), tasks_of(db)
    return [*_at_once(stored), *_unjoined(stored, tasks), *_too_early(db, stored)]


def two_zones(db: Database) -> Iterator[str]:
    """Find hosts that aggregates give more than one zone."""
    number = sa.func.count(Aggregate.zone.distinct())
    query = (
        sa.select(AggregateHost.host)
        .join(Aggregate, Aggregate.id == AggregateHost.aggregate_id)
        .group_by(AggregateHost.host)
        .having(number > 1)
    )
    with db.reader() as session:
        for host in session.scalars(query):
            yield f"Host {host} is in two zones."


def left_in_line(db: Database) -> set[str]:
    """Return what stands in line behind a caching action that has ended."""
    depended = Action.__table__.alias()
    query = (
        sa.select(Dependency.dependent, Dependency.depended)
        .join(depended, depended.c.id == Dependency.depended)
        .where(
            depended.c.action == Kind.AGGREGATE_CACHE_IMAGES,
            depended.c.status.in_(list(FINAL)),
        )
    )
    with db.reader() as session:
        rows = session.execute(query).all()
    return {
        f"{row.dependent} stands in line behind {row.depended}, which has ended."
        for row in rows
    }


def other_zones(db: Database, world: World) -> list[str]:
    """Find hosts that are in another zone in the cloud than aggregates say."""
    with db.reader() as session:
        wanted = _wanted_zones(session)
    rows = checks.cloud_rows(world, tables.HOST_ZONES)
    known = {row.host: row.zone for row in rows}
    return [
        f"Host {host} is in zone {known.get(host)}, not in {wanted.get(host)}."
        for host in sorted(wanted.keys() | known.keys())
        if known.get(host) != wanted.get(host)
    ]


def _wanted_zones(session: Session) -> dict[str, str]:
    return rules.zones(zones.groups(session))


def _miscounted(stored: Iterable[Any], tasks: Tasks) -> Iterator[str]:
    """Count the hosts of each action again."""
    for row in stored:
        hosts: dict[str, list[TaskStatus]] = defaultdict(list)
        for task in tasks.get(row.id, ()):
            hosts[task.host].append(TaskStatus(task.status))
        classes = Counter(class_of(statuses) for statuses in hosts.values())
        counts = Counts(**classes).shown()
        told = (row.outputs or {}).get("hosts") or row.data["hosts"]
        if told != counts or counts["total"] != len(hosts):
            yield f"{row.action} {row.id} tells {told}, but its tasks {counts}."
        if any(len(one) != len(row.inputs["images"]) for one in hosts.values()):
            yield f"{row.action} {row.id} has hosts without tasks for some images."
        if TaskStatus.UNDERWAY in itertools.chain(*hosts.values()):
            yield f"{row.action} {row.id} has ended and still waits for hosts."
        poor = counts["left"] + counts["failed"]
        if row.status == "SUCCEEDED" and poor:
            yield f"{row.action} {row.id} succeeded with {poor} hosts without images."
        if row.status == "FAILED" and not counts["failed"]:
            yield f"{row.action} {row.id} failed, but no host: {row.status_reason}"


def _absent(meddler: Meddler, tasks: Tasks) -> Iterator[str]:
    """Find images that are said to be on hosts where they aren't."""
    rows = meddler.controls.image_caches()
    there = {(row["host"], row["image_id"]) for row in rows if row["is_ready"]}
    for task in itertools.chain(*tasks.values()):
        key = (task.host, task.image_id)
        is_wrong = task.status == TaskStatus.CACHED and key not in there
        if is_wrong and key not in meddler.doubtful:
            yield f"Image {key[1]} isn't on host {key[0]}; {task.action_id} says so."


def _given_up(tasks: Tasks) -> Iterator[str]:
    """Find healthy hosts that were skipped or have failed."""
    poor = (TaskStatus.FAILED, TaskStatus.SKIPPED)
    for task in itertools.chain(*tasks.values()):
        if task.status in poor and not Meddler.is_sick(task.host):
            yield (
                f"Healthy host {task.host} is {task.status} in {task.action_id}: "
                f"{task.reason}"
            )


def asked_too_often(
    controls: Controls, stored: Iterable[Any], tasks: Tasks
) -> Iterator[str]:
    """Find healthy hosts that were asked more often than lost engines explain.

    Actions that run at the same time may ask for the same, if both have looked
    before.
    """
    of_pair: dict[str, list[Any]] = defaultdict(list)
    for row in stored:
        for task in tasks.get(row.id, ()):
            of_pair[f"{task.host}/{task.image_id}"].append(row)
    for pair, number in asked(controls).items():
        if Meddler.is_sick(pair):
            continue
        known = [row for row in of_pair[pair] if row.start_time is not None]
        spans = [(row.start_time, row.end_time) for row in known]
        most = histories.at_once(spans) + sum(row.attempt for row in known)
        if number > most:
            ids = ", ".join(row.id for row in known)
            yield f"{pair} was asked for {number} times instead of {most}, by {ids}."


def asked(controls: Controls) -> Counter[str]:
    """Count how often hosts were asked, by ``host/image``."""
    found: Counter[str] = Counter()
    after = 0
    while page := controls.journal(method=meddlers.ASK, after=after):
        found.update(entry["name"] for entry in page)
        after = page[-1]["id"]
    return found


def _at_once(stored: Iterable[Any]) -> Iterator[str]:
    """Find aggregates for which two actions were at work at the same time.

    One that is cancelled while it stands in line ends beside the others, without
    having asked anybody.
    """
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in stored:
        if "CacheImages" in (row.journal or {}) and row.end_time is not None:
            spans[row.target].append((row.start_time, row.end_time))
    for target, them in spans.items():
        if (most := histories.at_once(them)) > 1:
            yield f"{most} actions at once brought images to aggregate {target}."


def _unjoined(stored: Iterable[Any], tasks: Tasks) -> Iterator[str]:
    """Find actions that do what another one was doing when they were asked for."""
    hosts = {action: {one.host for one in of} for action, of in tasks.items()}
    for first, later in itertools.combinations(stored, 2):
        if first.target != later.target or first.status != "SUCCEEDED":
            continue
        is_same = set(later.inputs["images"]) <= set(first.inputs["images"]) and (
            hosts.get(later.id, set()) <= hosts.get(first.id, set())
        )
        until = first.end_time - TOLERANCE_S
        if is_same and later.created_at.timestamp() < until:
            yield f"{later.action} {later.id} does again what {first.id} was at."


def _too_early(db: Database, stored: Iterable[Any]) -> Iterator[str]:
    """Find changes of clusters that didn't wait for the images that they wanted."""
    known = {row.id: row for row in stored}
    for row in warm(db):
        caching = known.get(row.data["precache"]["action"])
        if caching is None:
            yield f"{row.action} {row.id} waited for an action that is lost."
        elif row.start_time is not None and row.status == "SUCCEEDED":
            early_s = (caching.end_time or float("inf")) - row.start_time
            if early_s > 0:
                yield f"{row.id} began {early_s:.1f} s before {caching.id} had ended."


def warm(db: Database) -> list[Any]:
    """Return the changes of clusters that waited for images."""
    stored = checks.rows(db, Action)
    return [row for row in stored if "precache" in (row.data or {})]
