"""What is told of a run of the torture."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from senlin_like.db.models import Action
from senlin_like.db.session import Database
from senlin_like.simulated_cloud import tables
from tests.torture import aggregate_checks, checks, farewells, histories, wardrobe
from tests.torture.deaths import Death
from tests.torture.meddlers import Meddler
from tests.torture.places import Place
from tests.torture.triggers import Trigger
from tests.torture.ushers import Usher


def of_actions(db: Database) -> Iterator[str]:
    """Tell how many actions of each kind ended how, and why some failed."""
    stored = checks.rows(db, Action)
    ends = Counter((row.action, row.status) for row in stored)
    for (kind, status), number in sorted(ends.items()):
        yield f"  {kind} {status}: {number}"
    reasons = Counter(
        row.status_reason[:90] for row in stored if row.status == "FAILED"
    )
    for reason, number in reasons.most_common(12):
        yield f"  failed {number}: {reason}"


def of_cloud(place: Place) -> Iterator[str]:
    """Tell what there is and was in the cloud, and when a part of it was away."""
    for one in place.outages:
        yield f"{one.what} was {one.way} for {one.ended - one.began:.1f} s"
    servers = checks.cloud_rows(place.world, tables.SERVERS)
    live = [row for row in servers if row.deleted_at is None]
    marked = sum(row.node_mark is not None for row in servers)
    yield f"servers made: {len(servers)}, of which {marked} were seen to be a node's"
    yield f"  left: {dict(Counter(row.target for row in live))}"


def of_policies(db: Database, worn: Mapping[str, wardrobe.Garment]) -> Iterator[str]:
    """Tell how often each policy was attached, and had a say."""
    attached = Counter(
        one.name
        for row, one in histories.attached_by(db, worn).values()
        if row.status == "SUCCEEDED"
    )
    stored = checks.rows(db, Action)
    said = Counter(
        worn[one["policy"]].name if one.get("policy") in worn else one.get("policy")
        for row in stored
        for one in (row.data or {}).get("policies", ())
    )
    changed = Counter(
        worn[row.data["balanced_by"]].name
        for row in stored
        if (row.data or {}).get("balanced_by") in worn
    )
    repairs = Counter(row.status for row in stored if histories.is_repair(row))
    for name in sorted({one.name for one in worn.values()}):
        yield (
            f"  policy {name}: attached {attached[name]} times, "
            f"decided {said[name]} times, changed the pool {changed[name]} times"
        )
    yield f"  repairs of health checks: {dict(repairs)}"


def of_deaths(deaths: Sequence[Death]) -> str:
    """Tell how servers died."""
    return f"servers struck: {dict(Counter(one.way for one in deaths))}"


def of_triggers(sent: Sequence[Trigger]) -> str:
    """Tell how triggers were answered."""
    return f"webhooks triggered: {dict(Counter(one.status for one in sent))}"


def of_images(db: Database, meddler: Meddler, answers: Counter[str]) -> Iterator[str]:
    """Tell of images on hosts; ``answers`` is how often an action was the answer."""
    tasks = [row for of in aggregate_checks.tasks_of(db).values() for row in of]
    ends = Counter(row.status for row in tasks)
    again = sum(row.attempts for row in tasks)
    asked = aggregate_checks.asked(meddler.controls).total()
    yield f"images on hosts: {dict(ends)}, {again} tries came to nothing"
    yield f"  hosts were asked {asked} times; harm: {dict(meddler.done)}"
    yield f"  joined: {answers.total() - len(answers)} of {answers.total()} requests"
    warm = Counter((row.action, row.status) for row in aggregate_checks.warm(db))
    for (kind, status), number in sorted(warm.items()):
        yield f"  {kind} {status} that waited for images: {number}"
    for reason, number in Counter(row.reason for row in tasks if row.reason).items():
        yield f"  {number} times: {reason}"


def of_hooks(db: Database, usher: Usher) -> Iterator[str]:
    """Tell how often hooks were told, and what came of it."""
    ways = Counter((one.way, one.status) for one in usher.tellings)
    yield f"hooks told of {len(usher.manners)} nodes: {dict(ways)}"
    asked = Counter((one.manner, one.status) for one in usher.completions)
    yield f"  completed: {dict(sorted(asked.items()))}"
    ends = Counter(
        (row.action, row.status, farewells.ended_by(row))
        for row in farewells.hooked(db)
    )
    for (action, status, end), number in sorted(ends.items(), key=str):
        yield f"  {action} {status} that waited until {end}: {number}"


def taken_over(rows: Sequence[Any]) -> int:
    """Return how often actions were taken over from lost engines."""
    return sum(row.attempt for row in rows)
