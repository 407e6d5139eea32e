"""What clients of the torture do with aggregates, which all of them share.

process test: polls
"""

import collections
import random
from collections.abc import Callable, Mapping
from typing import Any

from senlin_like.context import RequestContext
from senlin_like.operations import aggregates, image_caching
from senlin_like.operations.deps import Deps
from senlin_like.simulated_cloud.controls import Controls

#: Names that aggregates have; all clients use the same.
NAMES = tuple(f"racks-{number}" for number in range(4))
#: Zones that aggregates give hosts, apart from the hosts' own.
ZONES = (None, "east", "west")
#: Images besides those that servers start from.
IMAGES = tuple(f"1b671a64-40d5-491e-99b0-da01ff1f33{number:02}" for number in range(12))
_MOST_HOSTS = 8


def prepare(deps: Deps, ctx: RequestContext, controls: Controls) -> None:
    """Put images into the cloud, and make aggregates of the hosts that there are."""
    for number, image_id in enumerate(IMAGES):
        attributes = {"status": "active"}
        fields = {"id": image_id, "name": f"image-{number}", "attributes": attributes}
        controls.put_thing("image", fields)
    hosts = sorted(one["name"] for one in controls.hosts())
    for number, name in enumerate(NAMES):
        made = aggregates.create(deps, ctx, name=name, zone=None)
        for host in hosts[number :: len(NAMES)]:
            aggregates.add_host(deps, ctx, made["id"], host)


class Keeper:
    """What one client does with aggregates; refusals are for the client to count."""

    def __init__(self, deps: Deps, ctx: RequestContext, dice: random.Random) -> None:
        self.deps = deps
        self.ctx = ctx
        self.dice = dice
        #: Id of an action → how often it was the answer.
        self.promised: collections.Counter[str] = collections.Counter()

    def moves(self) -> list[tuple[Callable[[str], str | None], int]]:
        """Return what may be done, with weights; clusters have no part in it."""
        return [
            (self.ask_images, 2),
            (self.ask_twice, 1),
            (self.add_host, 2),
            (self.remove_host, 1),
            (self.change_zone, 1),
            (self.make, 1),
            (self.drop, 1),
        ]

    def some(self) -> str:
        """Choose an aggregate; it may not be there."""
        return self.dice.choice(NAMES)

    def ask_images(self, _name: str) -> str:
        return self._ask(self.some(), self._images())

    def ask_twice(self, _name: str) -> str:
        """Ask for the same again, while others may have asked for something else."""
        aggregate, images = self.some(), self._images()
        self._ask(aggregate, images)
        return self._ask(aggregate, images)

    def add_host(self, _name: str) -> None:
        found = self._shown()
        hosts = [host.name for host in self.deps.driver.hosts.list_hosts()]
        if len(found["hosts"]) < _MOST_HOSTS:
            host = self.dice.choice(hosts)
            aggregates.add_host(self.deps, self.ctx, found["id"], host)

    def remove_host(self, _name: str) -> None:
        found = self._shown()
        if found["hosts"]:
            host = self.dice.choice(found["hosts"])
            aggregates.remove_host(self.deps, self.ctx, found["id"], host)

    def change_zone(self, _name: str) -> None:
        zone = {"availability_zone": self.dice.choice(ZONES[1:])}
        aggregates.set_metadata(self.deps, self.ctx, self.some(), zone)

    def make(self, _name: str) -> None:
        """Make an aggregate anew; there may be one of that name."""
        zone = self.dice.choice(ZONES)
        aggregates.create(self.deps, self.ctx, name=self.some(), zone=zone)

    def drop(self, _name: str) -> str:
        """Delete an aggregate while images are on their way to its hosts."""
        found = self._shown()
        action_id = self._ask(str(found["id"]), self._images())
        for host in found["hosts"]:
            aggregates.remove_host(self.deps, self.ctx, found["id"], host)
        aggregates.delete(self.deps, self.ctx, found["id"])
        return action_id

    def _shown(self) -> Mapping[str, Any]:
        return aggregates.get(self.deps, self.some())

    def _images(self) -> list[str]:
        return self.dice.sample(IMAGES, self.dice.randint(1, 2))

    def _ask(self, aggregate: str, images: list[str]) -> str:
        action_id = image_caching.ask(self.deps, self.ctx, aggregate, images)
        self.promised[action_id] += 1
        return action_id
