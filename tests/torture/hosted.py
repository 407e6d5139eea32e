"""Hosts of a stage's cloud, an aggregate of them, and what they were asked for."""

import collections
import uuid
from collections.abc import Sequence
from typing import Any

from senlin_like.db import aggregates
from senlin_like.db.aggregate_models import ImageTask
from senlin_like.db.session import Session
from senlin_like.operations import image_caching
from senlin_like.simulated_cloud import seed
from tests.torture.stage import IMAGE, Stage

ONE, OTHER = seed.fixed_id("image", IMAGE), seed.fixed_id("image", "new_image")
AGGREGATE = "racks"
ASK = "hosts.cache_image"
#: Seconds that an image takes to a host.
CACHE_S = 3.0
_FOR_EVER_S = 10.0**9


def make_hosts(stage: Stage, count: int) -> list[str]:
    """Make hosts in the cloud, where images take a while; returns their names."""
    stage.controls.put_settings({"cache_seconds": CACHE_S, "journal": True})
    names = [f"node-{number:03}" for number in range(count)]
    for name in names:
        stage.controls.set_host(name, {"zone": "nova"})
    return names


def make_aggregate(stage: Stage, hosts: Sequence[str], name: str = AGGREGATE) -> str:
    """Store an aggregate of hosts; returns its UUID."""
    row = {
        "uuid": str(uuid.uuid4()),
        "name": name,
        "zone": None,
        "meta_data": {"ssd": "true"},
        "created_at": stage.deps.clock(),
    }

    def work(session: Session) -> None:
        aggregates.lock(session)
        made = aggregates.insert(session, row)
        for host in hosts:
            aggregates.add_host(session, made, host)

    stage.deps.db.transact(work)
    return str(row["uuid"])


def ask(stage: Stage, *images: str, key: str = AGGREGATE) -> str:
    """Ask for images on the aggregate's hosts; returns the action's id."""
    return image_caching.ask(stage.deps, stage.ctx, key, images or (ONE,))


def tasks(stage: Stage, action_id: str) -> dict[tuple[str, str], Any]:
    """Return the rows of an action's tasks by host and image."""
    rows = stage.rows(ImageTask, ImageTask.action_id == action_id)
    return {(row.host, row.image_id): row for row in rows}


def statuses(stage: Stage, action_id: str) -> dict[str, int]:
    """Count the tasks of an action by status."""
    found = tasks(stage, action_id).values()
    return dict(collections.Counter(row.status for row in found))


def asked(stage: Stage) -> collections.Counter[str]:
    """Count how often hosts were asked, by ``host/image``."""
    calls = stage.controls.journal(method=ASK)
    return collections.Counter(call["name"] for call in calls)


def cached(stage: Stage) -> set[tuple[str, str]]:
    """Return which images are on which hosts."""
    rows = stage.controls.image_caches()
    return {(row["host"], row["image_id"]) for row in rows if row["is_ready"]}


def under_way(stage: Stage) -> int:
    """Count the hosts that images are on their way to."""
    rows = stage.controls.image_caches()
    return len({row["host"] for row in rows if row["status"] == "caching"})


def hang(stage: Stage, *hosts: str, image_id: str = ONE) -> None:
    """Let hosts be at an image for ever, and forget that they were asked."""
    stage.controls.put_settings({"cache_seconds": _FOR_EVER_S})
    for host in hosts:
        stage.driver.hosts.cache_image(host, image_id)
    stage.controls.put_settings({"cache_seconds": CACHE_S})
    stage.controls.reset_counters()


def fault(stage: Stage, host: str, effect: str, **fields: Any) -> None:
    """Let a host fail when it is asked for an image; ``host`` is its name."""
    rule = {"effect": effect, "method": ASK, "name": f"^{host}/", **fields}
    stage.controls.add_fault(rule)
