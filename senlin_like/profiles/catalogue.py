"""Remembers for a short time what names in a cloud stand for.

A cluster's nodes are made from one spec: without a memory each of them would
ask the cloud for the same flavor, image and networks.
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from senlin_like.domain import plan
from senlin_like.drivers import base as clouds
from senlin_like.drivers import objects
from senlin_like.profiles import base

Found = TypeVar("Found")

#: Longest time that an answer is used again, in seconds.
KEEP_S = 30.0
#: Answers that are kept at most, over all clusters.
MAX_ENTRIES = 10_000


class Memory:
    """Answers of look-ups with the time when they were given; safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: dict[Hashable, tuple[float, Any]] = {}

    def recall(self, key: Hashable) -> Any:
        """Return an answer that isn't too old, or None."""
        with self._lock:
            kept = self._answers.get(key)
        if kept is None or self._clock() - kept[0] >= KEEP_S:
            return None
        return kept[1]

    def keep(self, key: Hashable, answer: Any) -> None:
        """Remember an answer."""
        with self._lock:
            if len(self._answers) >= MAX_ENTRIES:
                self._answers.clear()
            self._answers[key] = (self._clock(), answer)

    def forget(self) -> None:
        """Drop everything."""
        with self._lock:
            self._answers.clear()


class Names:
    """Finds what names stand for in one cloud; all answers may be up to 30 s old.

    Without a scope nothing is remembered. Only answers that name something
    are kept, so that what is made after a failed look-up is found at once.
    Every look-up may raise ``CloudNotFound``.
    """

    def __init__(
        self,
        cloud: clouds.Cloud,
        memory: Memory | None = None,
        scope: Hashable | None = None,
    ) -> None:
        self._cloud = cloud
        self._memory = memory if scope is not None else None
        self._scope = scope

    def flavor(self, identity: str) -> objects.Flavor:
        """Find a flavor by id or name."""
        return self._answer("flavor", identity, self._cloud.compute.find_flavor)

    def image(self, identity: str) -> objects.Image:
        """Find an image by id or name."""
        return self._answer("image", identity, self._cloud.images.find_image)

    def network(self, identity: str) -> str:
        """Find a network by id or name and return its id."""
        return self._answer("network", identity, self._cloud.network.find_network)

    def subnet(self, identity: str) -> str:
        """Find a subnet by id or name and return its id."""
        return self._answer("subnet", identity, self._cloud.network.find_subnet)

    def security_group(self, identity: str) -> str:
        """Find a security group by id or name and return its id."""
        find = self._cloud.network.find_security_group
        return self._answer("security_group", identity, find)

    def volume_type(self, identity: str) -> str:
        """Find a volume type by id or name and return its name."""
        find = self._cloud.volumes.find_volume_type
        return self._answer("volume_type", identity, find)

    def forget(self) -> None:
        """Drop what is remembered: it has proved to be stale."""
        if self._memory is not None:
            self._memory.forget()

    def _answer(self, kind: str, identity: str, find: Callable[[str], Found]) -> Found:
        """Give the remembered answer, or ask the cloud."""
        if self._memory is None:
            return find(identity)
        key = (self._scope, kind, identity)
        kept = self._memory.recall(key)
        if kept is not None:
            return cast("Found", kept)
        found = find(identity)
        self._memory.keep(key, found)
        return found


def names_for(memory: Memory, ask: base.Ask) -> Names:
    """Return the names as a node sees them.

    The members of a cluster are of one project, and see the same things in
    the same region; nodes without a cluster share nothing.
    """
    if not ask.node.cluster_id:
        return Names(ask.cloud)
    context = ask.properties.get("context") or {}
    region = plan.region_of(ask.node.data, context.get("region_name"))
    where = tuple(str(context.get(key)) for key in ("auth_url", "project_id"))
    return Names(ask.cloud, memory, (ask.node.cluster_id, str(region), *where))
